"""The question in polars, lazily, with the schema given, on all cores. Argument: the dump."""

import sys

import polars as pl

from question import CALLS, DENIALS, OBJECTS, print_rows

TEXTS = ["eventSource", "eventName", "errorCode", "recipientAccountId"]
SCHEMA = {"Records": pl.List(pl.Struct(dict.fromkeys(TEXTS, pl.String)))}

wanted = pl.LazyFrame(
    [(source, recorded, name) for source, recorded, name in CALLS],
    schema=["eventSource", "eventName", "name"],
    orient="row",
)
error = pl.col("errorCode")
answer = (
    pl.scan_ndjson(f"{sys.argv[1]}/{OBJECTS}", schema=SCHEMA)
    .explode("Records")
    .unnest("Records")
    .join(wanted, on=["eventSource", "eventName"])
    .group_by("recipientAccountId", "name")
    .agg(
        error.is_null().sum().alias("succeeded"),
        error.str.contains_any(DENIALS).sum().alias("denied"),
    )
    .filter(pl.col("succeeded") + pl.col("denied") > 0)
)
print_rows(answer.collect().iter_rows())
