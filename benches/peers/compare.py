#!/usr/bin/env python3
"""devtrail and what one would take instead, on one question, in turn, on one dump.

Makes the dump, builds devtrail, installs the others (pinned in requirements.txt), checks that all
give the answer to question.py, and prints medians of CPU and wall time, ratios and peak memory,
with the floor beside them. `--write` puts the table into benches/RESULTS.md. Needs Python 3.11,
cargo, jq and zcat, and an idle machine: everything is timed as it stands.
"""

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import venv
from dataclasses import dataclass, field
from datetime import datetime, timezone
from pathlib import Path

from question import CALLS, DENIALS, HEADER

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
from measured import PROJECT, build, first_line, generated, machine, put, timed, truth, version, warm

RESULTS = HERE.parent / "RESULTS.md"


@dataclass
class Program:
    """One way to the answer, or one that is measured beside them and gives none."""

    key: str
    name: str
    command: list[str]
    slow: bool = False
    answers: bool = True
    runs: list = field(default_factory=list)

    def median(self, what):
        return statistics.median(getattr(cost, what) for cost in self.runs)


def main():
    options = arguments()
    tools = build(options.built)
    dump = (options.dump or generated(options.scratch, options.events, tools["sample-logs"])).resolve()
    python = peers(options.python)
    programs = ways(tools, python, str(dump), options.scratch.resolve())
    if options.only:
        programs = [one for one in programs if one.key in options.only.split(",")]
    facts = warm(dump)
    load_before = os.getloadavg()[0]
    measure(programs, options, expected(dump))
    facts |= {"versions": versions(tools, python), "load": f"{load_before:.2f} and {os.getloadavg()[0]:.2f}"}
    text = told(programs, options, facts)
    print(text)
    if options.write:
        put(RESULTS, f"{facts['records']} events", text)


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--events", type=int, default=1_000_000, help="size of the dump (default: 1000000)")
    parser.add_argument("--dump", type=Path, help="a dump that sample-logs made, instead of making one")
    parser.add_argument("--rounds", type=int, default=5, help="runs of each program (default: 5)")
    parser.add_argument("--slow-rounds", type=int, default=2, help="runs of the slow ones (default: 2)")
    parser.add_argument("--only", help="keys of the programs to run, joined by commas")
    parser.add_argument("--scratch", type=Path, default=PROJECT / "target" / "peers", help="folder for dump and reports")
    parser.add_argument("--python", type=Path, help="a Python that has requirements.txt installed")
    parser.add_argument("--built", type=Path, metavar="DIR", help="cargo's folder with the programs, instead of building them")
    parser.add_argument("--write", action="store_true", help="put the table into benches/RESULTS.md")
    return parser.parse_args()


def peers(named):
    """A Python with the peers, installed once for each state of requirements.txt."""
    if named:
        return str(named)
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "devtrail-tools" / "peers"
    python, wanted, had = cache / "bin" / "python", HERE / "requirements.txt", cache / "requirements.txt"
    if not had.exists() or had.read_text() != wanted.read_text():
        venv.create(cache, clear=True, with_pip=True)
        pip = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--only-binary=:all:"]
        subprocess.run([*pip, "-r", wanted], check=True)
        shutil.copy(wanted, had)
    return str(python)


def ways(tools, python, dump, scratch):
    """Every program with its command line."""
    scratch.mkdir(parents=True, exist_ok=True)
    floor, devtrail, cores = tools["peers-floor"], tools["devtrail"], str(os.cpu_count())
    ours = [python, f"{HERE}/with_devtrail.py"]
    report = str(scratch / "report")
    head = [devtrail, "analyze", "-q", "--force", "--format", "json", "-o", f"{report}-head", dump]
    duckdb, loop = [python, f"{HERE}/with_duckdb.py"], [python, f"{HERE}/with_python.py"]
    return [
        Program("inflate", "floor: inflate", [floor, "inflate", dump], answers=False),
        Program("hash", "floor: inflate, both SHA-256", [floor, "hash", dump], answers=False),
        Program("split", "floor: inflate, both SHA-256, split", [floor, "split", dump], answers=False),
        Program("head", "`devtrail analyze --format json`, head facts alone", head, answers=False),
        Program("analyze", "`devtrail analyze --format csv`", [*ours, "analyze", devtrail, dump, report]),
        Program("search", "`devtrail search`", [*ours, "search", devtrail, dump, report]),
        Program("chdb", "ClickHouse local (chdb)", [python, f"{HERE}/with_chdb.py", dump]),
        Program("duckdb", "DuckDB, the fastest way found", [*duckdb, "objects", dump]),
        Program("duckdb-columns", "DuckDB, `read_json` with `columns`", [*duckdb, "columns", dump], slow=True),
        Program("polars", "polars", [python, f"{HERE}/with_polars.py", dump]),
        Program("orjson", "Python loop, orjson, a process a core", [*loop, "orjson", dump], slow=True),
        Program("json", "Python loop, json, a process a core", [*loop, "json", dump], slow=True),
        Program("jq", "`zcat \\| jq`", ["sh", f"{HERE}/with_jq.sh", "1", dump], slow=True),
        Program("jqs", "`zcat \\| jq`, one a core", ["sh", f"{HERE}/with_jq.sh", cores, dump], slow=True),
    ]


