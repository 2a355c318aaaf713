"""The fate of each bind mount.

A task has no host to mount from. A mount of what the image has anyway is left out; one of a folder
of data becomes a volume; one of files that are only read becomes a copy of them. Another one would
lose what the container writes, or needs what this machine alone has: it is refused.
"""

import hashlib
import os
import posixpath
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from enum import Enum, auto

from serverless_containers.compose.dockerfile import Dockerfile, PlacedPath
from serverless_containers.compose.model import Mount, Project, Service, Volume
from serverless_containers.findings import Findings, Rule
from serverless_containers.findings.listing import listed
from serverless_containers.plan.build_context import rules as context_rules
from serverless_containers.plan.build_context.check import PackedAnyway
from serverless_containers.plan.build_context.credentials import Handling
from serverless_containers.plan.build_context.folders import files_of_secrets, is_within, real
from serverless_containers.plan.build_context.glob import read_glob
from serverless_containers.plan.build_context.ignore import IgnoreRules, ignore_file_of
from serverless_containers.plan.build_context.walk import Context, files_of_part, is_never_sent
from serverless_containers.plan.names import free
from serverless_containers.plan.places import place
from serverless_containers.plan.resources import rules
from serverless_containers.plan.resources.git_ignore import GitIgnore, is_placeholder
from serverless_containers.plan.resources.known_paths import (
    is_changed,
    is_configuration,
    is_data,
    is_of_packages,
    is_of_tools,
    only_reads,
)
from serverless_containers.plan.resources.mount_paths import normal, why_reserved
from serverless_containers.plan.resources.mounted_files import (
    UNSOUND,
    MountedCredential,
    MountedFiles,
    find_files,
)
from serverless_containers.plan.settings import EXTENSION, Known, read_extension

LOCAL_ONLY = f"mark the mount with {EXTENSION}: {{local-only: true}}"
"""The way to say that a mount is for this machine alone."""
OUTSIDE_FIX = f"copy the files into the image, use a named volume, or {LOCAL_ONLY}"
OF_A_VOLUME: Known = {"storage": ("efs", "scratch")}
"""The settings of a named volume."""
_LONGEST_NAME = 200
"""Characters of the name of a volume, without what makes it unique."""
_TIME_ZONE = ("/etc/localtime", "/etc/timezone")
_RANDOM = frozenset({"/dev/random", "/dev/urandom"})
_SOCKETS = re.compile(r"(/var)?/run/(docker|podman|containerd)[\w./-]*\.sock")
_SOURCES = re.compile(r".*\.(c|m)?(js|ts)x?|.*\.(py|rb|php|go|rs|java|jar|ex|exs|cs|html?)")
"""Names of files of a program, as opposed to those that say which packages it needs."""
_OF_TLS = re.compile(r"(?i)tls|ssl|certs?\b|certificate|https|letsencrypt|privkey|server\.key")
"""Signs in a path that a key is that of a server's certificate."""
_UNSOUND_IN_IMAGE = re.compile(r"[\0-\x1f\x7f\ud800-\udfff$`\"\\]")
"""Characters that mean something in a Dockerfile, besides `UNSOUND`."""


