"""The volumes of a task, and where its containers mount them.

A named volume outlives its task under Compose, and so it does here: it is a folder of an Amazon EFS
file system. An anonymous one is as short-lived as its container: it is on the task's own disk. So
is one that files of the project are copied to, which a service mounts from a folder.
"""

import posixpath
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from serverless_containers.compose.files import read_regular
from serverless_containers.compose.model import Mount, Project, Service, Volume
from serverless_containers.findings import Findings
from serverless_containers.plan.build_context.check import read_pack_setting
from serverless_containers.plan.build_context.folders import is_within
from serverless_containers.plan.known_images import tag_of, user_of
from serverless_containers.plan.model import (
    CopyPlan,
    FilePlan,
    MountPlan,
    VolumeKind,
    VolumePlan,
)
from serverless_containers.plan.names import free
from serverless_containers.plan.places import place
from serverless_containers.plan.resources import rules
from serverless_containers.plan.resources.bind_mounts import (
    LOCAL_ONLY,
    OF_A_VOLUME,
    Becomes,
    BindMount,
    BindMounts,
    as_bind_mount,
    image_of,
)
from serverless_containers.plan.resources.known_paths import is_of_packages
from serverless_containers.plan.resources.mount_paths import folder_around
from serverless_containers.plan.resources.mounted_files import MountedFile
from serverless_containers.plan.resources.owners import Owner, owner_of
from serverless_containers.plan.resources.volume_content import warn_of_content
from serverless_containers.plan.settings import Known, read_extension

_FILE_SYSTEM_ID = re.compile(r"fs-[0-9a-f]+")
OF_A_MOUNT: Known = {"local-only": bool}
_COST_OF_A_FILE = 200
"""Bytes of a task definition that writing a file takes, besides its content and its path."""
_MOST_COPIES = 50
"""Files that are added to an image, each a layer: engines take 127 of them."""
_LARGEST_COPY = 1024 * 1024
"""Bytes of a file that is added to the image of a service with a build."""
_MOVING_TAG = re.compile(r"[A-Za-z_.-]+")
"""A tag without a number: ``latest``, ``stable``, ``alpine``."""


@dataclass(slots=True)
class _Contents:
    """The files of a volume: those of a folder, with what is mounted over some of them."""

    bind: BindMount
    index: int
    files: dict[str, MountedFile]
    parts: list[CopyPlan]

    def put(self, over: BindMount) -> None:
        """Put what is mounted below the folder in the place of what it has there."""
        below = over.target[len(self.bind.target) :].lstrip("/")
        for name in [each for each in self.files if f"{each}/".startswith(f"{below}/")]:
            del self.files[name]
        for name, file in over.found.files.items():
            self.files[posixpath.join(below, name) if name else below] = file
        self.parts.append(_part(over, f"/{below}"))


