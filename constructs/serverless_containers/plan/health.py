"""Compose's and Dockerfiles' health checks as ECS's.

The ranges are those of "HealthCheck" in the Amazon ECS API Reference. The defaults are Docker's,
not ECS's, because that is what the files mean: 30 s between checks, 30 s for one, 3 tries.
"""

from collections.abc import Callable
from datetime import timedelta

from serverless_containers.compose.dockerfile import ImageHealthCheck
from serverless_containers.compose.model import HealthCheck, Service
from serverless_containers.findings import Findings, KeyPath, Location
from serverless_containers.plan import rules
from serverless_containers.plan.model import HealthCheckPlan

_RANGES = {
    "interval": (5, 300, 30),
    "timeout": (2, 60, 30),
    "start_period": (0, 300, 0),
    "retries": (1, 10, 3),
}
"""Least, most, and Docker's default when the file says nothing."""

_Where = Callable[[str], tuple[Location, KeyPath]]


def plan_health_check(service: Service, findings: Findings) -> HealthCheckPlan | None:
    """Plan the health check of a container: the service's own, completed by its Dockerfile's.

    Returns:
        None if neither has one, or it is disabled.
    """
    own = service.healthcheck
    dockerfile = service.build.parsed_dockerfile if service.build else None
    image = dockerfile.healthcheck if dockerfile else None
    if own is not None and (own.disable or own.test[:1] == ("NONE",)):
        return None

    def where(key: str) -> tuple[Location, KeyPath]:
        if own is not None and (image is None or getattr(own, key, None) is not None):
            return own.at(key), (*own.path, key)
        if image is not None:
            return image.at, ()
        return service.at(), service.path

    _warn_of_start_interval(own, image, where, findings)
    test = own.test if own is not None and own.test else image.test if image else ()
    if not test or test[0] == "NONE":
        return None
    interval = _in_range("interval", own, image, where, findings)
    return HealthCheckPlan(
        command=test,
        interval=interval,
        timeout=_timeout(interval, own, image, where, findings),
        retries=_in_range("retries", own, image, where, findings),
        start_period=_in_range("start_period", own, image, where, findings),
    )


def _value(
    key: str, own: HealthCheck | None, image: ImageHealthCheck | None
) -> timedelta | int | None:
    for source in (own, image):
        value: timedelta | int | None = getattr(source, key, None)
        if value is not None:
            return value
    return None


def _timeout(
    interval: int,
    own: HealthCheck | None,
    image: ImageHealthCheck | None,
    where: _Where,
    findings: Findings,
) -> int:
    """The seconds for one check, which the CDK holds to the interval.

    Docker's default is longer than many intervals. A check that is silent that long has failed
    either way, and the next one is due.
    """
    timeout = _in_range("timeout", own, image, where, findings)
    if timeout <= interval:
        return timeout
    given = _value("timeout", own, image)
    if isinstance(given, timedelta) and given.total_seconds() == timeout:
        at, path = where("timeout")
        findings.report(
            rules.HEALTH_CHECK_RANGE,
            at,
            path,
            f"expected a health check's timeout to be no longer than its interval of {interval}s, "
            f"got {timeout}s",
            f"write {interval}s, or make the interval longer",
        )
    return interval


def _in_range(
    key: str,
    own: HealthCheck | None,
    image: ImageHealthCheck | None,
    where: _Where,
    findings: Findings,
) -> int:
    least, most, default = _RANGES[key]
    given = _value(key, own, image)
    if given is None:
        return default
    number = given.total_seconds() if isinstance(given, timedelta) else given
    unit = "s" if isinstance(given, timedelta) else ""
    # Docker reads a start period of zero, and retries of zero, as its default.
    if number == 0 and (key == "retries" or least > 0):
        return default
    if least <= number <= most and number == int(number):
        return int(number)
    valid = min(max(round(number), least), most)
    at, path = where(key)
    findings.report(
        rules.HEALTH_CHECK_RANGE,
        at,
        path,
        f"expected a health check's {key} to be a whole number from {least}{unit} to {most}{unit}, "
        f"got {number:g}{unit}",
        f"write {valid}{unit}",
    )
    return valid


def _warn_of_start_interval(
    own: HealthCheck | None,
    image: ImageHealthCheck | None,
    where: _Where,
    findings: Findings,
) -> None:
    if _value("start_interval", own, image):
        at, path = where("start_interval")
        findings.report(
            rules.HEALTH_CHECK_START_INTERVAL,
            at,
            path,
            "ECS has no start_interval: it checks at the interval from the start",
            "shorten the interval if the container must be found healthy sooner",
        )