class Becomes(Enum):
    """The kinds of what becomes of a bind mount."""

    NOTHING = auto()
    """It is left out, and the image has what is needed."""
    VOLUME = auto()
    """It is a folder of Amazon EFS."""
    FILE = auto()
    """It is a file that is copied."""
    FOLDER = auto()
    """It is a folder whose files are copied, and which takes the place of the image's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BindMount:
    """A bind mount that was decided on.

    Attributes:
        mount: The mount.
        becomes: What becomes of it.
        source: Its source, absolute.
        target: Its path in the container, without a slash at its end.
        found: The files that are copied; none for other kinds.
        volume: The name of the volume that it becomes; empty for other kinds.
    """

    mount: Mount
    becomes: Becomes
    source: str
    target: str
    volume: str = ""
    found: MountedFiles = field(default_factory=lambda: MountedFiles(files={}))


@dataclass(slots=True)
class BindMounts:
    """Decides what becomes of the bind mounts of a project.

    Attributes:
        project: The canonical model.
        findings: Takes what becomes of each mount.
        packed: The files that are packed whatever they hold.
        taken: The names of other volumes.
        folder: The project folder, without links.
        git: The files of it that git leaves alone.
        read_here: The files of variables that are read on this machine.
        secret_files: The files with the values of secrets, whatever they are named.
        stored: The folders that have become volumes, each with the service that it was for.
    """

    project: Project
    findings: Findings
    packed: PackedAnyway
    taken: frozenset[str] = frozenset()
    folder: str = field(init=False)
    git: GitIgnore = field(init=False)
    read_here: frozenset[str] = field(init=False)
    secret_files: frozenset[str] = field(init=False)
    stored: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.folder = real(self.project.directory)
        self.git = GitIgnore(self.folder)
        self.read_here = frozenset(real(file) for file in self.project.env_files)
        self.secret_files = frozenset(real(file) for file in files_of_secrets(self.project))

    def decide(self, service: Service, mount: Mount, source: str) -> BindMount | None:
        """Decide what becomes of a mount, and say so at its place.

        Args:
            service: The service that has it.
            mount: The mount.
            source: Its source: an absolute path of this machine.

        Returns:
            What becomes of it; None if it was refused.
        """
        case = _Case(
            binds=self,
            service=service,
            mount=mount,
            source=os.path.normpath(source),
            target=normal(mount.target),
        )
        for decide in (
            case.unsound,
            case.of_the_host,
            case.of_packages,
            case.in_image,
            case.outside,
            case.of_data,
            case.copied,
        ):
            decided = decide()
            if isinstance(decided, Becomes):
                return BindMount(
                    mount=mount,
                    becomes=decided,
                    source=case.source,
                    target=case.target,
                    found=case.found,
                    volume=self.volume_of(case.source) if decided is Becomes.VOLUME else "",
                )
            if decided is False:
                return None
        return None

    def shown(self, source: str) -> str:
        """A path of this machine as the user would name it."""
        top = os.path.normpath(self.project.directory)
        relative = os.path.relpath(source, top)
        if relative == ".":
            return "."
        return source if relative.startswith("..") else f"./{relative}"

    def volume_of(self, source: str) -> str:
        """The name of the volume that a folder of the project becomes.

        Args:
            source: The absolute path of the folder, without links.
        """
        relative = posixpath.relpath(source, self.folder)
        slug = re.sub(r"[^A-Za-z0-9_-]+", "-", relative.strip("./")) or "data"
        name = f"bind-{slug}"[:_LONGEST_NAME]
        if name != f"bind-{relative}":
            # Other paths may come to the same name.
            digest = hashlib.sha256(relative.encode("utf-8", "surrogateescape")).hexdigest()
            name = f"{name}-{digest[:8]}"
        return free(name, self.taken)

    def is_inside(self, source: str) -> bool:
        """Return whether a path is in the project folder, or is it."""
        return is_folder_of(self.project, source)


@dataclass(slots=True, kw_only=True)
class _Case:
    """One mount. Each step decides, refuses (False), or leaves it to the next (None)."""

    binds: BindMounts
    service: Service
    mount: Mount
    source: str
    target: str
    found: MountedFiles = field(default_factory=lambda: MountedFiles(files={}))

    @property
    def shown(self) -> str:
        return self.binds.shown(self.source)

    def unsound(self) -> bool | None:
        if UNSOUND.search(self.source) or _UNSOUND_IN_IMAGE.search(self.target):
            return self._refuse("a path holds characters that no path should", "rename it")
        if not self.target.startswith("/") or self.target == "/":
            return self._refuse(
                f"{self.target} cannot be replaced by what is mounted", "name a folder in it"
            )
        return None

    def of_the_host(self) -> Becomes | bool | None:
        """Judge what is the host's own: time zone, sockets, and what it gives each container."""
        if self.target in _TIME_ZONE and not self.binds.is_inside(self.source):
            return self._drop(
                f"{self.source} is the time zone of a host, which a task does not have",
                "set TZ under environment, and remove the mount",
            )
        if {self.source, self.target} <= _RANDOM:
            return self._drop(
                f"{self.target} is in every container", "remove the mount, or " + LOCAL_ONLY
            )
        if _SOCKETS.fullmatch(self.source):
            return self._refuse(
                f"{self.source} leads to a container engine, which Fargate gives nobody access to",
                f"run what needs it elsewhere, or {LOCAL_ONLY}",
            )
        reserved = why_reserved(self.target)
        if reserved is not None:
            problem, fix = reserved
            return self._refuse(problem, f"{fix}, or {LOCAL_ONLY}")
        return None

    def of_packages(self) -> Becomes | None:
        """A folder of installed packages, which a build installs in the image."""
        if self.service.build is None or not is_of_packages(self.target):
            return None
        return self._drop(
            f"{self.target} holds what is installed or made when the image is built",
            f"{LOCAL_ONLY} to say so",
        )

    def in_image(self) -> Becomes | None:
        """A part of the build's context that the Dockerfile copies to the same place."""
        build = self.service.build
        if build is None or not build.is_local or build.parsed_dockerfile is None:
            return None
        context = os.path.normpath(build.context)
        if not is_within(self.source, context):
            return None
        inside = os.path.relpath(self.source, context)
        inside = "" if inside == "." else inside
        if not has_placed(
            build.parsed_dockerfile, context=context, source=inside, target=self.target
        ):
            return None
        dockerfile = build.dockerfile if build.dockerfile_inline is None else None
        known = Context(context, IgnoreRules.of(context, dockerfile))
        files = dict(files_of_part(known, inside))
        left_out = [path for path, is_left_out in files.items() if is_left_out]
        sent = [path for path, is_left_out in files.items() if not is_left_out]
        if left_out and all(is_placeholder(path) for path in sent):
            return None
        problem = (
            f"{self.shown} is for developing: the Dockerfile copies it to {self.target}, and the "
            "image has it"
        )
        fix = f"{LOCAL_ONLY} to say so, or keep it in compose.override.yaml"
        # What the program may need comes first.
        missed = [each for each in left_out if self._may_be_missed(f"{context}/{each}")]
        named = _listed_shortly([*missed, *(each for each in left_out if each not in missed)])
        if left_out:
            file = ignore_file_of(context, dockerfile)
            problem += f" without {named}, which {self.binds.shown(file or context)} leaves out"
        if not missed:
            return self._drop(problem, fix)
        self._report(
            rules.MOUNT_INCOMPLETE,
            f"{problem}; the mount is left out",
            f"take what {self.service.name} needs out of that file; {fix}",
        )
        return Becomes.NOTHING

    def _may_be_missed(self, path: str) -> bool:
        """Return whether a file of the mount that the image lacks may be one that is needed.

        What git ignores was made here, and tools and people alone read others.
        """
        names = path[len(self.source) :].strip("/").split("/")
        known = self.binds
        return not (
            any(is_of_tools(name) or is_of_packages(name) for name in names)
            or real(path) in known.read_here
            or known.git.ignores(real(path), is_folder=os.path.isdir(path))  # noqa: PTH112  # any text
        )

    def outside(self) -> bool | None:
        """Judge what this machine alone has."""
        if not self.binds.is_inside(self.source):
            return self._refuse(f"a task has no host to mount {self.source} from", OUTSIDE_FIX)
        # The project folder itself may be behind a link.
        folder = os.path.normpath(self.binds.project.directory)
        expected = posixpath.normpath(
            posixpath.join(self.binds.folder, os.path.relpath(self.source, folder))
        )
        if real(self.source) != expected:
            return self._refuse(
                f"{self.shown} is a symbolic link, or behind one, which other machines may lack",
                "name the file or the folder that it leads to",
            )
        self.source = expected
        return None

    def of_data(self) -> Becomes | bool | None:
        """A folder that a program keeps its data in."""
        if os.path.lexists(self.source) and not os.path.isdir(self.source):  # noqa: PTH112  # any text
            return None
        sharing = self.binds.stored.get(self.source)
        if sharing is not None:
            self._report(
                rules.MOUNT_STORED,
                f"{self.shown} is a folder of Amazon EFS, because it is one for {sharing}",
                f"say so with the named volume {self.binds.volume_of(self.source)} in both "
                "services, which is the same folder",
            )
            return Becomes.VOLUME
        reason = self._reason_for_data()
        if self.mount.read_only or reason is None:
            if os.path.isdir(self.source):  # noqa: PTH112  # any text
                return None
            return self._refuse(
                f"there is no {self.shown}, and it would be mounted "
                f"{'read-only' if self.mount.read_only else 'as a file'}",
                f"add it to the project, or {LOCAL_ONLY}",
            )
        self._report(
            rules.MOUNT_STORED,
            f"{self.shown} {reason}: it becomes a folder of Amazon EFS, which starts empty and "
            "outlives the tasks",
            f"say so with the named volume {self.binds.volume_of(self.source)}, which is the same "
            "folder, or copy files that are only read by writing :ro",
        )
        self.binds.stored[self.source] = self.service.name
        return Becomes.VOLUME

    def _reason_for_data(self) -> str | None:
        image = image_of(self.service)
        git = self.binds.git
        if is_data(self.target, image) or self.target in self._declared():
            return f"is mounted where {self._program(image)} keeps its data"
        if not os.path.isdir(self.source):  # noqa: PTH112  # any text
            # What has an ending is a file that somebody has yet to write.
            return "does not exist here" if not _is_named_as_file(self.source) else None
        if is_configuration(self.target, image):
            return "is empty" if _is_empty(self.source) else None
        if git.ignores(self.source, is_folder=True):
            return "is ignored by git"
        return "holds no file that git keeps" if not git.has_tracked_files(self.source) else None

    def _declared(self) -> tuple[str, ...]:
        build = self.service.build
        parsed = build.parsed_dockerfile if build is not None else None
        return parsed.volumes if parsed is not None else ()

    def _program(self, image: str | None) -> str:
        return image if image is not None and self.service.build is None else self.service.name

    def copied(self) -> Becomes | bool:
        """Files that are only read."""
        names = self.source[len(self.binds.folder) :].split("/")
        unsent = next((each for each in names if each and is_never_sent(each)), None)
        if unsent is not None:
            return self._refuse(
                f"{self.shown} is never packed, because of the name {unsent}",
                f"rename it, or {LOCAL_ONLY}",
            )
        is_folder = os.path.isdir(self.source)  # noqa: PTH112  # any text
        image = image_of(self.service)
        if not self.mount.read_only and (
            # What git ignores is there because a program has written it.
            not (is_configuration(self.target, image) or only_reads(image))
            or self.binds.git.ignores(self.source, is_folder=True)
            if is_folder
            else is_changed(self.source)
        ):
            return self._refuse_writable(is_folder=is_folder)
        self.found = find_files(
            self.source, read_here=self.binds.read_here, secrets=self.binds.secret_files
        )
        if self.found.problem is not None:
            return self._refuse(
                f"{self.shown} {self.found.problem}",
                f"copy what it needs into the image, make credentials secrets, or {LOCAL_ONLY}",
            )
        if not self._may_be_packed():
            return False
        if not self._warn_of_untracked(is_folder=is_folder) and is_folder:
            self._warn_of_changed()
        if self.found.files:
            return Becomes.FOLDER if is_folder else Becomes.FILE
        return self._refuse(f"{self.shown} holds no files", f"add some, or {LOCAL_ONLY}")

    def _may_be_packed(self) -> bool:
        sound = True
        for each in self.found.credentials:
            if self.binds.packed.covers(each.path):
                continue
            shown = self.binds.shown(each.path)
            shown_here = "it" if shown == self.shown else shown
            is_left_out = each.credential.handling is not Handling.WARN
            self._report(
                rules.MOUNT_SECRET if is_left_out else context_rules.PACKED,
                f"{shown_here} is {each.credential.what}, which would be copied"
                if is_left_out
                else f"{shown_here} is {each.credential.what}, which is copied, and so leaves this "
                "machine",
                self._without_credential(each),
            )
            sound = sound and not is_left_out
        return sound

    def _without_credential(self, found: MountedCredential) -> str:
        """The advice about a file with credentials that is mounted."""
        if found.credential.of_tls and _OF_TLS.search(
            f"{self.binds.shown(found.path)} {self.target}"
        ):
            return (
                "TLS ends at the ingress, which has a certificate of its own: let the program "
                "speak plain HTTP and remove the mount; a key for something else is a secret"
            )
        return f"make it a secret, hand variables over with env_file, or {LOCAL_ONLY}"

    def _warn_of_changed(self) -> None:
        """Warn of a folder that may be written to, and in which git ignores what is written."""
        pattern = None if self.mount.read_only else self.binds.git.pattern_below(self.source)
        if pattern is not None:
            self._report(
                rules.MOUNT_CHANGED,
                f"{self.shown} is copied, and .gitignore names {pattern} in it, which a program "
                "seems to write: what the container writes there is lost with each task",
                "write :ro if nothing is written, or mount a named volume where it is",
            )

    def _warn_of_untracked(self, *, is_folder: bool) -> bool:
        """Warn of files that this machine has, and another one may not have; whether it did."""
        ignored = [
            name
            for name in self.found.files
            if self.binds.git.ignores(f"{self.source}/{name}".rstrip("/"), is_folder=False)
        ]
        if not ignored:
            return False
        self._report(
            rules.MOUNT_UNTRACKED,
            f"{self.shown} holds {_listed_shortly(ignored)}, which git ignores"
            if is_folder
            else f"{self.shown} is ignored by git",
            "a deployment from this machine has it, and one from another may not: keep it in git, "
            f"move it out of what is mounted, or {LOCAL_ONLY}",
        )
        return True

    def _refuse_writable(self, *, is_folder: bool) -> bool:
        what = "files of the project" if is_folder else "a file that programs write to"
        self._report(
            rules.MOUNT_WRITABLE,
            f"{self.shown} holds {what}, and {self.target} can be written to: what the container "
            "writes there would be lost with each task"
            if is_folder
            else f"{self.shown} has the name of {what}: what the container writes would be lost "
            "with each task",
            f"write :ro if it is only read, use a named volume if it is data, copy it in the "
            f"Dockerfile if it is the program, or {LOCAL_ONLY}",
        )
        return False

    def _drop(self, problem: str, fix: str) -> Becomes:
        self._report(rules.MOUNT_DROPPED, f"{problem}; the mount is left out", fix)
        return Becomes.NOTHING

    def _refuse(self, problem: str, fix: str) -> bool:
        self._report(rules.MOUNT_REJECTED, problem, fix)
        return False

    def _report(self, rule: Rule, problem: str, fix: str) -> None:
        self.binds.findings.report(rule, *place(self.mount), problem, fix)


