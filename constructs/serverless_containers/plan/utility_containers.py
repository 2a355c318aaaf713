"""Containers that a task gets besides those of the project's services, and how many it may have."""

import base64
import posixpath
import shlex
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from serverless_containers.findings import Findings, Location
from serverless_containers.findings.listing import listed
from serverless_containers.plan import rules
from serverless_containers.plan.model import (
    AwsLogsPlan,
    ContainerPlan,
    ContainerRole,
    CopyPlan,
    DependencyCondition,
    FilePlan,
    HostPlan,
    LogDriverPlan,
    MountPlan,
    TaskPlan,
)
from serverless_containers.plan.resources.mount_paths import folder_around

UTILITY_IMAGE = "public.ecr.aws/docker/library/busybox:1.37.0"
"""The image of these containers, where no caller gives one, and the base of one with folders."""
COPIED = "/mounts"
"""The folder of the files' image that holds the folders of volumes."""
PLAIN, EXECUTABLE = "plain", "executable"
"""The folders in that one: the files of mode 0644, and those of mode 0755."""
MOST_CONTAINERS = 10
"""Containers of a task; "Amazon ECS service quotas", Amazon ECS Developer Guide."""
LONGEST_STOP_DELAY = 110
"""Seconds; ECS kills a container 120 seconds after it told it to stop."""

_NO_DELAY = "pass stop_delay=Duration.seconds(0)"
_PURPOSES: Mapping[ContainerRole, str] = {
    ContainerRole.FILES: "names the services to each other, and writes configs and secrets",
    ContainerRole.LOG_ROUTER: "takes what awsfirelens logs",
    ContainerRole.COLLECTOR: "forwards traces to AWS X-Ray",
    ContainerRole.STOP_DELAY: "keeps a task serving while it is taken out of service",
}
_WAYS_OUT: Mapping[ContainerRole, str] = {
    ContainerRole.FILES: "copy the configs into the images and write names: none",
    ContainerRole.LOG_ROUTER: "use another log driver",
    ContainerRole.COLLECTOR: "leave tracing= out",
    ContainerRole.STOP_DELAY: _NO_DELAY,
}
_SHELL = ("/bin/sh", "-c")
_FOLDER = "/files"
_HOSTS = "/etc/hosts"
_STOP_MARGIN = 10
"""Seconds after the delay that the container has left to end by itself."""


def with_utilities(
    services: Sequence[ContainerPlan],
    files: Sequence[FilePlan],
    hosts: Sequence[HostPlan] = (),
    folders: Sequence[CopyPlan] = (),
) -> tuple[ContainerPlan, ...]:
    """Return the containers of services with those that they need besides.

    Args:
        services: The containers of the services.
        files: The files that are written before they start.
        hosts: The entries that are added to /etc/hosts before they start.
        folders: The files and folders that are copied to volumes before that, from an image.
    """
    written = {*(file.volume for file in files), *map(_volume_of, folders)}
    waiting = ((ContainerRole.FILES.value, DependencyCondition.SUCCESS),)
    containers = [
        replace(each, depends_on=(*waiting, *each.depends_on))
        if hosts or written & {mount.volume for mount in each.mounts}
        else each
        for each in services
    ]
    if written or hosts:
        containers.insert(
            0, _files_container(files, hosts, folders, _mount_points(services, written))
        )
    if any(
        isinstance(each.log, LogDriverPlan) and each.log.driver == "awsfirelens"
        for each in services
    ):
        containers.append(
            ContainerPlan(name=ContainerRole.LOG_ROUTER.value, role=ContainerRole.LOG_ROUTER)
        )
    return tuple(containers)


def without_hosts(plan: TaskPlan) -> TaskPlan:
    """Return a plan that adds nothing to /etc/hosts, and has no container for it.

    Args:
        plan: A plan without files, which the same container would write.
    """
    return replace(
        plan,
        hosts=(),
        containers=tuple(
            replace(
                each,
                depends_on=tuple(
                    awaited for awaited in each.depends_on if awaited[0] != ContainerRole.FILES
                ),
            )
            for each in plan.containers
            if each.role is not ContainerRole.FILES
        ),
    )


