"""Steps of the Makefile's installation: one that fails says what is wrong and what to do.

It runs on the Python that makes the virtual environment, and needs nothing besides.

    set_up.py own FOLDER...      refuse folders that are links, which lead to another checkout
    set_up.py venv FOLDER        make a virtual environment, or mend one that was interrupted
    set_up.py run COMMAND...     run a command that downloads or writes, with its output
"""

import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

_FULL = 1 << 20
"""Bytes below which a disk is full: what is installed is larger."""
_REGISTRY = (
    "the package registry cannot be reached. Check the network; behind a proxy set HTTPS_PROXY, "
    "and for a registry of your own PIP_INDEX_URL and npm_config_registry"
)
_CAUSES = (
    (
        r"ENOSPC|EDQUOT|No space left on device|Disk quota exceeded",
        "the disk is full. Make room on it",
    ),
    (
        r"407 Proxy|ProxyError|Cannot connect to proxy|Tunnel connection failed",
        "the proxy does not let it through. Check HTTPS_PROXY and NO_PROXY",
    ),
    (
        r"CERTIFICATE_VERIFY_FAILED|SELF_SIGNED_CERT|UNABLE_TO_(?:GET|VERIFY)_\w*CERT",
        (
            "the registry's certificate is not trusted. Behind a proxy that has its own, set "
            "PIP_CERT and NODE_EXTRA_CA_CERTS to its file"
        ),
    ),
    (
        (
            r"ECONNREFUSED|ECONNRESET|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH|"
            r"NewConnectionError|ConnectTimeoutError|ReadTimeoutError|Connection refused|"
            r"Name or service not known|Temporary failure in name resolution|"
            # pip's words for an index that gives no answer at all.
            r"from versions: none"
        ),
        _REGISTRY,
    ),
    (
        r"EROFS|Read-only file system",
        "a file system is read-only. Use a folder and a home that can be written",
    ),
    (
        r"EACCES|EPERM|Permission denied",
        "this user may not write there. Change the owner or the mode of what is named above",
    ),
    (
        r"ensurepip is not available|No module named (?:venv|ensurepip)",
        (
            "this Python cannot make virtual environments. On Debian and Ubuntu: apt-get install "
            "python3-venv"
        ),
    ),
)
"""Patterns of the output of a step, each with its cause; the first that fits counts."""


def main(arguments: list[str]) -> int:
    """Take a step; returns the exit code."""
    if arguments[0] == "own":
        return _check_own(list(map(Path, arguments[1:])))
    if arguments[0] == "venv":
        return _make_venv(Path(arguments[1]))
    return _run(arguments[1:])


def _check_own(folders: list[Path]) -> int:
    links = [folder for folder in folders if folder.is_symlink()]
    for link in links:
        sys.stderr.write(
            f"{link} is a link to {os.path.realpath(link)}: an installation would change what is "
            f"there, and whatever uses it. Remove the link (rm {link}), and run make again, which "
            "installs in this checkout.\n"
        )
    return 1 if links else 0


def _make_venv(folder: Path) -> int:
    if _has_pip(folder):
        return 0
    make = [sys.executable, "-m", "venv", str(folder)]
    if (folder / "bin" / "python").exists():
        print(f"{folder} has no pip, as after an interrupted installation: it is mended.")  # noqa: T201
        # A file or two may be all that is missing; if not, everything is made anew.
        subprocess.run(make, capture_output=True, check=False)  # noqa: S603
        if _has_pip(folder):
            return 0
        make.append("--clear")
    return _run(make)


def _has_pip(folder: Path) -> bool:
    python = folder / "bin" / "python"
    asked = [str(python), "-m", "pip", "--version"]
    try:
        return subprocess.run(asked, capture_output=True, check=False).returncode == 0  # noqa: S603
    except OSError:
        return False


def _run(command: list[str]) -> int:
    print(shlex.join(command), flush=True)  # noqa: T201
    output = []
    try:
        with subprocess.Popen(  # noqa: S603  # the Makefile's own commands
            command,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        ) as process:
            for line in process.stdout or ():
                sys.stdout.write(line)
                sys.stdout.flush()
                output.append(line)
    except OSError as error:
        output.append(f"{error}\n")
        sys.stdout.write(output[-1])
        code = 127
    else:
        code = process.returncode
    if code:
        _explain(command, "".join(output))
    # A signal's number is no exit code.
    return code if code >= 0 else 128 - code


def _explain(command: list[str], output: str) -> None:
    cause = next((words for pattern, words in _CAUSES if re.search(pattern, output)), None)
    full = [str(folder) for folder in _written() if _is_full(folder)]
    if full:
        cause = f"the disk of {' and of '.join(full)} is full. Make room on it"
    print(  # noqa: T201
        f"\n{Path(command[0]).name} failed: {cause or 'its output above says why'}. "
        "Then run make again: it goes on where it stopped.",
        file=sys.stderr,
    )


def _written() -> list[Path]:
    home = os.environ.get("HOME")
    return [Path.cwd(), Path(tempfile.gettempdir()), *([Path(home)] if home else [])]


def _is_full(folder: Path) -> bool:
    try:
        left, inodes = shutil.disk_usage(folder).free, os.statvfs(folder)
    except OSError:
        return False
    # Some file systems do not count inodes. One that is read-only is full of what it has.
    counted = inodes.f_files and not inodes.f_favail
    return bool(left < _FULL or counted) and not inodes.f_flag & os.ST_RDONLY


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
