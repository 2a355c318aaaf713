"""The source that a secret belongs to: the repository that all who work on it have in common."""

import hashlib
import os
import re
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from urllib.parse import urlsplit

_LONGEST = 256
"""Characters of a tag's value: "Tag", AWS Secrets Manager API Reference."""
_SECTION = re.compile(r"""\s*\[\s*remote\s+"origin"\s*\]\s*(?:[#;].*)?""", re.IGNORECASE)
_URL = re.compile(r"""\s*url\s*=\s*"?([^"#;]*?)"?\s*(?:[#;].*)?""", re.IGNORECASE)
_SCP = re.compile(r"(?:[^@/:]+@)?([^@/:]{2,}):(?!//)/?(.+)")
_CODECOMMIT = re.compile(r"codecommit::([a-z0-9-]+)://(?:[^@/]+@)?([^@/]+)")
_SSH_HOST = re.compile(r"[a-z0-9_][a-z0-9_.-]*", re.ASCII)
_DNS_NAME = re.compile(r"(?:[a-z0-9_-]+\.)+(?:[a-z]{2,}|xn--[a-z0-9-]+)", re.ASCII)
_HOST_KEY = re.compile(r"^hostname (\S+)$", re.MULTILINE)
_SECONDS = 10
"""The time that git and ssh have to answer; neither speaks to anybody else."""

_HOSTS: Mapping[str, str] = {
    "altssh.bitbucket.org": "bitbucket.org",
    "altssh.gitlab.com": "gitlab.com",
    "ssh.dev.azure.com": "dev.azure.com",
    "ssh.github.com": "github.com",
    "vs-ssh.visualstudio.com": "dev.azure.com",
}
"""Hosts that take SSH alone, by port 443 and otherwise, with those of the same repositories
("Using SSH over the HTTPS port", GitHub Docs; the same in GitLab's and Bitbucket Cloud's; "Use SSH
key authentication", Azure Repos)."""

_OF_A_REPOSITORY = frozenset({"GIT_DIR", "GIT_COMMON_DIR", "GIT_WORK_TREE"})
_AZURE_SSH = re.compile(r"v3/([^/]+)/([^/]+)/([^/]+)")
_AZURE_HTTPS = re.compile(r"([^/]+)(?:/([^/]+))?/_git/([^/]+)")
_VISUAL_STUDIO = re.compile(r"([^.]+)\.visualstudio\.com")
_BITBUCKET_SERVER = re.compile(r"scm/([^/]+/[^/]+)")
_NOT_IN_TAGS = re.compile(r"[^A-Za-z0-9_.:/=+@-]")


def source_of(folder: Path) -> str | None:
    """Name the source that a project's folder is a part of.

    It is the repository that ``origin`` names, such as ``github.com/acme/shop``, with the folder in
    it: the same for everybody who has cloned it, by SSH or HTTPS. It holds no path of this machine,
    and neither a user nor a password of the address.

    For that it is asked what the address stands for on this machine:

    - git, where it is installed, resolves ``url.<base>.insteadOf`` and files that the configuration
      includes (``git remote get-url``). It reads configuration alone: no hook, alias or command of
      the checkout is run, and a checkout of another user's it refuses (``safe.directory``). Where
      it does not answer, ``url`` is read from the repository's own configuration.
    - ssh, where it is installed, resolves an alias of its configuration (``ssh -G``). It reads
      the user's and the machine's configuration, and runs what ``Match exec`` says there, as at
      each ``git fetch``; of the checkout it is told the host alone. An answer that is no name in
      the DNS (an IP address, another alias) is not taken.

    Hosts with one address for SSH and another for HTTPS have one name here: those of GitHub, GitLab
    and Bitbucket for port 443; Azure DevOps (``dev.azure.com``, organization, project, repository);
    Bitbucket Server, without its ``/scm/``; and AWS CodeCommit, also as ``git-remote-codecommit``
    writes it with a region. Without one, where a repository is depends on who asks: None.

    Args:
        folder: The project's folder.

    Returns:
        The name as a tag can hold it, or None where no repository on a network is known.
    """
    folder = folder.resolve()
    for root in (folder, *folder.parents):
        git = root / ".git"
        if git.exists():
            repository = _name(_asked_of_git(root) or _read(git))
            if repository is None:
                return None
            inside = folder.relative_to(root).as_posix()
            return _as_tag(repository if inside == "." else f"{repository}:{inside}")
    return None


