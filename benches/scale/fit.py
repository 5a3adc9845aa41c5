#!/usr/bin/env python3
"""Measures `ingest` and `analyze --case` at growing sizes, and fits the cost model of docs/scale.md.

For each size: makes the seeded dump, ingests it into a fresh case folder, analyses the case, and
notes CPU and wall time, peak memory and the size of the case. From these it fits straight lines by
least squares of relative errors, and says what they come to for 10^9 and 10^12 events. `--write`
puts the tables into docs/scale.md. Needs an idle machine and, for 50 million events, some 15 GB.
"""

import argparse
import json
import os
import shutil
import sys
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
from measured import PROJECT, Cost, build, generated, machine, put, timed, truth, version, warm

PAGE = PROJECT / "docs" / "scale.md"
# What the model is told for.
FORECASTS = (10**9, 10**12)
# A cluster pays where it saves this many times what it costs to start.
GAIN = 10
# Machines that parts are spread over, of this many cores each.
CORES, FLEETS = 16, (1, 10, 100)


@dataclass
class Size:
    """One size of dump, and what it took."""

    events: int
    stored: int
    inflated: int
    case: int
    ingest: Cost
    analyze: Cost


@dataclass
class Line:
    """A fitted straight line: `fixed` and `slope` for each unit, and how far it was off at worst."""

    fixed: float
    slope: float
    worst: float

    def at(self, x):
        return self.fixed + self.slope * x


def main():
    options = arguments()
    tools = build(options.built)
    given = {truth(dump)["totals"]["records"]: dump.resolve() for dump in options.dump}
    sizes = []
    for events in options.events:
        sizes.append(measured(tools, options, events, given.get(events)))
        print(sizes[-1], file=sys.stderr)
        # Kept, so that a run that is ended can be told from what it has.
        (options.scratch / "sizes.json").write_text(json.dumps([one.__dict__ for one in sizes], default=vars))
    text = told(sizes, tools, started(tools, options))
    print(text)
    if options.write:
        put(PAGE, "measured", text)


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--events", type=int, nargs="+", default=[1_000_000, 10_000_000, 50_000_000],
                        help="sizes to measure, two at least (default: 1, 10 and 50 million)")
    parser.add_argument("--dump", type=Path, nargs="*", default=[], help="dumps that sample-logs made, used at their size")
    parser.add_argument("--scratch", type=Path, default=PROJECT / "target" / "scale", help="folder for dumps and cases")
    parser.add_argument("--spark", type=Path, metavar="PYTHON", help="a Python with pyspark, to time the start of the job")
    parser.add_argument("--keep", action="store_true", help="keep the dumps")
    parser.add_argument("--built", type=Path, metavar="DIR", help="cargo's folder with the programs, instead of building them")
    parser.add_argument("--write", action="store_true", help="put the tables into docs/scale.md")
    options = parser.parse_args()
    options.scratch = options.scratch.resolve()
    options.scratch.mkdir(parents=True, exist_ok=True)
    if len(options.events) < 2:
        parser.error("a line needs two sizes at least")
    return options


def measured(tools, options, events, given):
    """Ingests and analyses a dump of one size; its case and, if it was made here, the dump go again."""
    dump = given or generated(options.scratch, events, tools["sample-logs"])
    facts = warm(dump)
    case, report = options.scratch / "case", options.scratch / "report"
    for folder in (case, report):
        shutil.rmtree(folder, ignore_errors=True)
    devtrail = tools["devtrail"]
    ingest, _ = timed([devtrail, "ingest", "-q", dump, "--case", case])
    kept = sum(path.lstat().st_size for path in case.rglob("*") if path.is_file())
    analyze, _ = timed([devtrail, "analyze", "-q", "--case", case, "-o", report, "--format", "csv"])
    for folder in (case, report):
        shutil.rmtree(folder)
    if not given and not options.keep:
        shutil.rmtree(dump.parent)
    return Size(events, facts["stored"], facts["inflated"], kept, ingest, analyze)


def started(tools, options):
    """How long the Spark job takes on the demo, in seconds: all but all of it is Spark's own."""
    if not options.spark:
        return None
    folder = options.spark.parent
    environment = {**os.environ, "PATH": f"{folder}:{os.environ['PATH']}", "PYSPARK_PYTHON": str(options.spark)}
    case, report = options.scratch / "case", options.scratch / "report"
    command = [folder / "spark-submit", "--master", "local-cluster[2,1,1024]", "--conf", "spark.ui.enabled=false",
               PROJECT / "deploy" / "spark" / "devtrail_spark.py", PROJECT / "sample-logs" / "demo",
               "--case", case, "-o", report, "--parts", "2", "--devtrail", tools["devtrail"]]
    cost, _ = timed(command, environment)
    for folder in (case, report):
        shutil.rmtree(folder)
    return cost.wall_s


def fitted(points):
    """The line through (x, y) that is least off, by squares of relative errors; no part is below 0."""
    weights = [1 / (y * y) for _, y in points]
    total = sum(weights)
    mean_x = sum(w * x for w, (x, _) in zip(weights, points)) / total
    mean_y = sum(w * y for w, (_, y) in zip(weights, points)) / total
    over = sum(w * (x - mean_x) * (y - mean_y) for w, (x, y) in zip(weights, points))
    slope = over / sum(w * (x - mean_x) ** 2 for w, (x, _) in zip(weights, points))
    fixed = mean_y - slope * mean_x
    if slope < 0:
        fixed, slope = mean_y, 0
    if fixed < 0:
        squares = sum(w * x * x for w, (x, _) in zip(weights, points))
        fixed, slope = 0, sum(w * x * y for w, (x, y) in zip(weights, points)) / squares
    return Line(fixed, slope, max(abs(fixed + slope * x - y) / y for x, y in points))


