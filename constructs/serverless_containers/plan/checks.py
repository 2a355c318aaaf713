"""What must hold of the containers of a task together."""

from collections import Counter

from serverless_containers.compose.model import Condition, Project
from serverless_containers.findings import Findings
from serverless_containers.plan import rules
from serverless_containers.plan.model import ContainerPlan
from serverless_containers.plan.resources import rules as resource_rules


def check_awaited(project: Project, containers: list[ContainerPlan], findings: Findings) -> None:
    """Report a container that others wait for to be healthy, and that nobody checks."""
    checked = {each.name for each in containers if each.health_check}
    for service in project.services.values():
        for dependency in service.depends_on:
            awaited = dependency.condition is Condition.HEALTHY
            if awaited and dependency.service in project.services.keys() - checked:
                findings.report(
                    rules.DEPENDENCY_NOT_CHECKED,
                    dependency.at(),
                    dependency.path,
                    f"{service.name} waits for {dependency.service} to be healthy, which has no "
                    "health check: ECS would never start it",
                    f"give {dependency.service} a healthcheck, or use condition: service_started",
                )


def check_mounts(project: Project, containers: list[ContainerPlan], findings: Findings) -> None:
    """Report two volumes at one path of a container."""
    for container in containers:
        paths = [each.path.rstrip("/") for each in container.mounts]
        paths += [each.path.rstrip("/") for each in container.linux.tmpfs]
        for path in sorted(path for path, uses in Counter(paths).items() if uses > 1):
            service = project.services[container.name]
            findings.report(
                resource_rules.MOUNT_TWICE,
                service.at("volumes"),
                (*service.path, "volumes"),
                f"two of the service's volumes, configs and tmpfs are mounted at {path}",
                "mount one of them elsewhere",
            )


def check_entrypoint(
    project: Project, name: str, containers: list[ContainerPlan], findings: Findings
) -> None:
    """Report an entrypoint whose end others wait for."""
    service = project.services[name]
    plan = next(each for each in containers if each.name == name)
    if not plan.essential:
        findings.report(
            rules.ENTRYPOINT_ENDS,
            service.at(),
            service.path,
            f"{name} receives the traffic, and another service waits for it to end",
            "wait for service_started or service_healthy",
        )


def check_writable(project: Project, findings: Findings) -> None:
    """Report read-only root file systems, which ECS Exec cannot do with."""
    for service in project.services.values():
        if service.read_only:
            findings.report(
                rules.EXECUTE_READ_ONLY,
                service.at("read_only"),
                (*service.path, "read_only"),
                "ECS Exec writes to the container's root file system, which is read-only",
                "remove one of the two",
            )
