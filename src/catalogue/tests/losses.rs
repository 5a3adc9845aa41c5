//! The tables of undoings, copies and waits.

use super::*;

#[test]
fn every_first_call_of_a_pair_and_every_wait_is_a_destructive_operation() {
    let catalogue = Catalogue::builtin();
    let calls = catalogue.inverses.doings().chain(catalogue.waits.names());
    for (source, name) in calls {
        assert!(catalogue.may_harm(source, name), "{source} {name} makes no row that could be undone");
    }
    assert!(catalogue.inverses.doings().count() > 500);
    assert_eq!(catalogue.waits.names().count(), 8);
}

#[test]
fn everything_that_loses_or_needs_a_copy_is_a_destructive_operation() {
    let catalogue = Catalogue::builtin();
    assert!(catalogue.copyings.operands().count() > 25);
    for operand in catalogue.copyings.operands() {
        let (source, name) = operand.operation.split_once(':').expect("source:Operation");
        assert!(catalogue.may_harm(source, name), "{}", operand.operation);
        assert!(catalogue.operand(source, name).is_some(), "{}", operand.operation);
    }
}

#[test]
fn calls_that_undo_or_copy_are_kept_and_reads_are_not() {
    let catalogue = Catalogue::builtin();
    for (source, name) in [
        ("kms", "CancelKeyDeletion"),
        ("cloudtrail", "StartLogging"),
        ("ec2", "CreateSnapshot"),
        ("rds", "CreateDBSnapshot"),
        ("rbin", "CreateRule"),
        ("s3", "PutBucketVersioning"),
        ("organizations", "AttachPolicy"),
    ] {
        assert!(catalogue.may_explain_loss(&format!("{source}.amazonaws.com"), name), "{name}");
    }
    for (source, name) in [
        ("kms", "Decrypt"),
        ("s3", "PutObject"),
        ("dynamodb", "PutItem"),
        ("logs", "CreateLogStream"),
        ("ec2", "DescribeSnapshots"),
        ("x", "StartLogging"),
    ] {
        assert!(!catalogue.may_explain_loss(&format!("{source}.amazonaws.com"), name), "{name}");
    }
}

#[test]
fn broken_tables_are_refused_with_their_line() {
    let fault = |text: String, columns: &str| {
        let text = format!("# note\n{columns}\n{text}\n").leak();
        let inverses = inverse::Inverses::parse(text).err();
        inverses.or_else(|| copying::Copyings::parse(text).err()).or_else(|| Waits::parse(text).err())
    };
    let inverse = "event_source,doing,undoing,kind,doing_named,undoing_named,doing_if,undoing_if";
    for (row, expected) in [
        ("a,B,C,mended,x,,,", "no kind"),
        ("a,B,C,reversed,x..y,,,", "empty member"),
        ("a,B,C,reversed,x|y,x|y|z,,", "different numbers"),
        ("a,B,C,reversed,x,,maybe,", "no condition"),
        ("a,B,C", "3 fields where 8 belong"),
    ] {
        let fault = fault(row.to_owned(), inverse).expect(row);
        assert_eq!(fault.line, Some(3), "{row}");
        assert!(fault.message.contains(expected), "{fault}");
    }
}
