"""The drivers of named volumes.

Docker's ``local`` driver keeps a folder of the host, which on Fargate is one of Amazon EFS; with
options it mounts what they say instead, as mount(8) has them
(https://docs.docker.com/reference/cli/docker/volume/create/#driver-specific-options). That is
another place with other files, and so never taken for an empty folder on EFS.
"""

from collections.abc import Mapping

from serverless_containers.compose.model import Project, Volume
from serverless_containers.findings import Findings
from serverless_containers.plan.places import place
from serverless_containers.plan.resources import rules
from serverless_containers.plan.resources.bind_mounts import (
    OF_A_VOLUME,
    bound_folder,
    is_folder_of,
)
from serverless_containers.plan.settings import EXTENSION, read_extension

_LOCAL = "local"
_SAY_EFS = (
    f"or, if a folder on Amazon EFS that starts empty may take its place, write {EXTENSION}: "
    "{storage: efs}"
)


def check_drivers(project: Project, findings: Findings) -> None:
    """Report the drivers and options by which a volume in use is no folder of a host's.

    A volume whose ``storage`` is said is what that says; its driver is for local engines alone.
    """
    used = {
        mount.source
        for service in project.services.values()
        for mount in service.volumes
        if mount.type == "volume"
    }
    for key, volume in project.volumes.items():
        if key in used and not volume.external and (volume.driver or volume.driver_opts):
            _check(volume, project, findings)


def _check(volume: Volume, project: Project, findings: Findings) -> None:
    is_local = volume.driver in {None, "", _LOCAL}
    if is_local and not volume.driver_opts:
        return
    folder = bound_folder(volume)
    if is_local:
        key = "driver_opts"
        what, fix = _mounted(volume.driver_opts, folder)
    else:
        key = "driver"
        what = f"the driver {volume.driver!r} is a plugin of an engine, of which Fargate has none"
        fix = f"remove it {_SAY_EFS}"
    # What is wrong with the setting is told where the volume is planned.
    said = read_extension(volume, OF_A_VOLUME, Findings()).get("storage")
    if said is not None:
        where = "the task's own disk" if said.value == "scratch" else "Amazon EFS"
        findings.report(
            rules.VOLUME_DRIVER_LOCAL,
            *place(volume, key),
            f"{key} is left out: {EXTENSION} puts the volume on {where}",
        )
        return
    # A folder of the project is decided on where it is mounted.
    if folder is None or not is_folder_of(project, folder):
        findings.report(rules.VOLUME_DRIVER, *place(volume, key), what, fix)


def _mounted(options: Mapping[str, str], folder: str | None) -> tuple[str, str]:
    """Return what the options of the local driver mount, and the way out."""
    kind = options.get("type", "").lower()
    flags = options.get("o", "").lower().split(",")
    device = options.get("device", "")
    if folder is not None:
        if device and not device.startswith("/"):
            # As Docker Compose resolves it only then.
            problem = "which a local engine looks for in a folder of its own"
            fix = "write driver: local and o: bind, with which it is in the project"
            return f"the options make it a bind mount of {device}, {problem}", f"{fix}, {_SAY_EFS}"
        return (
            (
                f"the options make it a bind mount of {device or 'a folder'}, and a task has no "
                "host to mount from"
            ),
            f"copy the files into the image, {_SAY_EFS}",
        )
    if kind.startswith("nfs"):
        server = next((each[5:] for each in flags if each.startswith("addr=")), "")
        return (
            (
                f"the options mount {device.lstrip(':') or 'a folder'} of the NFS server "
                f"{server or 'that they name'}, and ECS mounts no NFS but Amazon EFS"
            ),
            (
                "write external: true and the id of an Amazon EFS file system as name, "
                f"for instance name: fs-0123456789abcdef0, {_SAY_EFS}"
            ),
        )
    if kind in {"tmpfs", "ramfs"}:
        return (
            (
                "the options mount memory, which a service has as its tmpfs, and containers cannot "
                "share on Fargate"
            ),
            (
                f"use tmpfs at the service, or write {EXTENSION}: {{storage: scratch}} for a "
                "folder of the task's own disk"
            ),
        )
    if kind in {"", "none"}:
        names = ", ".join(sorted(options))
        return (
            f"the options ({names}) are for the folder of a local engine, which Fargate has not",
            f"remove them {_SAY_EFS}",
        )
    return (
        (
            f"the options mount {device or 'a device'} as {kind}, and Fargate mounts no devices "
            "and no file systems but Amazon EFS"
        ),
        f"remove them {_SAY_EFS}",
    )
