"""The scripts for Slurm: sound shell, and an array of parts gives the report of one run.

Slurm itself is not run: the scripts are, with the variables that it sets, and `sbatch` is replaced
by one that runs what it is given, as an array and in an order of its own.
"""

import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
from one_machine import DEMO, program, sums, sums_of_one_run

# Runs every part of an array, last first, and the middle one once more; then what depends on it.
SBATCH = """#!/bin/bash
set -euo pipefail
echo "$*" >> "$TRACE"
script=${!#}
for argument in "$@"; do
  case $argument in --array=*) last=${argument##*-} ;; esac
done
if [ -n "${last:-}" ]; then
  for part in $(seq "$last" -1 1) $((last / 2)); do
    SLURM_ARRAY_TASK_ID=$part SLURM_CPUS_PER_TASK=1 bash "$script" >&2
  done
  echo "4711;cluster"
else
  SLURM_CPUS_PER_TASK=1 bash "$script" >&2
fi
"""


class Slurm(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.folder = Path(scratch.name)

    def test_scripts_are_sound(self):
        scripts = sorted(HERE.glob("*.sh"))
        self.assertEqual(len(scripts), 3)
        for script in scripts:
            subprocess.run(["bash", "-n", script], check=True)
        subprocess.run(["shellcheck", *scripts], check=True)

    def test_an_array_gives_the_report_of_one_run(self):
        expected = sums_of_one_run(self.folder / "single")
        stand_in = self.folder / "bin" / "sbatch"
        stand_in.parent.mkdir()
        stand_in.write_text(SBATCH)
        stand_in.chmod(0o755)
        trace = self.folder / "trace"
        environment = {**os.environ, "PATH": f"{stand_in.parent}:{os.environ['PATH']}",
                       "TRACE": str(trace), "DEVTRAIL": program()}
        command = [HERE / "submit.sh", DEMO, self.folder / "case", self.folder / "out", "6", "--partition=long"]
        run = subprocess.run(command, env=environment, capture_output=True, text=True)
        self.assertEqual(run.returncode, 0, run.stderr)
        self.assertEqual(sums(self.folder / "out"), expected)
        array, report = trace.read_text().splitlines()
        self.assertIn("--array=1-6 --partition=long", array)
        self.assertIn("--dependency=afterok:4711 ", report)

    def test_a_part_that_fails_fails_its_task(self):
        (self.folder / "case").write_text("no folder")
        environment = {**os.environ, "DUMP": str(DEMO), "CASE": str(self.folder / "case"), "PARTS": "2",
                       "SLURM_ARRAY_TASK_ID": "1", "DEVTRAIL": program()}
        run = subprocess.run(["bash", HERE / "ingest.sh"], env=environment, capture_output=True, text=True)
        self.assertEqual(run.returncode, 4, run.stderr)
        self.assertIn("case", run.stderr)

    def test_an_array_without_its_number_of_parts_is_refused(self):
        environment = {**os.environ, "DUMP": str(DEMO), "CASE": "case", "SLURM_ARRAY_TASK_ID": "1"}
        run = subprocess.run(["bash", HERE / "ingest.sh"], env=environment, capture_output=True, text=True)
        self.assertNotEqual(run.returncode, 0)
        self.assertIn("how many parts", run.stderr)


if __name__ == "__main__":
    unittest.main(verbosity=2)