@dataclass(slots=True)
class Mounts:
    """The volumes of a project, collected while its services are planned.

    Attributes:
        project: The canonical model.
        findings: Takes what is wrong, and what becomes of each bind mount.
        room: Bytes of files that the task definition still has room for.
        written: The folders of configs and secrets, by service.
        first_files: The files in them.
        volumes: The volumes, by name.
        files: The files that are written to them from the task definition.
        folders: The files and folders that are copied to them from an image.
    """

    project: Project
    findings: Findings
    room: int = 0
    written: Mapping[str, Sequence[MountPlan]] = field(default_factory=dict)
    first_files: Sequence[FilePlan] = ()
    volumes: dict[str, VolumePlan] = field(default_factory=dict)
    files: list[FilePlan] = field(default_factory=list)
    folders: list[CopyPlan] = field(default_factory=list)
    _decided: dict[str, dict[int, BindMount]] = field(default_factory=dict)
    _copies: dict[str, list[CopyPlan]] = field(default_factory=dict)
    _names: dict[tuple[CopyPlan, ...], str] = field(default_factory=dict)
    _bases: set[str] = field(default_factory=set)
    _owners: dict[str, str] = field(default_factory=dict)
    _taken: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        self._taken = anonymous_names(self.project) | self.project.volumes.keys()
        binds = BindMounts(
            self.project,
            self.findings,
            read_pack_setting(self.project, Findings()),
            taken=self._taken,
        )
        # What one service writes to is a volume for those that only read it, too.
        for read_only in (False, True):
            for service in self.project.services.values():
                for index, mount in enumerate(service.volumes):
                    bind = as_bind_mount(mount, self.project)
                    if bind is not None and bind.read_only is read_only:
                        self._decide(binds, service, bind, index)
        self._refuse_nested(binds)

    def of(self, service: Service) -> tuple[MountPlan, ...]:
        """Plan the mounts of one service."""
        binds = self._decided.get(service.name, {})
        planned = self._copy(service, binds)
        left_out = {each.target for each in binds.values() if each.becomes is Becomes.NOTHING}
        for index, mount in enumerate(service.volumes):
            is_read_only = mount.read_only
            if as_bind_mount(mount, self.project) is not None:
                if index not in binds or binds[index].becomes is not Becomes.VOLUME:
                    continue
                volume: VolumePlan | None = self._stored(service, binds[index])
                is_read_only = binds[index].mount.read_only
            elif mount.type == "volume":
                if self._is_in_image(mount, left_out):
                    continue
                volume = self._volume(service, mount, index)
            else:
                if mount.type != "tmpfs":
                    self._refuse(mount)
                continue
            if volume is not None:
                if volume.kind is VolumeKind.EFS and mount.type == "volume":
                    warn_of_content(service, mount, self.findings)
                if volume.kind is VolumeKind.EFS and not is_read_only:
                    self._compare_owners(service, mount, volume)
                planned[index] = MountPlan(
                    volume=volume.name, path=mount.target, read_only=is_read_only
                )
        return tuple(planned[index] for index in sorted(planned))

    def copies_of(self, service: Service) -> tuple[CopyPlan, ...]:
        """The files that are added to the image of a service whose mounts have been planned."""
        return tuple(self._copies.get(service.name, ()))

    def _decide(self, binds: BindMounts, service: Service, mount: Mount, index: int) -> None:
        local_only = read_extension(mount, OF_A_MOUNT, self.findings).get("local-only")
        if local_only is not None and local_only.value:
            self.findings.report(
                rules.MOUNT_LOCAL_ONLY,
                *place(mount),
                f"the bind mount of {mount.source} is left out of the deployment",
            )
        elif mount.source is not None:
            decided = binds.decide(service, mount, mount.source)
            if decided is not None:
                self._decided.setdefault(service.name, {})[index] = decided

    def _refuse_nested(self, binds: BindMounts) -> None:
        """Refuse folders in each other: volumes share no files."""
        for each in (bind for found in self._decided.values() for bind in found.values()):
            around = folder_around(each.source, binds.stored)
            if each.becomes is not Becomes.NOTHING and around is not None:
                self.findings.report(
                    rules.MOUNT_REJECTED,
                    *place(each.mount),
                    f"{binds.shown(each.source)} is in {binds.shown(around)}, which becomes a "
                    "volume of its own: the two would share no files",
                    "mount the whole folder in both places, or give each a folder of its own",
                )
        for found in self._decided.values():
            own = {each.source for each in found.values() if each.becomes is Becomes.VOLUME}
            for each in found.values():
                if each.becomes is Becomes.FOLDER:
                    self._refuse_copy_around(each, binds, own)

    def _refuse_copy_around(self, bind: BindMount, binds: BindMounts, own: Collection[str]) -> None:
        """Refuse a copy of a folder in which another service keeps data that it would not see.

        Args:
            bind: The mount of the folder that is copied.
            binds: What has become of all mounts.
            own: The folders with data that the same service mounts.
        """
        for stored, owner in binds.stored.items():
            if stored not in own and is_within(stored, bind.source):
                self.findings.report(
                    rules.MOUNT_REJECTED,
                    *place(bind.mount),
                    f"{binds.shown(bind.source)} is copied, and {binds.shown(stored)} in it "
                    f"becomes a volume: what {owner} writes there would never be seen here",
                    "mount that folder here, too, at its place in this one, or give each a folder "
                    "of its own",
                )

    def _is_in_image(self, mount: Mount, left_out: Collection[str]) -> bool:
        """Return whether a volume only keeps a mount that is left out from hiding the image."""
        around = folder_around(mount.target, left_out)
        if around is None or not (mount.source is None or is_of_packages(mount.target)):
            return False
        self.findings.report(
            rules.MOUNT_DROPPED,
            *place(mount),
            f"the volume keeps what the image has at {mount.target} from being hidden by "
            f"{around}, which is not mounted; it is left out",
            "mount it elsewhere, if it is for data",
        )
        return True

    def _stored(self, service: Service, bind: BindMount) -> VolumePlan:
        name = bind.volume
        planned = VolumePlan(name=name, kind=VolumeKind.EFS, owner=self._owner(service))
        return self.volumes.setdefault(name, planned)

    def _copy(self, service: Service, binds: Mapping[int, BindMount]) -> dict[int, MountPlan]:
        """Plan the copies of files, and give the mounts of those that have a folder."""
        # A folder before what is mounted in it.
        ordered = sorted(binds.items(), key=lambda each: each[1].target.count("/"))
        folders: dict[str, _Contents] = {}
        volumes = self._volumes_of(service)
        written = {each.path: each.volume for each in self.written.get(service.name, ())}
        for index, bind in ordered:
            if bind.becomes not in (Becomes.FILE, Becomes.FOLDER):
                continue
            name = folder_around(bind.target, {*folders, *written, *volumes})
            if name in folders:
                folders[name].put(bind)
                self._say_copied(bind, f"into the folder that is mounted at {name}")
            elif bind.becomes is Becomes.FOLDER:
                folders[bind.target] = _Contents(
                    bind, index, dict(bind.found.files), [_part(bind, "")]
                )
            elif name in written:
                self._add_to_written(bind, name, written[name])
            elif name is not None:
                self._refuse_hidden(bind, name)
            else:
                self._add_to_image(service, bind)
        return {each.index: self._fill(service, each) for each in folders.values()}

    def _volumes_of(self, service: Service) -> frozenset[str]:
        """The paths of the volumes of a service that hide what its image has."""
        stored = (
            each.target
            for each in self._decided.get(service.name, {}).values()
            if each.becomes is Becomes.VOLUME
        )
        mounted = (
            each.target
            for each in service.volumes
            if each.type in ("volume", "tmpfs") and as_bind_mount(each, self.project) is None
        )
        in_memory = (text.partition(":")[0] for text in service.tmpfs)
        return frozenset(
            path.rstrip("/") for paths in (stored, mounted, in_memory) for path in paths
        )

    def _add_to_written(self, bind: BindMount, folder: str, volume: str) -> None:
        """Add a file to the folder of configs or secrets that it is in."""
        name = bind.target[len(folder) :].lstrip("/")
        file = bind.found.files[""]
        cost = file.size + 2 * len(name) + _COST_OF_A_FILE
        clashing = [
            each
            for each in self.first_files
            if each.volume == volume and f"{name}/".startswith(f"{each.name}/")
        ]
        if clashing or cost > self.room:
            self.findings.report(
                rules.MOUNT_REJECTED,
                *place(bind.mount),
                f"{bind.target} is in {folder}, which holds what the service has as configs or "
                "secrets, "
                + (
                    f"and {clashing[0].name} is one"
                    if clashing
                    else "and the task definition has no room for it"
                ),
                "remove one of the two" if clashing else f"put it elsewhere than {folder}",
            )
            return
        self.room -= cost
        self._write(volume, {name: file}, bind)
        self._say_copied(
            bind, f"from the task definition into {folder}, which nobody can write to", lost=False
        )

    def _refuse_hidden(self, bind: BindMount, around: str) -> None:
        """Refuse a file in a volume, which would hide what its image has."""
        self.findings.report(
            rules.MOUNT_REJECTED,
            *place(bind.mount),
            f"{bind.target} is in the volume at {around}, and ECS mounts folders, not files",
            f"mount a folder that holds it below {around}, or put it elsewhere",
        )

    def _add_to_image(self, service: Service, bind: BindMount) -> None:
        copies = self._copies.setdefault(service.name, [])
        file = bind.found.files[""]
        if len(copies) == _MOST_COPIES:
            self.findings.report(
                rules.MOUNT_REJECTED,
                *place(bind.mount),
                f"more than {_MOST_COPIES} files would be added to one image",
                "mount the folder that they are in",
            )
            return
        if service.build is not None and file.size > _LARGEST_COPY:
            self.findings.report(
                rules.MOUNT_REJECTED,
                *place(bind.mount),
                f"the file has {file.size} bytes, and {_LARGEST_COPY} at most are added to what a "
                "Dockerfile makes",
                "copy it in the Dockerfile",
            )
            return
        copies.append(_part(bind, bind.target))
        image = image_of(service)
        if service.build is None:
            self._say_copied(bind, f"into an image that is built on {image}")
            self._warn_of_base(service)
        else:
            self._say_copied(bind, "into the image, after all that the Dockerfile does")

    def _warn_of_base(self, service: Service) -> None:
        image = service.image or ""
        tag = tag_of(image)
        if "@" in image or (tag and not _MOVING_TAG.fullmatch(tag)) or image in self._bases:
            return
        self._bases.add(image)
        self.findings.report(
            rules.MOUNT_BASE_MOVES,
            *place(service, "image"),
            f"{image} is another image tomorrow, and the files that are mounted are added to the "
            "one of the day of the build",
            "name a version, or a digest",
        )

    def _fill(self, service: Service, contents: _Contents) -> MountPlan:
        """Plan how the files of a folder come to its volume."""
        bind = contents.bind
        name = self._names.setdefault(
            tuple(contents.parts), free(f"{service.name}-mount-{contents.index}", self._taken)
        )
        count = f"{len(contents.files)} file{'s' if len(contents.files) > 1 else ''}"
        cost = sum(
            file.size + 2 * len(path) + _COST_OF_A_FILE for path, file in contents.files.items()
        )
        is_new = name not in self.volumes
        self.volumes.setdefault(name, VolumePlan(name=name, kind=VolumeKind.SCRATCH))
        is_written = any(each.volume == name for each in self.files)
        if is_new and cost <= self.room:
            is_written = True
            self.room -= cost
            self._write(name, contents.files, bind)
        elif is_new:
            self.folders += [_on_volume(name, part) for part in contents.parts]
        self._say_copied(
            bind,
            f"to a volume: {count}, "
            + (
                "from the task definition" if is_written else "from an image that is built for them"
            ),
        )
        return MountPlan(volume=name, path=bind.target, read_only=bind.mount.read_only)

    def _write(self, volume: str, files: Mapping[str, MountedFile], bind: BindMount) -> None:
        for path, file in sorted(files.items()):
            try:
                content = read_regular(file.source, most=file.size)
            except (OSError, ValueError) as error:
                self.findings.report(
                    rules.MOUNT_REJECTED,
                    *place(bind.mount),
                    f"{path} cannot be read ({getattr(error, 'strerror', None) or error})",
                    f"mend it, or {LOCAL_ONLY}",
                )
                return
            self.files.append(
                FilePlan(
                    volume=volume,
                    name=path,
                    content=content,
                    mode=file.mode,
                )
            )

    def _say_copied(self, bind: BindMount, how: str, *, lost: bool = True) -> None:
        missing = bind.found.left_out
        problem = f"what is mounted at {bind.target} is copied {how}"
        if missing:
            problem += f"; without {', '.join(missing[:3])}{' and more' if missing[3:] else ''}"
        opened = [(name, file) for name, file in bind.found.files.items() if file.is_opened]
        if opened:
            name, file = opened[0]
            problem += (
                f"; the copy of {name or 'the file'}{' and more' if opened[1:] else ''} has mode "
                f"{file.mode:04o}, not {file.permissions:04o}, of which git keeps nothing"
            )
        if lost and not bind.mount.read_only:
            problem += "; what the container writes there is lost with the task"
        self.findings.report(
            rules.MOUNT_COPIED,
            *place(bind.mount),
            problem,
            f"copy it in a Dockerfile to say so, or {LOCAL_ONLY} to leave it out",
        )

    def _volume(self, service: Service, mount: Mount, index: int) -> VolumePlan | None:
        if mount.subpath is not None:
            self.findings.report(
                rules.MOUNT_REJECTED,
                *place(mount, "volume", "subpath"),
                "ECS mounts a volume whole, not a path in it",
                "make it a volume of its own",
            )
            return None
        if mount.source is None:
            name = _anonymous_name(service, index, self.project)
            return self.volumes.setdefault(name, VolumePlan(name=name, kind=VolumeKind.SCRATCH))
        if mount.source not in self.volumes:
            defined = self.project.volumes.get(mount.source)
            planned = self._named(mount.source, defined, service)
            if planned is None:
                return None
            self.volumes[mount.source] = planned
        return self.volumes[mount.source]

    def _named(self, name: str, defined: Volume | None, service: Service) -> VolumePlan | None:
        if defined is None or not (defined.external or self._is_scratch(defined)):
            return VolumePlan(name=name, kind=VolumeKind.EFS, owner=self._owner(service))
        owner = owner_of(service) or (0, 0)
        if not defined.external:
            return VolumePlan(name=name, kind=VolumeKind.SCRATCH, owner=owner)
        identifier = defined.name or name
        if _FILE_SYSTEM_ID.fullmatch(identifier):
            return VolumePlan(
                name=name,
                kind=VolumeKind.EXTERNAL_EFS,
                file_system_id=identifier,
                owner=owner,
            )
        self.findings.report(
            rules.VOLUME_EXTERNAL,
            *place(defined, "name"),
            f"expected the id of an Amazon EFS file system, got {identifier!r}",
            "write name: fs-0123456789abcdef0",
        )
        return None

    def _owner(self, service: Service) -> Owner:
        """The owner of a service's folders of a file system: root where nothing says another."""
        owner = owner_of(service)
        if owner is not None:
            return owner
        self.findings.report(
            rules.VOLUME_OWNER,
            *place(service, "user" if service.user else "build"),
            f"{service.name} runs as {user_of(service)!r}, whose numbers only its image knows, and "
            "its folders on Amazon EFS belong to root: what it makes there does, too",
            'write its numbers, as user: "1000:1000"; `id` says them in a container of the image',
        )
        return 0, 0

    def _compare_owners(self, service: Service, mount: Mount, volume: VolumePlan) -> None:
        """Warn of a service that writes to a folder whose owner is another service's user."""
        first = self._owners.setdefault(volume.name, service.name)
        user = owner_of(service) or (0, 0)
        if user == volume.owner:
            return
        owner, own = (":".join(map(str, ids)) for ids in (volume.owner, user))
        self.findings.report(
            rules.VOLUME_USERS,
            *place(mount),
            f"{service.name} runs as {own}, and the folder on Amazon EFS belongs to {owner}, whom "
            f"{first} runs as: what {service.name} makes there does, too",
            f'give both the same user, as user: "{owner}", or a volume each',
        )

    def _is_scratch(self, volume: Volume) -> bool:
        storage = read_extension(volume, OF_A_VOLUME, self.findings).get("storage")
        return storage is not None and storage.value == "scratch"

    def _refuse(self, mount: Mount) -> None:
        self.findings.report(
            rules.MOUNT_REJECTED,
            *place(mount),
            f"Fargate mounts volumes and tmpfs, got type {mount.type!r}",
            "use a named volume",
        )


