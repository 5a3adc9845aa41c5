"""The question in DuckDB, on all cores. Arguments: `columns` or `objects`, the dump.

`columns` is what its manual suggests: `read_json` told the types as `columns`. `objects` is the
fastest way that was found: each object is taken as one JSON value, and typed by `from_json`.
"""

import sys

import duckdb

from question import OBJECTS, SQL_CALLS, SQL_DENIAL, print_rows

FIELDS = ["eventSource", "eventName", "errorCode", "recipientAccountId"]

# As `columns` and as `from_json` have the same types spelled.
COLUMNS = f"{{Records: 'STRUCT({', '.join(f'{field} VARCHAR' for field in FIELDS)})[]'}}"
TYPES = f"""{{"Records": [{{{", ".join(f'"{field}": "VARCHAR"' for field in FIELDS)}}}]}}"""

RECORDS = {
    "columns": f"""
SELECT unnest(Records, recursive := true)
FROM read_json(?, columns = {COLUMNS}, compression = 'gzip')
""",
    "objects": f"""
SELECT unnest(from_json(json, '{TYPES}').Records, recursive := true)
FROM read_ndjson_objects(?, compression = 'gzip')
""",
}

way, dump = sys.argv[1:]
QUERY = f"""
WITH record AS ({RECORDS[way]})
SELECT recipientAccountId, regexp_replace(eventName, '[0-9]{{8}}(v[0-9]+)?$', ''),
    count(*) FILTER (errorCode IS NULL) AS succeeded,
    count(*) FILTER (regexp_matches(errorCode, '{SQL_DENIAL}')) AS denied
FROM record
WHERE (eventSource, eventName) IN ({SQL_CALLS})
GROUP BY ALL HAVING succeeded + denied > 0
"""

print_rows(duckdb.execute(QUERY, [f"{dump}/{OBJECTS}"]).fetchall())
