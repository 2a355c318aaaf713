"""The command line where its program is not on the path."""

import subprocess
import sys

from serverless_containers.cli import main


def test_the_package_is_the_program():
    done = subprocess.run(
        [sys.executable, "-m", "serverless_containers", "--help"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("Usage: python -m serverless_containers [OPTIONS] COMMAND")
    assert all(f"  {name} " in done.stdout for name in main.list_commands(None))