def in_order(mounts: Sequence[MountPlan]) -> tuple[MountPlan, ...]:
    """Return mounts in the order in which they are made: a folder before those in it."""
    paths = {each.path.rstrip("/") for each in mounts}
    nested = any(folder_around(path, paths) is not None for path in paths)
    return tuple(sorted(mounts, key=lambda each: each.path.count("/")) if nested else mounts)


def _part(bind: BindMount, target: str) -> CopyPlan:
    at, path = place(bind.mount)
    return CopyPlan(
        source=Path(bind.source),
        target=target,
        is_folder=bind.becomes is Becomes.FOLDER,
        executable=bind.becomes is Becomes.FILE and bind.found.files[""].executable,
        at=at,
        path=path,
    )


def _on_volume(volume: str, part: CopyPlan) -> CopyPlan:
    return replace(part, target=f"/{volume}{part.target}")


def anonymous_names(project: Project) -> frozenset[str]:
    """The names of the anonymous volumes of a project."""
    return frozenset(
        _anonymous_name(service, index, project)
        for service in project.services.values()
        for index, mount in enumerate(service.volumes)
        if mount.type == "volume" and mount.source is None
    )


def _anonymous_name(service: Service, index: int, project: Project) -> str:
    return free(f"{service.name}-{index}", project.volumes)
