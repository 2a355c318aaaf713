"""Reading the file that is to be changed, and putting another in its place at once."""

import os
import secrets
import stat
from dataclasses import dataclass
from pathlib import Path

from serverless_containers.client_config.errors import ClientConfigError
from serverless_containers.findings import Location

_MARK = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True, kw_only=True)
class TextFile:
    """A file's text.

    Attributes:
        path: The file.
        text: Its text, with the line ends that it has.
        has_mark: Whether a byte order mark comes before the text.
    """

    path: Path
    text: str
    has_mark: bool = False


def read_bytes(path: Path, missing: str) -> bytes:
    """Read a file.

    Args:
        path: The file.
        missing: What to do if it does not exist.

    Raises:
        ClientConfigError: If it cannot be read.
    """
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise ClientConfigError(f"{path} does not exist; {missing}") from None
    except (OSError, ValueError) as error:
        raise ClientConfigError(f"{path} cannot be read ({_reason(error)})") from None


def read_file(path: Path) -> TextFile | None:
    """Read a text file that is there; None if there is none.

    Raises:
        ClientConfigError: If it cannot be read, or is not UTF-8.
    """
    try:
        _check_regular(path)
        content = path.read_bytes()
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise ClientConfigError(f"{path} cannot be read ({_reason(error)})") from None
    has_mark = content.startswith(_MARK)
    try:
        text = content.removeprefix(_MARK).decode()
    except UnicodeDecodeError as error:
        before = error.object[: error.start].decode()
        at = Location.at_offset(str(path), before, len(before))
        raise ClientConfigError(f"{at}: expected UTF-8 text; save the file as UTF-8") from None
    return TextFile(path=path, text=text, has_mark=has_mark)


def write_file(file: TextFile) -> None:
    """Put a text in the place of a file, or make the file: whole, or not at all.

    An existing file's permissions stay, and a symbolic link stays one: what it leads to is written.

    Raises:
        ClientConfigError: If it cannot be written.
    """
    try:
        _check_regular(file.path)
        _replace(Path(os.path.realpath(file.path)), _MARK * file.has_mark + file.text.encode())
    except (OSError, ValueError) as error:
        raise ClientConfigError(f"{file.path} cannot be written ({_reason(error)})") from None


def _replace(path: Path, content: bytes) -> None:
    beside = path.with_name(f".{secrets.token_hex(8)}.tmp")
    try:
        with beside.open("xb") as written:
            written.write(content)
            written.flush()
            os.fsync(written.fileno())
        if path.exists():
            beside.chmod(stat.S_IMODE(path.stat().st_mode))
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


def _check_regular(path: Path) -> None:
    """Keep away from folders, from pipes, which wait, and from devices, which must stay."""
    if path.exists() and not path.is_file():
        raise ClientConfigError(f"{path} is no regular file; name another one")


def _reason(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error)
