"""Credentials and links in what is packed: which are left out, and what is said of them."""

import os
import posixpath
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import TypeAlias

from serverless_containers.compose.files import SECRET_PREFIX, is_secret
from serverless_containers.compose.model import Build, Project
from serverless_containers.compose.rules import LINK_OUT
from serverless_containers.compose.yaml.nodes import MappingNode, Node, Scalar, Sequence
from serverless_containers.findings import Findings, KeyPath, Location, Rule
from serverless_containers.plan.build_context import rules
from serverless_containers.plan.build_context.credentials import (
    READ_HERE,
    Credential,
    Handling,
    credential_of,
)
from serverless_containers.plan.build_context.folders import files_of_secrets, is_within, real
from serverless_containers.plan.build_context.glob import read_glob
from serverless_containers.plan.build_context.ignore import IgnoreRules
from serverless_containers.plan.build_context.model import Exclusions
from serverless_containers.plan.build_context.walk import Entry, contexts_of, is_left_out, walk
from serverless_containers.plan.places import place
from serverless_containers.plan.rules import SETTING_INVALID
from serverless_containers.plan.secrets import rules as secret_rules
from serverless_containers.plan.settings import EXTENSION, PACK, quoted

_SHOWN = 3
"""Files that a finding about many names."""
_LARGEST_SEARCHED = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Likeness:
    """A line that looks like a credential to a detector.

    Attributes:
        line: Its number.
        what: The kind of credential, and nothing of it.
    """

    line: int
    what: str


Detector: TypeAlias = Callable[[Path], Iterable[Likeness]]
"""Looks for credentials in a text file."""


def check_build_contexts(
    project: Project,
    findings: Findings,
    *,
    mounted: Iterable[Path] = (),
    detector: Detector | None = None,
) -> Exclusions:
    """Find what should not leave this machine in the folders that are packed.

    Packed are the project folder, for a pipeline whose source it is, and the context of each
    build. Only names are looked at, and the beginnings of files whose names do not tell.

    Args:
        project: The canonical model.
        findings: Takes what is left out, and what is packed and may be a credential.
        mounted: The files and folders that are added to images: they are packed, and have been
            looked at. A pipeline then packs the project folder even if no service has a build.
        detector: Looks into every file that is packed. Default: no file is looked into.

    Returns:
        The files that have to be left out.
    """
    return _Check(project, findings, detector, mounted).run()


MOST_ENTRIES = 200_000
"""Files and folders of what is packed, which takes some twenty seconds to look at."""

MOST_ENTRIES_UNBUILT = 20_000
"""Those of a folder of which nothing is built."""


