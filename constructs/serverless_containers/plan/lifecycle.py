"""Restart policies of containers, and the rollout of a new version."""

import unicodedata
from collections.abc import Container, Iterator
from dataclasses import replace

from serverless_containers.compose.model import Condition, Deploy, Project, Service
from serverless_containers.findings import Findings
from serverless_containers.plan import rules
from serverless_containers.plan.model import RestartPlan, RolloutPlan
from serverless_containers.plan.places import place

_SHORTEST_WINDOW, _LONGEST_WINDOW = 60, 1800
# "Tag", Amazon ECS API Reference
_LONGEST_KEY, _LONGEST_VALUE = 128, 256
_MOST_TAGS = 50
"""Tags of one resource; "Tagging Amazon ECS resources", Amazon ECS Developer Guide."""
_SIGNS = "_.:/=+-@"
_NEVER = frozenset({"no", "none"})
_ENDING = _NEVER | {"on-failure"}
_POLICIES = _NEVER | {"always", "any", "on-failure", "unless-stopped"}
"""Policies that Docker Compose hands to the engine under a name that it takes; `none` and `any` are
names of ``deploy.restart_policy`` that it takes for `no` and `always` in both places."""


def stays_down(service: Service) -> bool:
    """Return whether the files say that a service is not to be started again."""
    return _condition(service) in _NEVER


def awaited_services(project: Project) -> frozenset[str]:
    """The services for whose end another one waits, which must then not end the task."""
    return frozenset(
        each.service
        for service in project.services.values()
        for each in service.depends_on
        if each.condition is Condition.COMPLETED
    )


def ending_services(
    project: Project, awaited: Container[str], entrypoint: str | None, findings: Findings
) -> frozenset[str]:
    """Return the services whose end does not end the task, although nothing waits for it.

    Those are the ones that say ``no`` or ``on-failure``, as a migration does that runs beside the
    application. Not the one that receives the traffic, and none where no other would be left.

    Args:
        project: The canonical model.
        awaited: The services for whose end others wait.
        entrypoint: The one that receives the traffic; None if there is none.
        findings: Takes a warning of each that ECS may leave stopped against its policy.
    """
    ending = frozenset(
        service.name
        for service in project.services.values()
        if _condition(service) in _ENDING and service.name != entrypoint
    )
    remains = any(name not in ending and name not in awaited for name in project.services)
    if not remains:
        return frozenset()
    for name in sorted(ending):
        if name not in awaited and not stays_down(project.services[name]):
            _warn_of_lost(project.services[name], findings)
    return ending


def _warn_of_lost(service: Service, findings: Findings) -> None:
    """Warn of a service that ECS may leave stopped although the files want it started again.

    ECS restarts a container only after it has run for 60 seconds or more ("Restart individual
    containers in Amazon ECS tasks with container restart policies", Amazon ECS Developer Guide):
    one that may end, and fails before, is lost, and the task goes on without it.
    """
    policy = service.deploy.restart_policy if service.deploy else None
    findings.report(
        rules.RESTART_ON_FAILURE,
        *(place(policy, "condition") if policy else place(service, "restart")),
        f"{service.name} may end, and the task goes on without it: so it does, unseen, when "
        f"{service.name} fails within {_SHORTEST_WINDOW} s, as ECS starts again only what has run "
        "for longer",
        "write always (condition: any) for a service that has to run, so that its end ends the "
        'task and another one starts, or "no" (condition: none) for one that does its work once',
    )


def _condition(service: Service) -> str | None:
    policy = service.deploy.restart_policy if service.deploy else None
    return policy.condition if policy else (service.restart or "").partition(":")[0]


def plan_restart(
    service: Service, findings: Findings, *, is_awaited: bool = False
) -> RestartPlan | None:
    """Plan the restart policy of a container: ``deploy.restart_policy``, else ``restart``.

    Without one the container is not restarted: the service replaces its task. A container that ends
    before it has run for the window is not restarted either; ECS's shortest window is 60 seconds.

    Args:
        service: The service.
        findings: Takes what is wrong with its policy.
        is_awaited: Whether others wait for its success, after which it must not start again.
    """
    plan = _policy_of(service, findings)
    return replace(plan, ignored_exit_codes=(0,)) if plan and is_awaited else plan


def _policy_of(service: Service, findings: Findings) -> RestartPlan | None:
    policy = service.deploy.restart_policy if service.deploy else None
    if policy is None:
        return _from_restart(service, findings)
    if policy.condition in _NEVER:
        return None
    if policy.condition and policy.condition not in _POLICIES:
        findings.report(
            rules.RESTART_POLICY,
            *place(policy, "condition"),
            f"expected none, on-failure or any, got {policy.condition!r}, which Docker's engine "
            "refuses",
            "write none for a container that is not to be started again",
        )
        return None
    window = _SHORTEST_WINDOW
    if policy.window is not None:
        given = policy.window.total_seconds()
        window = min(max(int(given), _SHORTEST_WINDOW), _LONGEST_WINDOW)
        if given and not _SHORTEST_WINDOW <= given <= _LONGEST_WINDOW:
            findings.report(
                rules.RESTART_WINDOW_RANGE,
                *place(policy, "window"),
                f"expected {_SHORTEST_WINDOW}s to {_LONGEST_WINDOW}s that a container must run to "
                f"be restarted, got {given:g}s; ECS gets {window}s",
                f"write {window}s",
            )
    return RestartPlan(
        ignored_exit_codes=(0,) if policy.condition == "on-failure" else (),
        attempt_period=window,
    )