def bound_folder(volume: Volume) -> str | None:
    """Return the folder that the options of a volume bind; None if they bind none.

    The options are mount(8)'s, of Docker's ``local`` driver.
    """
    options = volume.driver_opts
    kind = options.get("type", "").lower()
    flags = options.get("o", "").lower().split(",")
    is_bind = kind in {"", "none", "bind"} and (
        "bind" in flags or "rbind" in flags or kind == "bind"
    )
    if volume.external or not is_bind or volume.driver not in {None, "", "local"}:
        return None
    return options.get("device", "")


def as_bind_mount(mount: Mount, project: Project) -> Mount | None:
    """Return a mount as the bind mount that it is; None if it is another kind of mount.

    So is a volume whose options bind a folder in the project, unless the file says what the volume
    is on Fargate.

    Args:
        mount: The mount.
        project: The canonical model.
    """
    if mount.type == "bind":
        return mount
    volume = project.volumes.get(mount.source or "") if mount.type == "volume" else None
    folder = bound_folder(volume) if volume is not None and mount.subpath is None else None
    if volume is None or folder is None or not is_folder_of(project, folder):
        return None
    if "storage" in read_extension(volume, OF_A_VOLUME, Findings()):
        return None
    is_read_only = mount.read_only or "ro" in volume.driver_opts.get("o", "").lower().split(",")
    return replace(mount, type="bind", source=folder, read_only=is_read_only)


