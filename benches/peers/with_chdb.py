"""The question in ClickHouse local (chdb), typed columns given. Argument: the dump."""

import sys

import chdb

from question import OBJECTS, SQL_CALLS, SQL_DENIAL, print_rows

TYPES = """Records Array(Tuple(eventSource String, eventName String,
    errorCode Nullable(String), recipientAccountId String))"""

QUERY = f"""
SELECT record.recipientAccountId, replaceRegexpOne(record.eventName, '[0-9]{{8}}(v[0-9]+)?$', ''),
    countIf(record.errorCode IS NULL) AS succeeded,
    countIf(match(record.errorCode, '{SQL_DENIAL}')) AS denied
FROM (
    SELECT arrayJoin(Records) AS record
    FROM file({{objects:String}}, JSONEachRow, '{TYPES}')
)
WHERE (record.eventSource, record.eventName) IN ({SQL_CALLS})
GROUP BY 1, 2 HAVING succeeded + denied > 0
"""

answer = chdb.query(QUERY, "TSV", params={"objects": f"{sys.argv[1]}/{OBJECTS}"})
print_rows(line.split("\t") for line in str(answer).splitlines())
