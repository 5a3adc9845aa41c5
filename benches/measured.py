"""What the scripts below share: programs built for speed, seeded dumps, and what a run costs."""

import json
import os
import platform
import shutil
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent


@dataclass
class Cost:
    """What a run took, with all processes that it started and waited for."""

    cpu_s: float
    wall_s: float
    # Of the one process that had most.
    peak_mib: float


def build(folder=None):
    """The programs of this project by name: built for speed, or as they lie in a folder of cargo's."""
    if folder:
        found = [folder / "devtrail", folder / "sample-logs", folder / "examples" / "peers-floor"]
        return {path.name: str(path.resolve(strict=True)) for path in found}
    built = {}
    for wanted in (["-p", "devtrail", "-p", "sample-logs", "--bins"], ["--example", "peers-floor"]):
        command = ["cargo", "build", "--release", "--locked", "--message-format=json-render-diagnostics", *wanted]
        lines = subprocess.run(command, cwd=PROJECT, check=True, stdout=subprocess.PIPE, text=True).stdout
        for message in map(json.loads, lines.splitlines()):
            if message.get("executable"):
                built[message["target"]["name"]] = message["executable"]
    return built


def generated(scratch, events, sample_logs):
    """The folder of the seeded dump of this size, made once; `truth.json` lies beside it."""
    folder = scratch / f"events-{events}"
    if not (folder / "truth.json").exists():
        shutil.rmtree(folder, ignore_errors=True)
        folder.parent.mkdir(parents=True, exist_ok=True)
        subprocess.run([sample_logs, "generate", "--seed", "7", "--events", str(events), "--days", "14",
                        "--single-delivery", "--out", folder], check=True, stdout=subprocess.DEVNULL)
    return folder / "dump"


def warm(dump):
    """Reads every object once, so that no program reads it first; tells how large the dump is."""
    facts = {"objects": 0, "stored": 0, "inflated": 0, "records": truth(dump)["totals"]["records"]}
    for path in dump.glob("**/*.json.gz"):
        stored = path.read_bytes()
        facts["objects"] += 1
        facts["stored"] += len(stored)
        # gzip ends with how long the content is.
        facts["inflated"] += int.from_bytes(stored[-4:], "little")
    return facts


def truth(dump):
    """What the generator noted beside the dump."""
    return json.loads((dump.parent / "truth.json").read_text())


def timed(command, environment=None, allowed=(0,)):
    """Runs a command; tells what it cost and printed. Ends the script if it fails."""
    began = time.perf_counter()
    child = subprocess.Popen(command, stdout=subprocess.PIPE, env=environment)
    output = child.stdout.read().decode()
    # The usage of wait4 counts every process that the child waited for.
    _, status, usage = os.wait4(child.pid, 0)
    wall_s = time.perf_counter() - began
    child.stdout.close()
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode not in allowed:
        raise SystemExit(f"{command} ended with {child.returncode}")
    return Cost(usage.ru_utime + usage.ru_stime, wall_s, usage.ru_maxrss / 1024), output


def machine():
    """The machine in words."""
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    models = [line.split(":")[1].strip() for line in lines if line.startswith("model name")]
    memory = int(Path("/proc/meminfo").read_text().split()[1]) / 2**20
    return f"{os.cpu_count()} cores of {(models or [platform.machine()])[0]}, {memory:.0f} GiB"


def first_line(*command):
    """The first line that a command prints, such as its version."""
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout.split("\n")[0]


def version(tools):
    """The version of devtrail, and the commit it was built from."""
    commit = first_line("git", "-C", str(PROJECT), "describe", "--always", "--dirty")
    return f"{first_line(tools['devtrail'], '--version')} at {commit}"


def put(page, mark, text):
    """Puts a text between the marks of its name in a page."""
    begin, end = f"<!-- {mark}: begin -->\n", f"<!-- {mark}: end -->"
    before, rest = page.read_text().split(begin)
    page.write_text(f"{before}{begin}\n{text}\n{end}{rest.split(end)[1]}")
