"""For the tests of deploy/: the program, the committed demo, and what one machine makes of it.

`DEVTRAIL` names the program; else it is the one that `cargo test` built.
"""

import os
import subprocess
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
DEMO = PROJECT / "sample-logs" / "demo"


def program():
    """The program under test, which must be there."""
    target = Path(os.environ.get("CARGO_TARGET_DIR") or PROJECT / "target")
    path = Path(os.environ.get("DEVTRAIL") or target / "debug" / "devtrail").resolve()
    if not path.exists():
        raise SystemExit(f"{path} is not built: cargo build, or name one in DEVTRAIL")
    return str(path)


def sums_of_one_run(folder):
    """SHA256SUMS of the demo's report, made in one run on this machine."""
    subprocess.run([program(), "analyze", "-q", DEMO, "-o", folder], check=True)
    return sums(folder)


def sums(report):
    """The hashes of all files of a report."""
    text = Path(report, "SHA256SUMS").read_text()
    assert len(text.splitlines()) > 20, text
    return text
