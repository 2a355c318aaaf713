"""The source that a secret belongs to: the repository that all who work on it have in common."""

import hashlib
import re
from pathlib import Path
from urllib.parse import urlsplit

_LONGEST = 256
"""Characters of a tag's value: "Tag", AWS Secrets Manager API Reference."""
_SECTION = re.compile(r"""\s*\[\s*remote\s+"origin"\s*\]\s*(?:[#;].*)?""", re.IGNORECASE)
_URL = re.compile(r"""\s*url\s*=\s*"?([^"#;]*?)"?\s*(?:[#;].*)?""", re.IGNORECASE)
_SCP = re.compile(r"(?:[^@/:]+@)?([^@/:]{2,}):(?!//)/?(.+)")
_NOT_IN_TAGS = re.compile(r"[^A-Za-z0-9_.:/=+@-]")


def source_of(folder: Path) -> str | None:
    """Name the source that a project's folder is a part of.

    It is the repository that ``origin`` names, such as ``github.com/acme/shop``, with the folder in
    it: the same for everybody who has cloned it, by SSH or HTTPS. It holds no path of this machine,
    and neither a user nor a password of the address.

    Args:
        folder: The project's folder.

    Returns:
        The name as a tag can hold it, or None where no repository on a network is known.
    """
    folder = folder.resolve()
    for root in (folder, *folder.parents):
        git = root / ".git"
        if git.exists():
            repository = _repository(git)
            if repository is None:
                return None
            inside = folder.relative_to(root).as_posix()
            return _as_tag(repository if inside == "." else f"{repository}:{inside}")
    return None


def _repository(git: Path) -> str | None:
    try:
        config = _common_folder(git) / "config"
        lines = config.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return None
    in_origin, url = False, ""
    for line in lines:
        if line.lstrip().startswith("["):
            in_origin = _SECTION.fullmatch(line) is not None
        elif in_origin and (found := _URL.fullmatch(line)):
            url = url or found[1]
    return _without_user(url)


def _common_folder(git: Path) -> Path:
    """The folder of a repository, which a worktree and a submodule name in a file."""
    if git.is_dir():
        return git
    named = git.read_text(encoding="utf-8", errors="replace").strip().removeprefix("gitdir:")
    folder = git.parent / named.strip()
    common = folder / "commondir"
    return folder / common.read_text(encoding="utf-8").strip() if common.is_file() else folder


def _without_user(url: str) -> str | None:
    if "://" in url:
        try:
            parts = urlsplit(url)
            host, path = parts.hostname, parts.path
        except ValueError:
            return None
    elif found := _SCP.fullmatch(url):
        host, path = found[1], found[2]
    else:
        return None
    path = path.strip("/").removesuffix(".git")
    return f"{host}/{path}".lower() if host and path and host != "localhost" else None


def _as_tag(name: str) -> str:
    name = _NOT_IN_TAGS.sub("_", name)
    if len(name) <= _LONGEST:
        return name
    digest = hashlib.sha256(name.encode()).hexdigest()[:16]
    return f"{name[: _LONGEST - len(digest) - 1]}-{digest}"