def with_stop_delay(plan: TaskPlan, seconds: int) -> TaskPlan:
    """Return a plan whose task goes on serving for a while once it is told to stop.

    API Gateway keeps the addresses that it found in Cloud Map for a time that nobody states. ECS
    deregisters a task and stops it at once, so that requests meet containers that are gone: the
    503s of aws/containers-roadmap#1639. Most servers stop listening the moment they are told to.

    ECS stops containers in the reverse order of their dependencies ("ContainerDependency", Amazon
    ECS API Reference). A small container that depends on the others is therefore told to stop
    before them, and by taking its time it keeps them running.

    Args:
        plan: The plan.
        seconds: How long, at most 110; 0 changes nothing.

    Raises:
        ValueError: If it is longer.
    """
    if not seconds:
        return plan
    if not 1 <= seconds <= LONGEST_STOP_DELAY:
        raise ValueError(
            f"stop_delay: expected 1 to {LONGEST_STOP_DELAY} seconds, got {seconds}; ECS kills a "
            "container 120 seconds after it told it to stop"
        )
    delay = ContainerPlan(
        name=ContainerRole.STOP_DELAY.value,
        role=ContainerRole.STOP_DELAY,
        essential=False,
        # The shell runs the trap only once its child is waited for, hence the background sleep.
        entrypoint=_SHELL,
        command=(f"trap 'sleep {seconds}; exit 0' TERM; while :; do sleep 3600 & wait $!; done",),
        stop_timeout=seconds + _STOP_MARGIN,
        user="65534:65534",
        read_only_root=True,
        log=AwsLogsPlan(stream_prefix=ContainerRole.STOP_DELAY.value, group_of=plan.entrypoint),
        depends_on=tuple(
            (each.name, DependencyCondition.START) for each in plan.services if each.essential
        ),
    )
    return replace(plan, containers=(*plan.containers, delay))


def _volume_of(folder: CopyPlan) -> str:
    return folder.target.split("/")[1]


def _mount_points(
    services: Sequence[ContainerPlan], written: Collection[str]
) -> Sequence[tuple[str, str]]:
    """The folders of written volumes at which others are mounted, each with its volume.

    A service mounts such a volume read-only, where runc can make none.
    """
    found = set()
    for each in services:
        volumes = {mount.path.rstrip("/"): mount.volume for mount in each.mounts}
        for path in (*volumes, *(tmpfs.path.rstrip("/") for tmpfs in each.linux.tmpfs)):
            around = folder_around(path, volumes)
            if around is not None and volumes[around] in written:
                found.add((volumes[around], path[len(around) + 1 :]))
    return sorted(found)


def _files_container(
    files: Sequence[FilePlan],
    hosts: Sequence[HostPlan],
    folders: Sequence[CopyPlan],
    mount_points: Sequence[tuple[str, str]],
) -> ContainerPlan:
    """The container that adds to /etc/hosts, writes files to scratch volumes, and ends.

    Contents of configs travel in its environment as Base64, values of secrets as ECS injects them:
    they are in no template. Folders are in its image, which is then built for this project. An
    image needs a POSIX shell, ``base64``, ``chown``, ``chmod`` and ``mkdir``.
    """
    environment: dict[str, str] = {}
    secrets: dict[str, str] = {}
    script = ["set -eu"]
    if hosts:
        # A name a line: the resolver of musl reads 511 bytes of one.
        entries = " ".join(shlex.quote(f"{each.address} {each.name}") for each in hosts)
        script.append(f"printf '%s\\n' {entries} >> {_HOSTS}")
    copied = sorted(set(map(_volume_of, folders)))
    for volume in copied:
        script += _copy_script(volume)
    script += [f"mkdir -p {shlex.quote(f'{_FOLDER}/{at}/{path}')}" for at, path in mount_points]
    for index, file in enumerate(files):
        path = shlex.quote(f"{_FOLDER}/{file.volume}/{file.name}")
        if "/" in file.name:
            folder = posixpath.dirname(f"{_FOLDER}/{file.volume}/{file.name}")
            script.append(f"mkdir -p {shlex.quote(folder)}")
        if file.secret is not None:
            secrets[f"SECRET_{index}"] = file.secret
            script.append(f'printf %s "$SECRET_{index}" > {path}')
        else:
            environment[f"FILE_{index}"] = base64.b64encode(file.content or b"").decode()
            script.append(f'printf %s "$FILE_{index}" | base64 -d > {path}')
        script.append(f"chown {file.owner[0]}:{file.owner[1]} {path}")
        script.append(f"chmod {file.mode:o} {path}")
    return ContainerPlan(
        name=ContainerRole.FILES.value,
        role=ContainerRole.FILES,
        image=UTILITY_IMAGE if folders else None,
        essential=False,
        entrypoint=_SHELL,
        command=("\n".join(script),),
        environment=environment,
        secrets=secrets,
        # It gives files to whom they belong, which root alone can.
        user="0:0",
        # Docker mounts /etc/hosts read-only, too, where the root file system is.
        read_only_root=not hosts,
        log=AwsLogsPlan(stream_prefix=ContainerRole.FILES.value),
        mounts=tuple(
            MountPlan(volume=volume, path=f"{_FOLDER}/{volume}")
            for volume in sorted({*(file.volume for file in files), *copied})
        ),
        copies=tuple(folders),
    )