def expected(dump):
    """The answer as the generator knows it, or nothing where it does not note every such call."""
    noted = truth(dump)
    if not noted["destructive_complete"]:
        return None
    names, found = {name for _, _, name in CALLS}, {}
    for call in noted["destructive_actions"]:
        if call["event_name"] in names and call["outcome"] in ("succeeded", "denied"):
            counts = found.setdefault((call["account_id"], call["event_name"]), [0, 0])
            counts[call["outcome"] == "denied"] += 1
    return sorted(f"{account},{name},{counts[0]},{counts[1]}" for (account, name), counts in found.items())


def measure(programs, options, answer):
    """Runs them in turn; every answer must be the one that is expected, else that of the first."""
    environment = {
        **os.environ,
        "CALLS": json.dumps({f"{source}/{recorded}": name for source, recorded, name in CALLS}),
        "DENIALS": "|".join(DENIALS),
    }
    source = "the generator"
    for turn in range(options.rounds):
        for one in programs:
            if one.slow and turn >= options.slow_rounds:
                continue
            cost, output = timed(one.command, environment)
            one.runs.append(cost)
            print(f"round {turn + 1}, {one.key}: {cost.cpu_s:.2f} CPU s, {cost.wall_s:.2f} s", file=sys.stderr)
            if not one.answers:
                continue
            head, *rows = output.splitlines() or [""]
            if head != HEADER or not rows:
                raise SystemExit(f"{one.name} gave no answer")
            if answer is None:
                answer, source = sorted(rows), one.name
            if sorted(rows) != answer:
                odd = sorted(set(rows) ^ set(answer))
                raise SystemExit(f"{one.name} answers otherwise than {source}: {odd[:10]}")


def told(programs, options, facts):
    """The table, and what it was measured with, as Markdown."""
    by_key = {one.key: one for one in programs}
    slow = min(options.slow_rounds, options.rounds)
    lines = [
        f"{facts['records']:,} events in {facts['objects']:,} objects, {facts['stored'] / 1e6:,.0f} MB stored and"
        f" {facts['inflated'] / 1e6:,.0f} MB inflated (`sample-logs`, seed 7, 14 days, each event delivered once)."
        f" Medians of {options.rounds} rounds in turn, of {slow} for the slow ones; objects in the page cache.",
        f"{datetime.now(timezone.utc):%Y-%m-%d}, {machine()}, load average {facts['load']} before and after;"
        f" {facts['versions']}.",
        "",
        "| program | CPU s | wall s | peak MiB | CPU : inflate | CPU : `analyze` | wall : `analyze` |",
        "|---|---|---|---|---|---|---|",
    ]
    for one in programs:
        cells = [one.name, f"{one.median('cpu_s'):.2f}", f"{one.median('wall_s'):.2f}",
                 f"{max(cost.peak_mib for cost in one.runs):.0f}"]
        for key, what in (("inflate", "cpu_s"), ("analyze", "cpu_s"), ("analyze", "wall_s")):
            held_against = by_key.get(key)
            cells.append(f"{one.median(what) / held_against.median(what):.2f}" if held_against else "")
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def versions(tools, python):
    """The versions of everything that was run."""
    command = [python, "-m", "pip", "list", "--format", "json", "--disable-pip-version-check"]
    listed = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout)
    names = {"chdb", "chdb-core", "duckdb", "polars", "orjson"}
    found = [f"{one['name']} {one['version']}" for one in listed if one["name"] in names]
    others = [first_line(python, "--version"), first_line("jq", "--version"), first_line("zcat", "--version")]
    return ", ".join([version(tools), *found, *others])


if __name__ == "__main__":
    main()
