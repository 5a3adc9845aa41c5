"""Statements for Athena, read by a parser of its dialect.

Run in the folder of a report with a file of statements. A CREATE TABLE must
name the columns that DuckDB finds in the Parquet file, with their types; a query
is translated for DuckDB and run on those files. Prints a line a statement.
"""

import sys

import duckdb
import sqlglot
from sqlglot import exp

TYPES = {
    "VARCHAR": "STRING",
    "BIGINT": "BIGINT",
    "BOOLEAN": "BOOLEAN",
    "TIMESTAMP WITH TIME ZONE": "TIMESTAMP",
    "VARCHAR[]": "ARRAY<STRING>",
}


def columns_of(file):
    """Names and types of a file's columns, as DuckDB reads them."""
    rows = duckdb.sql(f"DESCRIBE SELECT * FROM '{file}'").fetchall()
    return [(name, TYPES[kind]) for name, kind, *_ in rows]


def check_table(statement):
    name = statement.this.this.name
    table = name.removeprefix("devtrail_")
    assert name == f"devtrail_{table}", name
    assert statement.args["kind"] == "TABLE" and statement.find(exp.ExternalProperty), name
    stored = statement.find(exp.FileFormatProperty)
    assert stored.this.name.upper() == "PARQUET", stored
    place = statement.find(exp.LocationProperty).this.name
    assert place == f"s3://YOUR-BUCKET/audit/{table}/", place
    named = [
        (column.name, column.args["kind"].sql(dialect="hive").upper())
        for column in statement.find_all(exp.ColumnDef)
    ]
    file = f"tables/{table}.parquet"
    assert named == columns_of(file), (named, columns_of(file))
    duckdb.sql(f"CREATE OR REPLACE VIEW {name} AS SELECT * FROM '{file}'")
    print(f"table {table}: {len(named)} columns")


def run_query(statement):
    query = statement.sql(dialect="duckdb")
    rows = duckdb.sql(f"SELECT count(*) FROM ({query})").fetchall()[0][0]
    assert rows > 0, query
    print(f"query: {rows} rows")


with open(sys.argv[1], encoding="utf-8") as file:
    text = file.read()
for statement in sqlglot.parse(text, read="athena"):
    check_table(statement) if isinstance(statement, exp.Create) else run_query(statement)
