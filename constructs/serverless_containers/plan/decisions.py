"""The decisions of a plan in words: what was chosen for the task and each service, and why.

Names alone are told, and no value of a variable or a secret.
"""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from serverless_containers.compose.model import Mount, Project, Service
from serverless_containers.findings import Findings, KeyPath, Location
from serverless_containers.findings.listing import listed
from serverless_containers.plan.builds import is_of_sibling
from serverless_containers.plan.capacity import SHARE, needed_size
from serverless_containers.plan.model import (
    ContainerPlan,
    ContainerRole,
    DependencyCondition,
    TaskPlan,
    VolumeKind,
    VolumePlan,
)
from serverless_containers.plan.places import place
from serverless_containers.plan.planner import PlanOptions, plan_task
from serverless_containers.plan.resources import rules as resource_rules
from serverless_containers.plan.secrets.model import SecretPlan, SecretStore
from serverless_containers.plan.settings import EXTENSION, Settings, read_settings

REACHED = {
    DependencyCondition.START: "once it is started",
    DependencyCondition.HEALTHY: "once it is healthy",
    DependencyCondition.SUCCESS: "once it has ended with 0",
}
STORES = {
    SecretStore.SECRETS_MANAGER: "AWS Secrets Manager",
    SecretStore.PARAMETER_STORE: "AWS Systems Manager Parameter Store",
}
ROLES = {
    ContainerRole.FILES: "writes files and names before the others start",
    ContainerRole.LOG_ROUTER: "routes logs",
    ContainerRole.STOP_DELAY: "delays the stop",
}
_OF_MOUNTS = {
    resource_rules.MOUNT_COPIED: "copied",
    resource_rules.MOUNT_STORED: "volume",
    resource_rules.MOUNT_DROPPED: "left out",
    resource_rules.MOUNT_LOCAL_ONLY: "left out",
}
"""The findings that say what becomes of a mount, and the subjects that they are told under."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """One decision.

    Attributes:
        service: The service that it is about; empty for the task.
        subject: The subject, in a word or two.
        decided: The decision.
        why: The reason, or the place that says so; empty where the files say it in these words.
        at: Where the files say so, or would.
        path: The keys that lead there.
    """

    service: str = ""
    subject: str
    decided: str
    why: str = ""
    at: Location
    path: KeyPath


def plan_as_deployed(
    project: Project, findings: Findings, *, environment: str | None
) -> TaskPlan | None:
    """Plan a project as a construct does by default, whatever lets requests in.

    Args:
        project: The canonical model.
        findings: Takes what is found.
        environment: The environment, which is part of the names of secrets.

    Returns:
        The plan; None if an error leaves none.
    """
    options = PlanOptions(ingress=None, may_delay_stop=True)
    return plan_task(project, options, findings, environment=environment)


def decide(project: Project, *, environment: str | None) -> tuple[Decision, ...] | None:
    """Tell the decisions of a project's plan: those of the task, then those of each service.

    Args:
        project: The canonical model.
        environment: The environment, which is part of the names of secrets.

    Returns:
        The decisions; None if an error leaves no plan.
    """
    findings = Findings()
    plan = plan_as_deployed(project, findings, environment=environment)
    if plan is None:
        return None
    settings = read_settings(project, Findings())
    return tuple(_Decisions(project, plan, settings, findings).all())


@dataclass(frozen=True, slots=True)
class _Decisions:
    project: Project
    plan: TaskPlan
    settings: Settings
    findings: Findings
    volumes: dict[str, VolumePlan] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "volumes", {each.name: each for each in self.plan.volumes})

    def all(self) -> Iterator[Decision]:
        yield from self._of_task()
        containers = {each.service_name: each for each in self.plan.services}
        for service in sorted(self.project.services.values(), key=lambda each: each.at()):
            if service.name in containers:
                yield from self._of_service(service, containers[service.name])

    def _of_task(self) -> Iterator[Decision]:
        at, path = self.project.at("services"), ("services",)

        def told(subject: str, decided: str, why: str = "") -> Decision:
            return Decision(subject=subject, decided=decided, why=why, at=at, path=path)

        receiver = next(
            (each for each in self.plan.services if each.name == self.plan.entrypoint), None
        )
        if receiver is None:
            yield told("traffic", "none comes in", "no service has a port")
        else:
            yield told(
                "traffic",
                f"{receiver.service_name} receives it, on port {self.plan.port}",
                self._why_entrypoint(),
            )
        yield told("size", sized(self.plan.size.cpu, self.plan.size.memory_mib), self._why_size())
        yield told(
            "tasks",
            "as many as the construct says"
            if self.plan.replicas is None
            else str(self.plan.replicas),
            "the files say no replicas" if self.plan.replicas is None else "deploy.replicas",
        )
        if self.plan.exclusive is not None:
            yield told(
                "rollout",
                "the old task is asked to stop before the new one starts",
                f"{self.plan.exclusive.service} must not run twice on its data",
            )
        for each in self.plan.containers:
            if each.role in ROLES:
                yield told("container", each.name, f"it {ROLES[each.role]}")

    def _why_entrypoint(self) -> str:
        """The reason for the entrypoint and its port, as the choice or the settings say it."""
        named = [name for name in ("entrypoint", "port") if name in self.settings]
        if named:
            return f"{EXTENSION} names the {' and the '.join(named)}"
        return self.plan.entrypoint_why or "no other service publishes a port that may speak HTTP"

    def _why_size(self) -> str:
        named = [name for name in ("cpu", "memory") if name in self.settings]
        if named:
            return f"{EXTENSION} names {' and '.join(named)}"
        return f"the smallest of Fargate's that holds {sized(*needed_size(self.plan.services))}"

    def _of_service(self, service: Service, container: ContainerPlan) -> Iterator[Decision]:
        def told(subject: str, decided: str, why: str, key: str) -> Decision:
            at, path = place(service, key)
            return Decision(
                service=service.name, subject=subject, decided=decided, why=why, at=at, path=path
            )

        image, why = self._image(service, container)
        yield told("image", image, why, "build" if service.build else "image")
        if container.ports:
            is_receiver = container.name == self.plan.entrypoint
            declared = "ports" if service.ports else "expose" if service.expose else ""
            yield told(
                "ports",
                listed([str(each) for each in container.ports]),
                (declared or "EXPOSE of the Dockerfile")
                + (f"; the traffic comes to {self.plan.port}" if is_receiver else ""),
                declared or "build",
            )
        yield told("size", *_container_size(service, container), "deploy")
        for mount in service.volumes:
            yield from self._of_mount(service, container, mount)
        for use in service.configs:
            yield told(
                "file", use.target or f"/{use.source}", f"the config {use.source}", "configs"
            )
        for use in service.secrets:
            secret = self.plan.secrets.get(use.source)
            if secret is not None:
                yield told("secret", *_secret(use.source, secret, container), "secrets")
        for name, condition in container.depends_on:
            others = [each for each in self.plan.services if each.name == name]
            if others:
                yield told(
                    "waits for",
                    f"{others[0].service_name}, {REACHED[condition]}",
                    "",
                    "depends_on",
                )

    def _image(self, service: Service, container: ContainerPlan) -> tuple[str, str]:
        build = container.build
        if build is None:
            if not container.copies:
                return f"{container.image}, pulled as it is", ""
            return (
                f"built on {container.image}, with the files below, into Amazon ECR",
                "files that are mounted are copied into it",
            )
        shown = self._shown(build.context) if build.is_local else build.context
        dockerfile = (
            "dockerfile_inline"
            if build.dockerfile_inline is not None
            else build.dockerfile_in_context
        )
        stage = f", its stage {build.target}" if build.target else ""
        why = "another service builds it" if is_of_sibling(service) else ""
        return f"built from {shown} with {dockerfile}{stage}, into Amazon ECR", why

    def _of_mount(
        self, service: Service, container: ContainerPlan, mount: Mount
    ) -> Iterator[Decision]:
        at, path = place(mount)
        source = mount.source or ""
        if mount.type == "bind" or os.path.isabs(source):  # noqa: PTH117  # any text
            source = self._shown(source)
        name = f"{source} -> {mount.target}" if source else mount.target
        said = [each for each in self.findings if each.path == path and each.rule in _OF_MOUNTS]
        # What becomes of it is its findings' to say; of a volume they are silent.
        for each in said:
            yield Decision(
                service=service.name,
                subject=_OF_MOUNTS[each.rule],
                decided=name,
                why=each.message,
                at=at,
                path=path,
            )
        if said:
            return
        planned = next((each for each in container.mounts if each.path == mount.target), None)
        volume = self.volumes.get(planned.volume) if planned is not None else None
        if mount.type == "tmpfs":
            decided, why = f"{name}, in memory", "a tmpfs"
        elif volume is None:
            return
        else:
            decided, why = _volume(name, volume)
        if mount.read_only:
            decided += ", read-only"
        yield Decision(
            service=service.name, subject="volume", decided=decided, why=why, at=at, path=path
        )

    def _shown(self, path: str) -> str:
        relative = os.path.relpath(path, self.project.directory)
        return relative if relative.startswith(".") else f"./{relative}"


def _volume(name: str, volume: VolumePlan) -> tuple[str, str]:
    match volume.kind:
        case VolumeKind.EFS:
            return f"{name}, folder {volume.folder} of Amazon EFS", "a named volume outlives tasks"
        case VolumeKind.EXTERNAL_EFS:
            return f"{name}, on {volume.file_system_id} of Amazon EFS", "an external volume"
        case VolumeKind.SCRATCH:
            return f"{name}, on the task's disk", "it is gone with the task"


def _secret(key: str, secret: SecretPlan, container: ContainerPlan) -> tuple[str, str]:
    names = [name for name, source in container.secrets.items() if source == key]
    as_what = f"variable {listed(names)}" if names else f"a file of {key}"
    kept = f"{secret.name} in {STORES[secret.store]}"
    return f"{as_what}, from {kept}", (
        "it exists already" if secret.external else "`secrets push` writes it"
    )


def _container_size(service: Service, container: ContainerPlan) -> tuple[str, str]:
    """The share of the task that a container counts for, and the keys that say so."""
    memory = container.asked_memory_mib
    share_cpu, share_memory = SHARE
    keys = list(dict.fromkeys((*_keys(service, "cpus"), *_keys(service, "memory"))))
    silent = [name for name, given in (("CPU", container.cpu), ("memory", memory)) if not given]
    why = listed(keys, " and ")
    if silent:
        why += f"{'; ' if why else ''}nothing names its {' and '.join(silent)}"
    return f"counts for {sized(container.cpu or share_cpu, memory or share_memory)}", why


def _keys(service: Service, name: str) -> Sequence[str]:
    """The keys of a service that name an amount."""
    deploy = service.deploy
    own = ("cpus",) if name == "cpus" else ("mem_limit", "mem_reservation")
    below = [
        f"deploy.resources.{kind}.{name}"
        for kind, part in (
            ("limits", deploy.limits if deploy else None),
            ("reservations", deploy.reservations if deploy else None),
        )
        if part is not None and getattr(part, name) is not None
    ]
    return below or [key for key in own if getattr(service, key) is not None]


def sized(cpu: int, memory_mib: int) -> str:
    """Return an amount of CPU and memory in words."""
    return f"{cpu} CPU units and {memory_mib} MiB"
