"""What a user may not: as a second user where the tests run as root, who may everything.

The code runs in a child process that imports what it needs before it becomes the second user: the
interpreter itself may be where only root can read.
"""

import os
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path

NOBODY = 65534
_BECOME = f"""
import os
if os.geteuid() == 0:
    os.setgroups([])
    os.setgid({NOBODY})
    os.setuid({NOBODY})
"""


def as_a_user(imports: str, body: str, *arguments: object) -> str:
    """Run Python code as somebody who is not root; its output.

    Args:
        imports: What is run before, by whoever runs the tests.
        body: What is run as the user.
        *arguments: Its `sys.argv[1:]`.
    """
    code = f"{imports}\n{_BECOME}\n{body}"
    done = subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@contextmanager
def folder_of_a_user():
    """A folder that the user of `as_a_user` owns. pytest's own are root's alone."""
    with tempfile.TemporaryDirectory() as made:
        if os.geteuid() == 0:
            os.chown(made, NOBODY, NOBODY)
        yield Path(made)
