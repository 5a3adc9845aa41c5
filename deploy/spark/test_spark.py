"""The Spark job on a cluster of two workers on this machine: the report is that of one run, also
when an executor is killed half way; and what a part says when it fails reaches the driver.

Needs pyspark and Java 17 or newer; run it with the Python that has pyspark.
"""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

import pyspark

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
from one_machine import DEMO, program, sums, sums_of_one_run

PARTS = 10
# The longest a job may take before the test gives up, in seconds.
JOB_S = 600

# The program, which notes each start and waits a little, so that there is a half way.
SLOWLY = """#!/bin/sh
echo "$$ $*" >> '{trace}'
sleep 1
exec '{program}' "$@"
"""


class Spark(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.folder = Path(scratch.name)
        # Executors leave their copies of shipped files below the installation.
        work = Path(pyspark.__file__).parent / "work"
        before = set(work.glob("*"))
        self.addCleanup(lambda: [shutil.rmtree(one) for one in set(work.glob("*")) - before])

    def start(self, *options):
        """Starts the job on two workers of one core each."""
        python = Path(sys.executable).parent
        environment = {**os.environ, "PATH": f"{python}:{os.environ['PATH']}", "PYSPARK_PYTHON": sys.executable,
                       "SPARK_LOCAL_IP": "127.0.0.1", "SPARK_LOCAL_DIRS": str(self.folder / "local")}
        command = ["spark-submit", "--master", "local-cluster[2,1,1024]", "--conf", "spark.ui.enabled=false",
                   *options[:-1], HERE / "devtrail_spark.py", DEMO, "--case", self.folder / "case",
                   "-o", self.folder / "out", *options[-1]]
        self.log = open(self.folder / "log", "w")
        self.addCleanup(self.log.close)
        return subprocess.Popen(command, env=environment, stdout=self.log, stderr=self.log)

    def ended(self, job):
        try:
            return job.wait(JOB_S)
        finally:
            job.kill()

    def said(self):
        return (self.folder / "log").read_text()

    def test_a_lost_executor_costs_no_row(self):
        expected = sums_of_one_run(self.folder / "single")
        trace, slowly = self.folder / "trace", self.folder / "devtrail"
        trace.touch()
        slowly.write_text(SLOWLY.format(trace=trace, program=program()))
        slowly.chmod(0o755)
        job = self.start("--files", str(slowly), ["--parts", str(PARTS)])
        began = time.monotonic()
        while len(started(trace)) <= PARTS // 2:
            self.assertIsNone(job.poll(), self.said())
            self.assertLess(time.monotonic() - began, JOB_S)
            time.sleep(0.05)
        killed, part = started(trace)[-1]
        os.kill(executor_of(killed), signal.SIGKILL)
        self.assertEqual(self.ended(job), 0, self.said())
        self.assertEqual(sums(self.folder / "out"), expected)
        parts = [one for _, one in started(trace)]
        self.assertGreaterEqual(parts.count(part), 2, "the part that was lost was run again")
        self.assertEqual(set(parts), {f"{one}/{PARTS}" for one in range(1, PARTS + 1)})

    def test_a_part_that_fails_is_heard(self):
        (self.folder / "case").write_text("no folder")
        job = self.start("--conf", "spark.task.maxFailures=2", ["--parts", "2", "--devtrail", program()])
        self.assertEqual(self.ended(job), 4, self.said())
        said = self.said()
        self.assertIn("exit code 4", said)
        self.assertIn("2 of 2 parts failed", said)
        self.assertFalse((self.folder / "out").exists())


def started(trace):
    """(process id, part) of each start of `ingest` so far."""
    lines = [line.split() for line in trace.read_text().splitlines()]
    return [(int(words[0]), words[words.index("--part") + 1]) for words in lines if "--part" in words]


def executor_of(process):
    """The executor's JVM above a process."""
    while process > 1:
        if b"CoarseGrainedExecutorBackend" in Path(f"/proc/{process}/cmdline").read_bytes():
            return process
        process = int(Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()[1])
    raise AssertionError("no executor above the program")


if __name__ == "__main__":
    unittest.main(verbosity=2)