def _copy_script(volume: str) -> Sequence[str]:
    """The commands that copy the files of a volume from the image, and set their modes.

    The image has those that may be executed in a tree of their own, so that their bits are part of
    what it is made of.
    """
    target = shlex.quote(f"{_FOLDER}/{volume}")
    plain, executable = (shlex.quote(f"{COPIED}/{kind}/{volume}") for kind in (PLAIN, EXECUTABLE))
    return (
        f"for each in {plain} {executable}; do",
        f'  if [ -d "$each" ]; then cp -R "$each/." {target}; fi',
        "done",
        f"find {target} -mindepth 1 -type d -exec chmod 755 {{}} +",
        f"find {target} -type f -exec chmod 644 {{}} +",
        f"if [ -d {executable} ]; then",
        f"  cd {executable}",
        f'  find . -type f -exec sh -c \'cd "$0" && chmod 755 "$@"\' {target} {{}} +',
        "  cd /",
        "fi",
    )


def check_count(
    at: Location | None, containers: Sequence[ContainerPlan], findings: Findings
) -> None:
    """Report more containers than a task may have.

    Args:
        at: Where the services stand in the files.
        containers: All containers of the task.
        findings: Takes what is wrong.
    """
    count = len(containers)
    if count <= MOST_CONTAINERS:
        return
    present = {each.role for each in containers}
    added = [role for role in _PURPOSES if role in present]
    services = count - len(added)
    besides = listed([f"{role} ({_PURPOSES[role]})" for role in added])
    ways = [_WAYS_OUT[role] for role in added if services <= MOST_CONTAINERS]
    findings.report(
        rules.TOO_MANY_CONTAINERS,
        at,
        ("services",),
        f"one task would have {count} containers, and holds at most {MOST_CONTAINERS}"
        + (f": {services} services, {besides}" if added else ""),
        ", ".join([*ways, "leave services out with profiles", "or deploy several projects"])
        if ways
        else "leave some out with profiles, or deploy several projects",
    )


def warn_of_full_task(
    at: Location | None, containers: Sequence[ContainerPlan], findings: Findings
) -> None:
    """Warn of a task without room for the container that a ContainerApi adds by default."""
    if len(containers) == MOST_CONTAINERS:
        findings.report(
            rules.NO_ROOM_FOR_STOP_DELAY,
            at,
            ("services",),
            f"the task has {MOST_CONTAINERS} containers, the most that ECS takes: a ContainerApi "
            f"goes without {ContainerRole.STOP_DELAY} ({_PURPOSES[ContainerRole.STOP_DELAY]}), and "
            "may answer requests with 503 while tasks change",
            f"leave a service out with profiles, or {_NO_DELAY} to the ContainerApi",
        )