def _from_restart(service: Service, findings: Findings) -> RestartPlan | None:
    condition, _, attempts = (service.restart or "no").partition(":")
    is_count = condition == "on-failure" and attempts.isascii() and attempts.isdecimal()
    if condition not in _POLICIES or (attempts and not is_count):
        findings.report(
            rules.RESTART_POLICY,
            *place(service, "restart"),
            "expected no, always, on-failure[:attempts] or unless-stopped, got "
            f"{service.restart!r}, which Docker's engine refuses or takes for another",
            'write "no" for a container that is not to be started again',
        )
        return None
    if condition in _NEVER:
        return None
    if attempts:
        findings.report(
            rules.RESTART_ATTEMPTS,
            *place(service, "restart"),
            f"ECS restarts a container that has run for {_SHORTEST_WINDOW} s, however often, not "
            f"{attempts} times",
        )
    return RestartPlan(
        ignored_exit_codes=(0,) if condition == "on-failure" else (),
        attempt_period=_SHORTEST_WINDOW,
    )


def plan_rollout(project: Project, findings: Findings) -> RolloutPlan:
    """Plan the rollout of a new version. The services are one task, so they must agree.

    Without ``update_config``: new tasks start before old ones stop, and a rollout that does not
    become healthy is rolled back.
    """
    planned = list(_rollouts(project, findings))
    for service, rollout in planned[1:]:
        if rollout != planned[0][1] and service.deploy and service.deploy.update_config:
            config = service.deploy.update_config
            findings.report(
                rules.ROLLOUTS_DISAGREE,
                *place(config),
                f"{service.name} and {planned[0][0].name} ask for different rollouts, but all "
                "services run in one task",
                "ask for one of them, at the entrypoint",
            )
    return planned[0][1] if planned else RolloutPlan()


def _rollouts(project: Project, findings: Findings) -> Iterator[tuple[Service, RolloutPlan]]:
    for service in project.services.values():
        deploy = service.deploy
        if deploy is None:
            continue
        if deploy.mode not in {None, "replicated"}:
            _report_mode(deploy, findings)
        config = deploy.update_config
        if config is not None:
            stop_first = config.order == "stop-first"
            yield (
                service,
                RolloutPlan(
                    min_healthy_percent=0 if stop_first else 100,
                    max_healthy_percent=100 if stop_first else 200,
                    circuit_breaker=config.failure_action != "continue",
                    rollback=config.failure_action in {None, "rollback"},
                ),
            )


def _report_mode(deploy: Deploy, findings: Findings) -> None:
    if deploy.mode == "global":
        findings.report(
            rules.DEPLOY_GLOBAL,
            *place(deploy, "mode"),
            "Fargate has no nodes to run one task on each, and runs one, or as many as replicas "
            "says",
            "write mode: replicated",
        )
        return
    findings.report(
        rules.DEPLOY_MODE,
        *place(deploy, "mode"),
        f"expected replicated, got {deploy.mode!r}: a service runs for ever",
        "remove it",
    )


def plan_tags(project: Project, findings: Findings) -> dict[str, str]:
    """``deploy.labels`` of all services: in Compose too they are not the containers'."""
    tags: dict[str, str] = {}
    for service in project.services.values():
        for key, value in (service.deploy.labels if service.deploy else {}).items():
            reason = _no_tag(key, value)
            if reason is None:
                tags[key] = value
                if len(tags) > _MOST_TAGS and service.deploy is not None:
                    findings.report(
                        rules.TOO_MANY_TAGS,
                        *place(service.deploy, "labels", key),
                        f"an ECS service has at most {_MOST_TAGS} tags, and this label would be "
                        "one more",
                        "as a label of the container, under the service's labels, it is kept",
                    )
                    return dict(sorted(tags.items()))
            elif service.deploy is not None:
                findings.report(
                    rules.LABEL_NO_TAG,
                    *place(service.deploy, "labels", key),
                    f"{reason}, so that it is left out",
                    "as a label of the container, under the service's labels, it is kept",
                )
    return dict(sorted(tags.items()))


def _no_tag(key: str, value: str) -> str | None:
    """The reason why a label cannot be a tag; None if it can."""
    if key.lower().startswith("aws:"):
        return f"tags whose keys begin with {key[:4]} are AWS's own"
    for what, text, longest in (("key", key, _LONGEST_KEY), ("value", value, _LONGEST_VALUE)):
        if len(text) > longest:
            return f"a tag's {what} has at most {longest} characters, this one {len(text)}"
        wrong = next((each for each in text if not _may_be_in_a_tag(each)), None)
        if wrong is not None:
            return f"a tag's {what} holds letters, digits, spaces and {_SIGNS}, and no {wrong!r}"
    return None


def _may_be_in_a_tag(character: str) -> bool:
    return character in _SIGNS or unicodedata.category(character)[0] in "LNZ"
