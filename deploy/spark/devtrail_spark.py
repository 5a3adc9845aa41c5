"""Runs `devtrail ingest` in parts on the executors of a Spark cluster, then `devtrail analyze`.

    spark-submit --files target/release/devtrail deploy/spark/devtrail_spark.py \\
        /mnt/dump --case /mnt/case -o /mnt/audit

The dump and the case folder lie on storage that driver and executors see under the same path; the
dump may be read-only. One part is one task: Spark runs it again elsewhere if its executor is lost,
and parts that are already in the case cost nothing. The exit status is that of `devtrail`; of a
part that failed, its own, with what it wrote to standard error.

Owns: listing, the number of parts, one process a task, what becomes of exit codes. Knows nothing
of what is in a record or in the case folder.
"""

import argparse
import os
import shlex
import shutil
import socket
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from pyspark import SparkConf, SparkContext, SparkFiles, TaskContext

# A part is large enough to be worth a task, and small enough that losing one costs minutes.
PART_BYTES = 1 << 30
# With a few parts for each core, the last ones end together.
PARTS_A_CORE = 4
# How much of standard error is carried to the driver, in characters.
STDERR_CHARS_MAX = 8192

# Exit codes of devtrail: all is read; some input was not read or trusted, which the report says.
DONE = (0, 3)
# Exit code of a wrong command line: another executor would say the same.
USAGE = 2
# Exit code of a run that failed; here also of a part that a signal ended.
FAILED = 4
# As a shell says it: the program is not there.
NO_PROGRAM = 127


@dataclass
class Outcome:
    """What became of a part: where it ran, its exit code and the end of its standard error."""

    part: int
    host: str
    code: int
    stderr: str


class PartFailed(Exception):
    """Ends an attempt at a part, so that Spark tries it again."""


@dataclass
class Part:
    """The command of every part; sent to the executors."""

    paths: list[str]
    case: str
    parts: int
    program: str | None
    options: list[str]
    attempts_max: int

    def ingest(self, part):
        """Runs one part here. Fails where another attempt may succeed, else tells its outcome."""
        command = [found(self.program), "ingest", *self.paths, "--case", self.case]
        command += ["--part", f"{part}/{self.parts}", *self.options]
        outcome = Outcome(part, socket.gethostname(), *ended(command))
        last = TaskContext.get().attemptNumber() + 1 >= self.attempts_max
        if outcome.code in (*DONE, USAGE) or last:
            return outcome
        raise PartFailed(told(outcome))


def ended(command):
    """Runs a command; tells its exit code and the end of its standard error."""
    try:
        # In the process group of Spark's worker: it goes when that goes.
        run = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                             stderr=subprocess.PIPE, check=False)
    except OSError as error:
        return NO_PROGRAM, f"cannot start {command[0]}: {error.strerror}"
    return run.returncode, run.stderr.decode(errors="replace")[-STDERR_CHARS_MAX:]


def found(program):
    """The program: as named, else as shipped by `--files`, else from the path."""
    if program:
        return program
    # On an executor the root is its working folder, named by a dot.
    shipped = os.path.abspath(SparkFiles.get("devtrail"))
    if os.path.exists(shipped):
        return shipped
    return shutil.which("devtrail") or "devtrail"


def told(outcome):
    """An outcome in words, with nothing in it that could act on a terminal."""
    how = f"exit code {outcome.code}" if outcome.code >= 0 else f"signal {-outcome.code}"
    text = "".join(one if one.isprintable() or one == "\n" else repr(one)[1:-1] for one in outcome.stderr)
    return f"part {outcome.part} on {outcome.host}: {how}\n{text}"


def listed(paths):
    """How many objects lie below the paths, and how many bytes they hold."""
    objects = stored = 0
    for path in map(Path, paths):
        if not path.exists():
            raise SystemExit(f"no such file or folder: {path}")
        folders = os.walk(path, onerror=refused) if path.is_dir() else [(path.parent, [], [path.name])]
        for folder, _, names in folders:
            for name in names:
                objects += 1
                stored += os.lstat(os.path.join(folder, name)).st_size
    return objects, stored


def refused(error):
    raise SystemExit(f"cannot list {error.filename}: {error.strerror}")


def parts_of(stored, cores):
    """One part for each gigabyte, and at least a few for each core."""
    return max(-(-stored // PART_BYTES), cores * PARTS_A_CORE, 1)


def ingest(context, options, parts):
    """Runs all parts; tells the outcome of each."""
    configured = context.getConf()
    threads = configured.get("spark.task.cpus", "1")
    part = Part(
        paths=[os.path.abspath(path) for path in options.paths],
        case=os.path.abspath(options.case),
        parts=parts,
        program=options.devtrail,
        options=["--threads", threads, *shlex.split(options.ingest_options)],
        attempts_max=int(configured.get("spark.task.maxFailures", "4")),
    )
    context.setJobDescription(f"devtrail ingest, {parts} parts")
    return context.parallelize(range(1, parts + 1), parts).map(part.ingest).collect()


def analyze(options):
    """Runs `devtrail analyze` on the driver, on the driver's terminal; tells its exit code."""
    command = [found(options.devtrail), "analyze", "--case", options.case, "-o", options.output]
    return subprocess.run([*command, *shlex.split(options.analyze_options)], check=False).returncode


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("paths", nargs="+", metavar="PATH", help="folders and objects of the dump")
    parser.add_argument("--case", required=True, metavar="DIR", help="case folder, on storage that all share")
    parser.add_argument("-o", "--output", required=True, metavar="DIR", help="folder of the report")
    parser.add_argument("--parts", type=int, metavar="N", help="parts (default: by size and cores)")
    parser.add_argument("--devtrail", metavar="PATH", help="the program on every machine (default: as shipped by"
                        " `--files`, else from the path)")
    parser.add_argument("--ingest-options", default="", metavar="TEXT", help="further options of `devtrail ingest`")
    parser.add_argument("--analyze-options", default="", metavar="TEXT", help="further options of `devtrail analyze`")
    return parser.parse_args()


def main():
    options = arguments()
    objects, stored = listed(options.paths)
    context = SparkContext(conf=SparkConf().setIfMissing("spark.app.name", "devtrail"))
    try:
        parts = options.parts or parts_of(stored, context.defaultParallelism)
        print(f"{objects} objects, {stored} bytes, {parts} parts", file=sys.stderr)
        outcomes = ingest(context, options, parts)
        for outcome in outcomes:
            if outcome.code not in DONE:
                print(told(outcome), file=sys.stderr)
        bad = [outcome.code for outcome in outcomes if outcome.code not in DONE]
        if bad:
            print(f"{len(bad)} of {parts} parts failed; run it again to go on", file=sys.stderr)
            return bad[0] if bad[0] > 0 else FAILED
        return analyze(options)
    finally:
        context.stop()


if __name__ == "__main__":
    sys.exit(main())
