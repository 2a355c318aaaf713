"""Packages that an extra of this distribution brings, and the command that installs them."""

import json
import shlex
from importlib.metadata import PackageNotFoundError, distribution
from importlib.util import find_spec
from urllib.parse import unquote, urlsplit

import click

_NAME = "serverless-containers"
_MODULES = {
    # Without cryptography the embedded AWS refuses every token: it cannot check signatures.
    "local": ("ministack", "hypercorn", "docker", "cryptography"),
    "detect": ("detect_secrets",),
}


class MissingExtraError(click.ClickException):
    """Packages that are needed are not installed; the message says how they are.

    Args:
        missing: The names of their modules.
        extra: The extra of this distribution that brings them.
    """

    def __init__(self, missing: str, extra: str) -> None:
        super().__init__(
            f"this needs packages that are not installed ({missing}); install them with: "
            f"{install_command(extra)}"
        )


def require_extra(extra: str) -> None:
    """Refuse to go on without the packages of an extra.

    Raises:
        MissingExtraError: If one of them is not installed.
    """
    missing = [module for module in _MODULES[extra] if find_spec(module) is None]
    if missing:
        raise MissingExtraError(", ".join(missing), extra)


def install_command(extra: str) -> str:
    """Return the command that adds an extra to this installation, for a POSIX shell.

    The package comes from where it came from before: an index, a file, a folder or a repository
    ("Direct URL Data Structure", Python Packaging User Guide).
    """
    try:
        text = distribution(_NAME).read_text("direct_url.json")
    except PackageNotFoundError:
        text = None
    if text is None:
        return f"pip install '{_NAME}[{extra}]'"
    origin = json.loads(text)
    url, below = origin["url"], origin.get("subdirectory")
    if "dir_info" in origin:
        editable = "-e " if origin["dir_info"].get("editable") else ""
        folder = unquote(urlsplit(url).path)
        return f"pip install {editable}{shlex.quote(f'{folder}[{extra}]')}"
    if (vcs := origin.get("vcs_info")) is not None:
        url = f"{vcs['vcs']}+{url}@{vcs['commit_id']}"
    if below:
        url += f"#subdirectory={below}"
    return f"pip install {shlex.quote(f'{_NAME}[{extra}] @ {url}')}"