def told(sizes, tools, spark_s):
    """The measurements, the model and its forecasts, as Markdown."""
    last = sizes[-1]
    gigabytes_an_event = last.inflated / 1e9 / last.events
    model = {
        "ingest": fitted([(one.inflated / 1e9, one.ingest.cpu_s) for one in sizes]),
        "case": fitted([(one.events / 1e6, one.case / 1e6) for one in sizes]),
        "analyze": fitted([(one.events / 1e6, one.analyze.cpu_s) for one in sizes]),
        "memory": fitted([(one.events / 1e6, one.analyze.peak_mib) for one in sizes]),
        "wall": fitted([(one.events / 1e6, one.analyze.wall_s) for one in sizes]),
    }
    when = f"{datetime.now(timezone.utc):%Y-%m-%d}, {machine()}; {version(tools)}."
    parts = [when, measurements(sizes), fits(model), forecasts(model, gigabytes_an_event, last)]
    if spark_s is not None:
        parts.append(spark(model, gigabytes_an_event, spark_s))
    return "\n\n".join(parts) + "\n"


def measurements(sizes):
    lines = [
        "| events | stored GB | inflated GB | ingest CPU s | ingest wall s | ingest peak MiB | case MB |"
        " analyze CPU s | analyze wall s | analyze peak MiB |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    for one in sizes:
        lines.append(
            f"| {one.events:,} | {one.stored / 1e9:.2f} | {one.inflated / 1e9:.2f} | {one.ingest.cpu_s:.1f} |"
            f" {one.ingest.wall_s:.1f} | {one.ingest.peak_mib:.0f} | {one.case / 1e6:.1f} |"
            f" {one.analyze.cpu_s:.1f} | {one.analyze.wall_s:.1f} | {one.analyze.peak_mib:.0f} |")
    return "\n".join(lines)


def fits(model):
    rows = [
        ("ingest", "CPU s", "GB inflated"),
        ("case", "MB kept", "million events"),
        ("analyze", "CPU s", "million events"),
        ("memory", "MiB of analyze", "million events"),
    ]
    lines = ["| cost | fixed | for each | off at worst |", "|---|---|---|---|"]
    for key, unit, each in rows:
        line = model[key]
        lines.append(f"| {key}, {unit} | {line.fixed:.2f} | {line.slope:.3g} a {each} | {line.worst:.0%} |")
    return "\n".join(lines)


def forecasts(model, gigabytes_an_event, last):
    """What the lines come to beyond what was measured, on fleets of machines."""
    parallel = last.ingest.cpu_s / last.ingest.wall_s
    head = " | ".join(f"{fleet} × {CORES} cores" for fleet in FLEETS)
    lines = [
        f"| events | inflated | ingest CPU | case | `analyze --case` | its memory | wall, {head} |",
        "|---|---|---|---|---|---|" + "---|" * len(FLEETS),
    ]
    for events in FORECASTS:
        inflated = events * gigabytes_an_event
        ingest_s, merge_s = model["ingest"].at(inflated), model["wall"].at(events / 1e6)
        walls = " | ".join(duration(ingest_s / (fleet * CORES) + merge_s) for fleet in FLEETS)
        case, memory = model["case"].at(events / 1e6) / 1e3, model["memory"].at(events / 1e6) * 2**20 / 1e9
        lines.append(f"| 10^{len(str(events)) - 1} | {size(inflated)} | {duration(ingest_s)} | {size(case)} |"
                     f" {duration(merge_s)} | {size(memory)} | {walls} |")
    a_core_hour = 3600 / model["ingest"].slope / gigabytes_an_event
    lines += [
        "",
        f"A core ingests {a_core_hour / 1e6:,.0f} million events an hour; at {last.events:,} events {parallel:.2f} cores"
        f" were busy on average. One machine of {CORES} cores ingests {a_core_hour * CORES / 1e9:,.1f} billion events"
        " an hour, if its storage delivers"
        f" {CORES / model['ingest'].slope * last.stored / last.inflated * 1e3:,.0f} MB/s of stored objects.",
    ]
    return "\n".join(lines)


def spark(model, gigabytes_an_event, spark_s):
    """From what size the Spark job saves ten times what it costs to start, with ten machines."""
    machines = 10
    a_second = CORES / model["ingest"].slope / gigabytes_an_event
    events = GAIN * spark_s * a_second / (1 - 1 / machines)
    return (f"The Spark job on the demo takes {spark_s:.0f} s, nearly all of it the start of Spark. {machines} machines"
            f" of {CORES} cores save {GAIN} times that, against one such machine, from {events / 1e6:,.0f} million"
            " events on.")


def duration(seconds):
    for unit, length in (("days", 86400), ("h", 3600), ("min", 60)):
        if seconds >= 2 * length:
            return f"{seconds / length:,.1f} {unit}"
    return f"{seconds:.1f} s"


def size(gigabytes):
    for unit, length in (("PB", 1e6), ("TB", 1e3)):
        if gigabytes >= length:
            return f"{gigabytes / length:,.1f} {unit}"
    return f"{gigabytes:,.1f} GB"


if __name__ == "__main__":
    main()
