//! Real examples of the forms, where public logs lie beside the project.

use crate::real_logs::folder;
use crate::runner::analyze;

/// Row of the table of forms, the object, its form, and how many events it holds.
const REAL: [(u32, &str, &str, usize); 7] = [
    (1, "trailscraper", "cloudtrail_delivery", 7),
    (12, "plaso-lookup-events/aws_cloudtrail.jsonl", "lookup_event", 6),
    (14, "grycap-account-day", "cloudtrail_delivery", 142),
    (7, "otel-encodings/cloudtrail_log_cw_reordered.json", "cloudwatch_subscription", 1),
    (15, "custodian-eventbridge/event-cloud-trail-appelb-add-tags.json", "eventbridge", 1),
    (3, "streamalert-classifier", "wrapped_record", 0),
    (26, "panther-rule-tests", "cloudtrail_lines", 200),
];

#[test]
fn real_examples_are_told_by_their_form() {
    let Some(folder) = folder() else { return };
    for (row, place, format, events) in REAL {
        let path = folder.join(place);
        if !path.exists() {
            println!("skipped: row {row}: no {place}");
            continue;
        }
        let done = analyze(&path, &["--events", "all", "--format", "csv"]);
        let evidence = done.table("evidence");
        let of_form: Vec<_> = evidence.iter().filter(|row| row["format"] == format).collect();
        assert!(!of_form.is_empty(), "row {row}: {place}: {evidence:?}");
        let told: usize = of_form.iter().map(|row| row["records"].parse::<usize>().unwrap_or(0)).sum();
        let told = if row == 3 { done.table("events").len() } else { told };
        assert_eq!(told, events, "row {row}: {place}");
    }
}
