"""Paths as Compose resolves them: relative to the project folder, without looking at the disk."""

import posixpath
from pathlib import Path

_REMOTE = ("https://", "http://", "git://", "ssh://", "github.com/", "git@")
_REMOTE_FILES = ("git@", "git://", "ssh://", "https://", "http://", "oci://", "github.com/")


def is_remote_context(text: str) -> bool:
    """Return whether a build context is no folder of this machine."""
    return "://" in text or text.startswith(("service:", *_REMOTE))


def is_remote_file(text: str) -> bool:
    """Return whether an included or extended file is not on this machine."""
    return text.startswith(_REMOTE_FILES)


def expand_user(text: str) -> str:
    """Put the home folder in place of a leading ``~``."""
    if not text.startswith("~"):
        return text
    try:
        return posixpath.normpath(posixpath.join(str(Path.home()), text[1:].lstrip("/")))
    except RuntimeError:
        return text


def absolute(text: str, directory: str) -> str:
    """Resolve a path against a folder; an empty path, and an absolute one, stay as they are."""
    text = expand_user(text)
    if not text or text.startswith("/"):
        return text
    return join(directory, text)


def absolute_source(text: str, directory: str) -> str:
    """Resolve a path that may be one of Windows, and may be empty."""
    text = expand_user(text)
    if text.startswith("/") or _is_windows(text):
        return text
    return join(directory, text)


def join(directory: str, text: str) -> str:
    """Join two paths and tidy the result up."""
    joined = posixpath.normpath(posixpath.join(directory, text.lstrip("/")) if text else directory)
    return "/" + joined.lstrip("/") if joined.startswith("//") else joined


def clean(text: str) -> str:
    """Tidy a path up; an empty one is the current folder."""
    cleaned = posixpath.normpath(text)
    return "/" + cleaned.lstrip("/") if cleaned.startswith("//") else cleaned


def _is_windows(text: str) -> bool:
    if len(text) >= 2 and text[1] == ":":
        return text[2:3] in {"\\", "/"}
    return text.startswith("\\\\") and text[2:3] not in {"", "\\", "/"}
