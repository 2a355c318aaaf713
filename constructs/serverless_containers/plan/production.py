"""Warnings of what works on the first day and wakes somebody on another.

They are about images that change by themselves, an entrypoint of which nothing says whether it can
serve, and programs that run as root. Under ``strict`` they are errors.
"""

from serverless_containers.compose.model import Project, Service
from serverless_containers.findings import Findings
from serverless_containers.plan import rules
from serverless_containers.plan.entrypoint import Entrypoint
from serverless_containers.plan.known_images import images_of, names_of, tag_of, user_of
from serverless_containers.plan.places import place

_ROOT = frozenset({"root", "0"})
_STARTS_AS_ROOT = frozenset(
    {
        "alpine", "amazoncorretto", "amazonlinux", "apache", "bun", "busybox", "caddy", "composer",
        "debian", "eclipse-temurin", "elixir", "erlang", "fedora", "golang", "gradle", "httpd",
        "julia", "maven", "nginx", "node", "openjdk", "perl", "php", "pypy", "python", "ruby",
        "rust", "swift", "tomcat", "ubuntu",
    }
)  # fmt: skip
"""Official base images that start as root, by the ends of their repositories' names: their
Dockerfiles have no USER."""


def warn_of_production(project: Project, entrypoint: Entrypoint | None, findings: Findings) -> None:
    """Warn of what a service that somebody is on call for should not be without.

    Args:
        project: The canonical model.
        entrypoint: Where the traffic comes to, if it comes to a service whose health no ingress
            asks for.
        findings: Takes the warnings.
    """
    for service in project.services.values():
        _warn_of_moving_image(service, findings)
        _warn_of_root(service, findings)
    if entrypoint is not None:
        _warn_of_missing_check(project.services[entrypoint.service], entrypoint.port, findings)


def _warn_of_moving_image(service: Service, findings: Findings) -> None:
    image = service.image
    # An unfinished name is an error of its own, and what is built is deployed by its digest.
    if service.build is not None or not image or "@" in image or image.endswith((":", "/")):
        return
    if tag_of(image) not in {"", "latest"}:
        return
    findings.report(
        rules.IMAGE_MOVES,
        *place(service, "image"),
        f"{image} is whatever its publisher pushed last: tasks that start on different days run "
        "different versions, and a rollback brings back no earlier one",
        "name a version, or a digest",
    )


def _warn_of_root(service: Service, findings: Findings) -> None:
    """Warn of a program that is known to run as root.

    Nothing is known of an image that is not built here, or on what. Official images of servers that
    start as root give it up by themselves.
    """
    dockerfile = service.build.parsed_dockerfile if service.build else None
    user = user_of(service).partition(":")[0]
    if user not in _ROOT:
        if user or dockerfile is None:
            return
        if not any(names_of(image)[0] in _STARTS_AS_ROOT for image in images_of(service)):
            return
    at, path = place(service, "user" if service.user else "build" if service.build else "image")
    findings.report(
        rules.RUNS_AS_ROOT,
        at,
        path,
        f"{service.name} runs as root: a flaw in it owns the container and its volumes",
        "add USER with a number to its Dockerfile, such as USER 1000, or user: here"
        if service.build
        else "name another user",
    )


def _warn_of_missing_check(service: Service, port: int, findings: Findings) -> None:
    check = service.healthcheck
    dockerfile = service.build.parsed_dockerfile if service.build else None
    if check is None and dockerfile is not None and dockerfile.healthcheck is not None:
        return
    if check is not None and check.test and not check.disable and check.test[0] != "NONE":
        return
    findings.report(
        rules.HEALTH_CHECK_MISSING,
        *(place(service, "healthcheck") if check else place(service)),
        f"nothing tells whether {service.name} can serve: it gets requests as soon as it is "
        "started, and goes on getting them when it hangs"
        + ("" if dockerfile else " (ECS reads no HEALTHCHECK of an image that is not built here)"),
        f"add a healthcheck with a program that the image has, such as test: curl -fsS "
        f"http://localhost:{port}/" + (", or HEALTHCHECK to its Dockerfile" if dockerfile else ""),
    )