def _asked_of_git(root: Path) -> str:
    """The address of ``origin`` as git resolves it; empty if it does not tell."""
    environment = {
        # A repository above is another one, and that of a hook which runs this need not be it.
        **{key: value for key, value in os.environ.items() if key not in _OF_A_REPOSITORY},
        "GIT_CEILING_DIRECTORIES": str(root.parent),
    }
    return _answer(["git", "-C", str(root), "remote", "get-url", "origin"], environment).strip()


def _answer(words: Sequence[str], environment: Mapping[str, str]) -> str:
    """Return the output of a program; empty if there is none of that name, or it fails."""
    program = shutil.which(words[0])
    if program is None:
        return ""
    try:
        done = subprocess.run(  # noqa: S603  # git and ssh, which the user works with anyway
            [program, *words[1:]],
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=_SECONDS,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stdout


def _read(git: Path) -> str:
    """The address of ``origin`` in the configuration of a repository; empty if there is none."""
    try:
        config = _common_folder(git) / "config"
        lines = config.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return ""
    in_origin, url = False, ""
    for line in lines:
        if line.lstrip().startswith("["):
            in_origin = _SECTION.fullmatch(line) is not None
        elif in_origin and (found := _URL.fullmatch(line)):
            url = url or found[1]
    return url


def _common_folder(git: Path) -> Path:
    """The folder of a repository, which a worktree and a submodule name in a file."""
    if git.is_dir():
        return git
    named = git.read_text(encoding="utf-8", errors="replace").strip().removeprefix("gitdir:")
    folder = git.parent / named.strip()
    common = folder / "commondir"
    return folder / common.read_text(encoding="utf-8").strip() if common.is_file() else folder


def _name(url: str) -> str | None:
    """The host and the path of a repository, the same for all of its addresses."""
    if found := _CODECOMMIT.fullmatch(url):
        domain = "amazonaws.com.cn" if found[1].startswith("cn-") else "amazonaws.com"
        return f"git-codecommit.{found[1]}.{domain}/v1/repos/{found[2]}".lower()
    by_ssh = True
    if "://" in url:
        try:
            parts = urlsplit(url)
            host, path = parts.hostname or "", parts.path
        except ValueError:
            return None
        by_ssh = "ssh" in parts.scheme
    elif found := _SCP.fullmatch(url):
        host, path = found[1], found[2]
    else:
        return None
    host, path = host.lower(), path.strip("/").removesuffix(".git").lower()
    if not host or not path or host == "localhost":
        return None
    if by_ssh:
        host = _asked_of_ssh(host)
    return "/".join(_on_one_host(_HOSTS.get(host, host), path))


def _asked_of_ssh(host: str) -> str:
    """The host that an alias stands for, or the host itself."""
    if not _SSH_HOST.fullmatch(host):
        return host
    found = _HOST_KEY.search(_answer(["ssh", "-G", "-T", "--", host], os.environ))
    name = found[1].lower().rstrip(".") if found else ""
    return name if _DNS_NAME.fullmatch(name) else host


def _on_one_host(host: str, path: str) -> tuple[str, str]:
    """The host and the path by which a service is reached in one of its ways."""
    if found := _VISUAL_STUDIO.fullmatch(host):
        host, path = "dev.azure.com", f"{found[1]}/{path.removeprefix('defaultcollection/')}"
    if host == "dev.azure.com":
        if found := _AZURE_SSH.fullmatch(path):
            return host, "/".join(found.groups())
        if found := _AZURE_HTTPS.fullmatch(path):
            # A project's first repository has its name, and an address without it.
            return host, "/".join((found[1], found[2] or found[3], found[3]))
    if found := _BITBUCKET_SERVER.fullmatch(path):
        return host, found[1]
    return host, path


def _as_tag(name: str) -> str:
    name = _NOT_IN_TAGS.sub("_", name)
    if len(name) <= _LONGEST:
        return name
    digest = hashlib.sha256(name.encode()).hexdigest()[:16]
    return f"{name[: _LONGEST - len(digest) - 1]}-{digest}"