class _Check:
    def __init__(
        self,
        project: Project,
        findings: Findings,
        detector: Detector | None,
        mounted: Iterable[Path],
    ) -> None:
        self._project = project
        self._findings = findings
        self._detector = detector
        self._folder = real(project.directory)
        self._contexts = contexts_of(project)
        self._mounted = PackedAnyway(frozenset(map(str, mounted)))
        self._is_built = bool(self._mounted.paths) or any(
            each.build for each in project.services.values()
        )
        self._read_here = {real(file) for file in project.env_files}
        self._secret_files = {real(file) for file in files_of_secrets(project)}
        self._packed = read_pack_setting(project, findings)
        self._left_out: dict[str, Credential] = {}
        """Files that some build would have read, by their paths."""
        self._unread: list[str] = []
        self._links: list[str] = []
        self._ignored: IgnoreRules | None = None
        self._many: dict[tuple[Rule, str], list[str]] = {}

    def run(self) -> Exclusions:
        if not self._is_whole_machine():
            self._walk()
        self._report_many()
        for service in self._project.services.values():
            if service.build is not None:
                self._check_folders(service.build)
                self._check_copies(service.build)
        return Exclusions(
            left_out=tuple(
                map(Path, sorted({*self._left_out, *self._unread, *self._secret_files}))
            ),
            links=tuple(map(Path, sorted(self._links))),
        )

    def _walk(self) -> None:
        roots = [self._folder, *(each.folder for each in self._contexts)]
        for count, entry in enumerate(walk(self._folder, self._contexts)):
            if count == MOST_ENTRIES_UNBUILT and not self._is_built:
                # What no build needs, only a pipeline without one would pack.
                return
            if count == MOST_ENTRIES:
                self._findings.report(
                    rules.CONTEXT_TOO_LARGE,
                    self._project.at("services"),
                    ("services",),
                    f"what is packed holds more than {MOST_ENTRIES} files and folders; the last "
                    f"one looked at is {self._shown(entry.path)}",
                    "build a folder that holds less, or list what a build does not need in "
                    ".dockerignore",
                )
                return
            if entry.is_link:
                self._link(entry, roots)
            elif self._is_built:
                self._look_at(entry)

    def _is_whole_machine(self) -> bool:
        """Return whether a context is the root of all folders; reports it."""
        found = False
        for service in self._project.services.values():
            build = service.build
            if build is not None and build.is_local and not Path(real(build.context)).name:
                found = True
                self._findings.report(
                    rules.CONTEXT_TOO_LARGE,
                    *place(build, "context"),
                    "the context is the root folder of this machine, with all that is in it",
                    "name the folder of the project that the image is built from",
                )
        return found

    def _shown(self, path: str) -> str:
        return os.path.relpath(path, self._folder)

    def _link(self, entry: Entry, roots: Iterable[str]) -> None:
        """A link that leads out of the folder.

        The CDK packs what such a link leads to. A container engine does not: to it the link is
        broken.
        """
        if not entry.in_clone:
            return
        within = [root for root in roots if entry.path.startswith(f"{root.rstrip('/')}/")]
        outermost = min(within, key=len)
        target = real(entry.path)
        if target == outermost or target.startswith(f"{outermost.rstrip('/')}/"):
            return
        self._links.append(entry.path)
        leads_to_secret = is_secret(Path(entry.path)) or target in self._secret_files
        self._findings.report(
            secret_rules.FILE_PLACE if leads_to_secret else secret_rules.LINK_OUTSIDE,
            Location(self._shown(entry.path), 1, 1),
            (),
            "it is a symbolic link to the file of a secret, in a folder that is packed"
            if leads_to_secret
            else "it is a symbolic link that leads out of the folder, and is left out",
            "remove it" if leads_to_secret else "copy what it leads to into the folder",
        )

    def _check_folders(self, build: Build) -> None:
        """Report folders of a build that are links out of the project: no source has them."""
        if not build.is_local:
            return
        self._check_folder(build, build.context, ("context",))
        for name, other in build.additional_contexts.items():
            if "://" not in other:
                self._check_folder(build, other, ("additional_contexts", name))

    def _check_folder(self, build: Build, folder: str, keys: tuple[str, ...]) -> None:
        # As text: a path that says itself that it leads out is no secret link.
        top = os.path.abspath(self._project.directory)  # noqa: PTH100  # text
        path = os.path.normpath(os.path.join(top, folder))  # noqa: PTH118  # text
        if not is_within(path, top) or is_within(real(path), self._folder):
            return
        self._findings.report(
            LINK_OUT,
            *place(build, *keys),
            f"{os.path.relpath(path, top)} is a symbolic link, or behind one, that leads out of "
            "the project, and what is packed holds the link alone",
            "name the folder that is meant by its own path, or copy it into the project",
        )

    def _look_at(self, entry: Entry) -> None:
        credential = (
            READ_HERE
            if entry.path in self._read_here
            else credential_of(entry.path, is_folder=entry.is_folder)
        )
        is_plain = entry.is_folder or entry.is_file
        if credential is not None and is_plain and not self._is_packed(entry, credential):
            # Nor is what is in a folder.
            entry.descend = False
            return
        if self._detector is not None and entry.is_file and entry.is_sent:
            self._search(entry, self._detector)

    def _is_packed(self, entry: Entry, credential: Credential) -> bool:
        """Return whether what holds credentials is packed after all, and report on it."""
        handling = credential.handling
        covered = self._packed.covers(entry.path) or self._mounted.covers(entry.path)
        if handling is not Handling.LEAVE_OUT_ALWAYS and covered:
            return True
        is_read = entry.is_read()
        if not is_read:
            if entry.in_source:
                self._unread.append(entry.path)
                # Where an ignore file leaves it out, that is what was asked for.
                if not entry.in_context and not self._is_listed(entry.path):
                    mistake = handling is Handling.LEAVE_OUT
                    self._say(rules.LEFT_OUT if mistake else rules.NOT_PACKED, entry, credential)
            # Without either, it is in no asset; a folder may still hold an exception.
            return entry.is_folder and not entry.in_source
        if handling is Handling.WARN or (credential.may_be_public and entry.of_others):
            self._say(rules.PACKED, entry, credential)
            return True
        self._left_out[entry.path] = credential
        always = handling is Handling.LEAVE_OUT_ALWAYS
        self._say(rules.NOT_PACKED if always else rules.LEFT_OUT, entry, credential)
        return False

    def _is_listed(self, path: str) -> bool:
        """Return whether the ignore file of the project folder lists what no build reads."""
        if not is_within(path, self._folder):
            return False
        if self._ignored is None:
            self._ignored = IgnoreRules.of(self._folder, None)
        return is_left_out(self._ignored, os.path.relpath(path, self._folder))

    def _say(self, rule: Rule, entry: Entry, credential: Credential) -> None:
        if entry.of_others:
            self._many.setdefault((rule, entry.of_others), []).append(entry.path)
            return
        shown = self._shown(entry.path)
        pack = f"or, if a build needs it, write {_opted(shown)}"
        verb, fix = {
            rules.LEFT_OUT: (
                "is left out of what is packed",
                f"move it out of the folder, list it in .dockerignore, {pack}",
            ),
            rules.PACKED: (
                "is packed, and so leaves this machine",
                f"move it out of the folder, list it in .dockerignore, {pack}",
            ),
            rules.NOT_PACKED: (
                "is left out of what is packed",
                "list it in .dockerignore to say so yourself"
                if credential.handling is Handling.LEAVE_OUT_ALWAYS
                else "",
            ),
        }[rule]
        self._findings.report(
            rule, Location(shown, 1, 1), (), f"it is {credential.what}, which {verb}", fix
        )

    def _report_many(self) -> None:
        """One finding for a folder of installed packages, which may hold any number of them."""
        for (rule, folder), paths in self._many.items():
            names = [os.path.relpath(path, folder) for path in sorted(paths)]
            more = len(names) - _SHOWN
            listed = ", ".join(names[:_SHOWN]) + (f" and {more} more" if more > 0 else "")
            is_packed = rule is rules.PACKED
            self._findings.report(
                rule,
                Location(self._shown(folder), 1, 1),
                (),
                f"files in this folder of installed packages look like credentials, and are "
                f"{'packed' if is_packed else 'left out of what is packed'}: {listed}",
                "list the folder in .dockerignore, and install the packages in the Dockerfile",
            )

    def _search(self, entry: Entry, detector: Detector) -> None:
        shown = self._shown(entry.path)
        path = Path(entry.path)
        try:
            too_large = path.stat().st_size > _LARGEST_SEARCHED
        except OSError:
            return
        if too_large:
            self._findings.report(
                rules.NOT_DETECTED,
                Location(shown, 1, 1),
                (),
                "it is larger than 1 MiB, and was not searched for credentials",
            )
            return
        for found in detector(path):
            self._findings.report(
                rules.DETECTED,
                Location(shown, found.line, 1),
                (),
                f"this looks like a credential ({found.what}) in a file that is packed",
                "make it a secret of the Compose file; if it is none, end the line with a comment "
                "that says pragma: allowlist secret",
            )

    def _check_copies(self, build: Build) -> None:
        """Report what a Dockerfile names and would not find."""
        if build.parsed_dockerfile is None or not build.is_local:
            return
        context = real(build.context)
        inside = {
            path[len(context) :].lstrip("/"): credential
            for path, credential in self._left_out.items()
            if path.startswith(f"{context.rstrip('/')}/")
        }
        for copied in build.parsed_dockerfile.copied if inside else ():
            name = posixpath.normpath(f"/{copied.path}").lstrip("/")
            found = next((each for each in _itself_and_above(name) if each in inside), None)
            if found is None and re.search(r"[*?\[]", name) and _says_more_than_all(name):
                pattern = read_glob(name)
                found = next(
                    (each for each in sorted(inside) if pattern and pattern.matches(each)), None
                )
            if found is None:
                continue
            shown = self._shown(f"{context}/{found}")
            credential = inside[found]
            self._findings.report(
                rules.COPIED,
                copied.at,
                (copied.keyword,),
                f"{shown} is {credential.what}, and is left out of what is packed: this build "
                "would not find it",
                "hand what the build needs of it over with args"
                if credential.handling is Handling.LEAVE_OUT_ALWAYS
                else f"remove it here, or write {_opted(shown)} in the Compose file",
            )


