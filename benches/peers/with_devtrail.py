"""The question with devtrail. Arguments: `analyze` or `search`, the program, the dump, a folder.

`analyze` writes all its tables into the folder, of which the answer is a part; `search` prints the
records that the question is about. Both are asked as a user would, and their rows counted here.
"""

import csv
import subprocess
import sys
from collections import Counter
from pathlib import Path

try:
    # Reads the hits faster than the module that comes with Python.
    from orjson import loads
except ImportError:
    from json import loads

from question import CALLS, DENIALS, print_rows

NAMES = {name for _, _, name in CALLS}
RECORDED = {(source, recorded): name for source, recorded, name in CALLS}
# The names anywhere in a record, which costs less than asking for the field; told apart below.
QUERY = "/" + "|".join(recorded for _, recorded, _ in CALLS) + "/"


def analyze(program, dump, folder):
    """(account, name, outcome) of each call, from the table of destructive actions."""
    command = [program, "analyze", "-q", "--force", "--format", "csv", "-o", folder, dump]
    subprocess.run(command, check=True)
    with open(Path(folder, "tables", "destructive_actions.csv"), newline="") as table:
        for row in csv.DictReader(table):
            if row["event_name"] in NAMES:
                yield row["account_id"], row["event_name"], row["outcome"]


def search(program, dump, _):
    """(account, name, outcome) of each call, from the records that `search` prints."""
    command = [program, "search", "-q", "--format", "jsonl", "-e", QUERY, dump]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as run:
        for line in run.stdout:
            hit = loads(line)
            name = RECORDED.get((hit["event_source"], hit["event_name"]))
            if name is None:
                continue
            error = hit["record"].get("errorCode")
            denied = error and any(denial in error for denial in DENIALS)
            outcome = "denied" if denied else "failed" if error else "succeeded"
            yield hit["account_id"], name, outcome
    if run.returncode != 0:
        raise SystemExit(f"devtrail search ended with {run.returncode}")


way, *arguments = sys.argv[1:]
found = Counter({"analyze": analyze, "search": search}[way](*arguments))
keys = sorted({key[:2] for key in found})
rows = ((*key, found[*key, "succeeded"], found[*key, "denied"]) for key in keys)
print_rows(row for row in rows if row[2] + row[3] > 0)
