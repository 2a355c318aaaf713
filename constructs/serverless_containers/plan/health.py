"""Compose's and Dockerfiles' health checks as ECS's.

The ranges are those of "HealthCheck" in the Amazon ECS API Reference. The defaults are Docker's,
not ECS's, because that is what the files mean: 30 s between checks, 30 s for one, 3 tries.
"""

import math
from collections.abc import Callable, Mapping
from datetime import timedelta

from serverless_containers.compose.dockerfile import ImageHealthCheck
from serverless_containers.compose.model import HealthCheck, Service
from serverless_containers.findings import Findings, KeyPath, Location
from serverless_containers.plan import rules
from serverless_containers.plan.known_images import store_of
from serverless_containers.plan.model import HealthCheckPlan

_RANGES = {
    "interval": (5, 300, 30),
    "timeout": (2, 60, 30),
    "start_period": (0, 300, 0),
    "retries": (1, 10, 3),
}
"""Least, most, and Docker's default when the file says nothing."""
_UNITS = {"interval": "s", "timeout": "s", "start_period": "s", "retries": ""}

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
    if not any(word.strip() for word in test[1:2]):
        findings.report(
            rules.HEALTH_CHECK_EMPTY,
            *where("test"),
            f"expected a command after {test[0]}, got {list(test)}: the check would run nothing",
            "write the command, or disable: true for no check",
        )
        return None
    given = {key: _number(_value(key, own, image)) for key in _RANGES}
    fitted = _fit(given)
    _report_what_changed(given, fitted, where, findings)
    if _value("start_period", own, image) is None:
        fitted |= _time_to_initialize(service, where, findings)
    return HealthCheckPlan(command=test, **fitted)


def _time_to_initialize(service: Service, where: _Where, findings: Findings) -> dict[str, int]:
    """The start period of a store that says none, and may take minutes until it first answers.

    Docker would let it go on; ECS would replace its task, again and again. A check that succeeds
    ends the period, so that it delays nothing.
    """
    store = store_of(service)
    if store is None:
        return {}
    _, longest, _ = _RANGES["start_period"]
    findings.report(
        rules.HEALTH_CHECK_STORE,
        *where("test"),
        f"{service.name} is a store ({store[0]}), which may take minutes to initialize, and ECS "
        "replaces a task with a container that is not healthy in time: it gets a start period of "
        f"{longest}s, which the first check that succeeds ends",
        f"write start_period: {longest}s to say so, or another one",
    )
    return {"start_period": longest}


def _value(
    key: str, own: HealthCheck | None, image: ImageHealthCheck | None
) -> timedelta | int | None:
    for source in (own, image):
        value: timedelta | int | None = getattr(source, key, None)
        if value is not None:
            return value
    return None


def _number(value: timedelta | int | None) -> float | None:
    """A time in seconds, or a number of tries; None for what Docker reads as its default, zero."""
    number = value.total_seconds() if isinstance(value, timedelta) else value
    return number or None


def _fit(given: Mapping[str, float | None]) -> dict[str, int]:
    """The nearest values that ECS takes.

    ECS kills a task whose container is not healthy in time, which Docker does not. So that one that
    is slow to start keeps its time, what is cut from the tries goes to the start period, and what
    is cut from that to the tries.
    """
    docker = {key: given[key] or default for key, (_, _, default) in _RANGES.items()}
    fitted = {
        key: min(max(round(docker[key]), least), most) for key, (least, most, _) in _RANGES.items()
    }
    if given["timeout"] is None:
        # Docker's default is longer than many intervals. A check that is silent that long has
        # failed either way, and the next one is due.
        fitted["timeout"] = min(fitted["timeout"], fitted["interval"])
    fitted["interval"] = max(fitted["interval"], fitted["timeout"])
    missing = _patience(docker) - _patience(fitted)
    if missing > 0:
        fitted["start_period"] += min(
            math.ceil(missing), _RANGES["start_period"][1] - fitted["start_period"]
        )
        missing = _patience(docker) - _patience(fitted)
    if missing > 0:
        fitted["retries"] += min(
            math.ceil(missing / fitted["interval"]), _RANGES["retries"][1] - fitted["retries"]
        )
    return fitted


def _patience(values: Mapping[str, float]) -> float:
    """The seconds that a container has to become healthy."""
    return values["start_period"] + values["retries"] * values["interval"]


def _report_what_changed(
    given: Mapping[str, float | None],
    fitted: Mapping[str, int],
    where: _Where,
    findings: Findings,
) -> None:
    """Warn of each value that was outside its range, and say what the check is instead."""
    docker = {key: given[key] or default for key, (_, _, default) in _RANGES.items()}
    changed = [key for key in _RANGES if fitted[key] != docker[key] and key != "timeout"]
    if given["timeout"] not in {None, fitted["timeout"]}:
        changed.append("timeout")
    had, has = _patience(docker), _patience(fitted)
    fix = "write " + ", ".join(f"{key}: {fitted[key]}{_UNITS[key]}" for key in changed)
    if had > has:
        fix += f"; the container has {has:g}s to become healthy, not {had:g}s"
    for key, (least, most, _) in _RANGES.items():
        number, unit = given[key], _UNITS[key]
        if number is not None and not (least <= number <= most and number == int(number)):
            findings.report(
                rules.HEALTH_CHECK_RANGE,
                *where(key),
                f"expected a health check's {key} to be a whole number from {least}{unit} to "
                f"{most}{unit}, got {number:g}{unit}; ECS gets {fitted[key]}{unit}",
                fix,
            )
        elif key == "timeout" and number is not None and number > max(docker["interval"], 5):
            findings.report(
                rules.HEALTH_CHECK_RANGE,
                *where(key),
                f"expected a health check's timeout to be no longer than its interval of "
                f"{docker['interval']:g}s, got {number:g}s; ECS checks every {fitted['interval']}s",
                fix,
            )


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
