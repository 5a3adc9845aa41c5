"""The question in a Python loop, one process a core. Arguments: `json` or `orjson`, the dump."""

import gzip
import json
import multiprocessing
import sys
from collections import Counter
from pathlib import Path

from question import CALLS, DENIALS, OBJECTS, print_rows

NAMES = {(source, recorded): name for source, recorded, name in CALLS}


def loads():
    if sys.argv[1] == "json":
        return json.loads
    import orjson

    return orjson.loads


def count(path):
    """How often each (account, name, outcome) stands in one object."""
    found = Counter()
    for record in PARSE(gzip.decompress(path.read_bytes()))["Records"]:
        name = NAMES.get((record["eventSource"], record["eventName"]))
        if name is None:
            continue
        error = record.get("errorCode")
        if error is None:
            found[record["recipientAccountId"], name, 0] += 1
        elif any(denial in error for denial in DENIALS):
            found[record["recipientAccountId"], name, 1] += 1
    return found


PARSE = loads()

if __name__ == "__main__":
    total = Counter()
    with multiprocessing.Pool() as pool:
        objects = sorted(Path(sys.argv[2]).glob(OBJECTS))
        for found in pool.imap_unordered(count, objects, chunksize=16):
            total.update(found)
    keys = sorted({key[:2] for key in total})
    print_rows((*key, total[*key, 0], total[*key, 1]) for key in keys)
