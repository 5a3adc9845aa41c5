"""The question with devtrail. Arguments: `analyze` or `search`, the program, the dump, a folder.

`analyze` writes all its tables into the folder, of which the answer is a part; `search` counts the
records that the question is about. Both are asked as a user would, and their rows put together here.
"""

import csv
import subprocess
import sys
from collections import Counter
from pathlib import Path

from question import CALLS, DENIALS, print_rows

NAMES = {name for _, _, name in CALLS}
RECORDED = {(source, recorded): name for source, recorded, name in CALLS}
# Services are told apart below.
QUERY = "eventName:/^(" + "|".join(recorded for _, recorded, _ in CALLS) + ")$/"


def analyze(program, dump, folder):
    """(account, name, outcome) and how many, from the table of destructive actions."""
    command = [program, "analyze", "-q", "--force", "--format", "csv", "-o", folder, dump]
    subprocess.run(command, check=True)
    with open(Path(folder, "tables", "destructive_actions.csv"), newline="") as table:
        for row in csv.DictReader(table):
            if row["event_name"] in NAMES:
                yield (row["account_id"], row["event_name"], row["outcome"]), 1


def search(program, dump, _):
    """(account, name, outcome) and how many, from what `search` counts."""
    fields = "account_id,event_source,event_name,errorCode"
    command = [program, "search", "-q", "--format", "csv", "--count-by", fields, "-e", QUERY, dump]
    run = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    for row in csv.DictReader(run.stdout.splitlines()):
        name = RECORDED.get((row["event_source"], row["event_name"]))
        if name is None:
            continue
        error = row["errorCode"]
        denied = any(denial in error for denial in DENIALS)
        outcome = "denied" if denied else "failed" if error else "succeeded"
        yield (row["account_id"], name, outcome), int(row["hits"])


way, *arguments = sys.argv[1:]
found = Counter()
for key, count in {"analyze": analyze, "search": search}[way](*arguments):
    found[key] += count
keys = sorted({key[:2] for key in found})
rows = ((*key, found[*key, "succeeded"], found[*key, "denied"]) for key in keys)
print_rows(row for row in rows if row[2] + row[3] > 0)