def is_folder_of(project: Project, path: str) -> bool:
    """Return whether an absolute path is in the project folder, or is it."""
    folder = os.path.normpath(project.directory)
    return os.path.isabs(path) and is_within(os.path.normpath(path), folder)  # noqa: PTH117  # any text


def image_of(service: Service) -> str | None:
    """The image that a service names, or the one that its Dockerfile builds on."""
    if service.build is None:
        return service.image
    parsed = service.build.parsed_dockerfile
    return parsed.base_image if parsed is not None else None


def has_placed(dockerfile: Dockerfile, *, context: str, source: str, target: str) -> bool:
    """Return whether an image has a part of its build's context at a path.

    That is so where an instruction copies the part, or what it is in, to that path; and, for a
    folder, where instructions copy what is in it to the same places, a folder or a source of the
    program among it.

    Args:
        dockerfile: The Dockerfile.
        context: The build's context, absolute.
        source: The part, as a path in the context; empty: all of it.
        target: The absolute path in the image.
    """
    # A copy that an instruction for the same path follows is replaced; of one program that is rare.
    return any(
        _covers(each, context, source, target) or _holds_program(each, context, source, target)
        for each in dockerfile.placed
    )


def _covers(placed: PlacedPath, context: str, source: str, target: str) -> bool:
    if not os.path.isdir(os.path.join(context, placed.source)):  # noqa: PTH112, PTH118  # any text
        return placed_file(placed, source) == target
    if source != placed.source and not is_within(f"/{source}", f"/{placed.source}"):
        return False
    below = source[len(placed.source) :].lstrip("/")
    return normal(posixpath.join(placed.target, below)) == target