def _opted(path: str) -> str:
    return f"{EXTENSION}: {{{PACK}: [{path}]}}"


def _itself_and_above(name: str) -> Iterable[str]:
    while name:
        yield name
        name = posixpath.dirname(name)


def _says_more_than_all(pattern: str) -> bool:
    """Return whether the last part of a pattern asks for some names, rather than for all."""
    return re.search(r"\w", posixpath.basename(pattern)) is not None


_PACK_EXAMPLE = "write a list of paths against the project folder: [certs/test.pem]"


@dataclass(frozen=True, slots=True)
class PackedAnyway:
    """Files and folders that are packed whatever they hold.

    Attributes:
        paths: Them, absolute and without links.
    """

    paths: frozenset[str] = frozenset()

    def covers(self, path: str) -> bool:
        """Return whether a path is one of them, or below one."""
        if not self.paths:
            return False
        return path in self.paths or any(str(each) in self.paths for each in PurePath(path).parents)


def read_pack_setting(project: Project, findings: Findings) -> PackedAnyway:
    """Read the setting, reporting what is wrong with it.

    Args:
        project: The canonical model.
        findings: Takes what is no path, and what is never packed.
    """
    settings = project.node.get(EXTENSION) if isinstance(project.node, MappingNode) else None
    given = settings.get(PACK) if isinstance(settings, MappingNode) else None
    if given is None:
        return PackedAnyway()
    path: KeyPath = (EXTENSION, PACK)
    if not isinstance(given, Sequence):
        findings.report(SETTING_INVALID, given.at, path, "expected a list", _PACK_EXAMPLE)
        return PackedAnyway()
    folder = real(project.directory)
    found = set()
    for index, item in enumerate(given):
        problem = _pack_problem(item, folder)
        if problem:
            findings.report(SETTING_INVALID, item.at, (*path, index), *problem)
        elif isinstance(item, Scalar):
            found.add(_placed(str(item.value), folder))
    return PackedAnyway(frozenset(found))


def _placed(text: str, folder: str) -> str:
    return real(os.path.join(folder, text))  # noqa: PTH118  # has an answer for any text


def _is_path(text: str) -> bool:
    return bool(text.strip()) and "\0" not in text


def _pack_problem(item: Node, folder: str) -> tuple[str, str] | None:
    if not isinstance(item, Scalar) or not isinstance(item.value, str) or not _is_path(item.value):
        return f"expected a path, got {quoted(item)}", _PACK_EXAMPLE
    placed = _placed(item.value, folder)
    if folder == placed or folder.startswith(f"{placed.rstrip('/')}/"):
        return f"expected a file or a folder in the project, got {item.value!r}", _PACK_EXAMPLE
    parts = PurePath(item.value).parts
    if any(part == ".git" or part.startswith(SECRET_PREFIX) for part in parts):
        return (
            f"{item.value!r} is never packed",
            "hand what a build needs of it over with args, or make it a secret of a service",
        )
    return None
