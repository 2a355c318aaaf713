"""The volumes of a task, and where its containers mount them.

A named volume outlives its task under Compose, and so it does here: it is a folder of an Amazon EFS
file system. An anonymous one is as short-lived as its container: it is on the task's own disk.
"""

import re
from dataclasses import dataclass, field

from serverless_containers.compose.model import Mount, Project, Service, Volume
from serverless_containers.findings import Findings
from serverless_containers.plan.model import MountPlan, VolumeKind, VolumePlan
from serverless_containers.plan.names import free
from serverless_containers.plan.places import place
from serverless_containers.plan.resources import rules
from serverless_containers.plan.settings import EXTENSION, Known, read_extension

_FILE_SYSTEM_ID = re.compile(r"fs-[0-9a-f]+")
# Ids of Linux have 32 bits.
_IDS = re.compile(r"(\d{1,10})(?::(\d{1,10}))?")
OF_A_VOLUME: Known = {"storage": ("efs", "scratch")}
"""The settings of a named volume."""
_OF_A_MOUNT: Known = {"local-only": bool}
_FIX_BIND = (
    "copy the files into the image, use a named volume, or mark the mount with "
    f"{EXTENSION}: {{local-only: true}}"
)


@dataclass(slots=True)
class Mounts:
    """The volumes of a project, collected while its services are planned."""

    project: Project
    findings: Findings
    volumes: dict[str, VolumePlan] = field(default_factory=dict)

    def of(self, service: Service) -> tuple[MountPlan, ...]:
        """Plan the mounts of one service."""
        planned = []
        for index, mount in enumerate(service.volumes):
            if mount.type == "volume":
                volume = self._volume(service, mount, index)
                if volume is not None:
                    planned.append(
                        MountPlan(volume=volume.name, path=mount.target, read_only=mount.read_only)
                    )
            elif mount.type != "tmpfs":
                self._refuse(mount)
        return tuple(planned)

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
        owner = _owner(service)
        if defined is None:
            return VolumePlan(name=name, kind=VolumeKind.EFS, owner=owner)
        if not defined.external:
            kind = VolumeKind.SCRATCH if self._is_scratch(defined) else VolumeKind.EFS
            return VolumePlan(name=name, kind=kind, owner=owner)
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

    def _is_scratch(self, volume: Volume) -> bool:
        storage = read_extension(volume, OF_A_VOLUME, self.findings).get("storage")
        return storage is not None and storage.value == "scratch"

    def _refuse(self, mount: Mount) -> None:
        local_only = read_extension(mount, _OF_A_MOUNT, self.findings).get("local-only")
        if mount.type == "bind" and local_only is not None and local_only.value:
            self.findings.report(
                rules.MOUNT_LOCAL_ONLY,
                *place(mount),
                f"the bind mount of {mount.source} is left out of the deployment",
            )
            return
        what = (
            f"a task has no host to mount {mount.source} from"
            if mount.type == "bind"
            else f"Fargate mounts volumes and tmpfs, got type {mount.type!r}"
        )
        self.findings.report(
            rules.MOUNT_REJECTED,
            *place(mount),
            what,
            _FIX_BIND if mount.type == "bind" else "use a named volume",
        )


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


def _owner(service: Service) -> tuple[int, int]:
    """The ids that a container runs as, where the file says them as numbers; else root's."""
    found = _IDS.fullmatch(service.user or "")
    if found is None:
        return 0, 0
    user = int(found[1])
    return user, int(found[2]) if found[2] else user
