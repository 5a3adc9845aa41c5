//! The table of all events in DuckDB and polars: whole, and divided by account
//! and day, against the CSV of the same run.

use std::process::Command;

use crate::recipes::{blocks, of_kind, piped, python};
use crate::runner::{analyze, project};

/// Each reader's count of rows, in which order times stand, and the accounts.
const CHECK: &str = r#"
import csv, duckdb, polars as pl
rows = list(csv.DictReader(open('WHOLE/tables/events.csv', newline='', encoding='utf-8')))
whole = 'WHOLE/tables/events.parquet'
parts = 'PARTS/tables/events/*/*/*.parquet'
hive = f"read_parquet('{parts}', hive_partitioning = true)"
count = lambda table: duckdb.sql(f"SELECT count(*) FROM {table}").fetchall()[0][0]
assert count(f"'{whole}'") == count(hive) == len(rows) > 800, len(rows)
names = list(rows[0])
frame = pl.read_parquet(whole)
assert frame.columns == names and len(frame) == len(rows)
assert frame['event_time'].is_sorted()
divided = pl.scan_parquet(parts, hive_partitioning=True).collect()
assert len(divided) == len(rows) and divided.columns[:len(names)] == names
key = ['event_time', 'source_object', 'source_record']
assert divided.select(names).sort(key).equals(frame.sort(key))
for row, found in zip(rows, frame.iter_rows(named=True)):
    for name in names:
        cell, value = row[name], found[name]
        if value is None: text = ''
        elif isinstance(value, bool): text = str(value).lower()
        elif hasattr(value, 'strftime'):
            assert cell.startswith(value.strftime('%Y-%m-%dT%H:%M:%S')), (name, cell, value)
            continue
        else: text = str(value)
        # The CSV shows hidden characters, and puts a quote before formulas.
        assert cell in (text, "'" + text) or '\\u' in cell, (name, cell, text)
plain = [name for name in names if name not in ('event_time', 'session_created_at')]
duck = duckdb.sql(f"SELECT {', '.join(plain)} FROM read_parquet('{whole}', file_row_number = true) ORDER BY file_row_number").fetchall()
assert duck == frame.select(plain).rows()
account, day = rows[0]['account_id'], rows[0]['event_time'][:10]
one = duckdb.sql(f"SELECT count(*) FROM {hive} WHERE account_id = '{account}' AND day = '{day}'").fetchall()[0][0]
assert one == sum(r['account_id'] == account and r['event_time'][:10] == day for r in rows) > 0, one
groups = duckdb.sql(f"SELECT stats_min_value, stats_max_value FROM parquet_metadata('{whole}') WHERE path_in_schema = 'event_time'").fetchall()
assert groups and all(low is not None and low <= high for low, high in groups), groups
print('read')
"#;

#[test]
fn duckdb_and_polars_read_every_row_of_it() {
    let dump = project().join("sample-logs/demo");
    let flags = ["--events", "all", "--format", "parquet"];
    let whole = analyze(&dump, &[&flags[..], &["--format", "csv"]].concat());
    let parts = analyze(&dump, &[&flags[..], &["--events-by", "account,day"]].concat());
    let code =
        CHECK.replace("WHOLE", &whole.out.to_string_lossy()).replace("PARTS", &parts.out.to_string_lossy());
    assert_eq!(piped(Command::new(python()).arg("-"), &code).trim(), "read");
    let blocks = blocks("query.md");
    let query = of_kind(&blocks, "duckdb-lake").next().expect("a query").trim_end().trim_end_matches(';');
    let code = format!("import duckdb\nprint(len(duckdb.sql('''{query}''').fetchall()))");
    let rows = piped(Command::new(python()).arg("-").current_dir(&parts.out), &code);
    assert!(rows.trim().parse::<u32>().is_ok_and(|rows| rows > 0), "{rows}");
}