def placed_file(placed: PlacedPath, source: str) -> str | None:
    """The path in the image of a file that is copied by its name or by a pattern; else None."""
    pattern = read_glob(placed.source)
    if placed.source != source and (pattern is None or not pattern.matches(source)):
        return None
    into = placed.into or placed.source != source
    return posixpath.join(placed.target, posixpath.basename(source)) if into else placed.target


def _holds_program(placed: PlacedPath, context: str, source: str, target: str) -> bool:
    if source == placed.source or not is_within(f"/{placed.source}", f"/{source}"):
        return False
    below = placed.source[len(source) :].lstrip("/")
    expected = normal(posixpath.join(target, below))
    if os.path.isdir(os.path.join(context, placed.source)):  # noqa: PTH112, PTH118  # any text
        return placed.target == expected
    is_program = _SOURCES.fullmatch(posixpath.basename(placed.source)) is not None
    return is_program and placed_file(placed, placed.source) == expected


def _listed_shortly(names: Sequence[str]) -> str:
    """The first three of some names, and how many more there are."""
    return listed(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")


def _is_empty(folder: str) -> bool:
    try:
        with os.scandir(folder) as listed:
            return next(listed, None) is None
    except OSError:
        return False


def _is_named_as_file(path: str) -> bool:
    name = path.rpartition("/")[2]
    stem, dot, ending = name.rpartition(".")
    return bool(dot and stem and 0 < len(ending) <= 5) and ending not in ("d", "data")
