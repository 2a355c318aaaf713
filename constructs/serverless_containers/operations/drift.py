"""The differences between what a deployed service runs and what its stack's template says."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from serverless_containers.aws_api.clients import AwsClients, call
from serverless_containers.aws_api.errors import AwsError
from serverless_containers.operations.deployed import (
    DeployedService,
    describe_service,
    describe_task_definition,
)
from serverless_containers.operations.history import revision_name
from serverless_containers.operations.images import ecr_digest, ecr_repository
from serverless_containers.operations.stacks import StackResource, stack_resources
from serverless_containers.operations.status import tasks

_TASK_DEFINITION = "AWS::ECS::TaskDefinition"
_HIDDEN = frozenset({"command", "entryPoint", "healthCheck", "dockerLabels"})
"""Keys of a container that may hold a password: only that they differ is told."""
_LOGGING = frozenset({"logConfiguration", "firelensConfiguration"})
"""Keys of a container with options, among them tokens: the names of those that differ are told."""
_ALIKE = ("image", "environment", "secrets", "name")
"""Keys of a container that have rows of their own."""
_LOGGING_PROPERTY = "/ServiceConnectConfiguration"
"""The property of a service that may hold options of a log driver."""
_SIZES = ("cpu", "memory", "runtimePlatform", "volumes", "ephemeralStorage")
_ROLES = ("taskRoleArn", "executionRoleArn")


class Agreement(StrEnum):
    """The agreement of what runs with the template."""

    SAME = "same"
    DIFFERENT = "different"
    PIPELINE = "by pipeline"
    """The pipeline has rolled out another image, as it shall."""
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """A part of a service, as the template says it and as it is.

    Attributes:
        part: The part.
        template: What the template says.
        running: What there is.
        agreement: Whether they agree.
    """

    part: str
    template: str
    running: str
    agreement: Agreement

    @property
    def differs(self) -> bool:
        """True if they do not agree."""
        return self.agreement is Agreement.DIFFERENT


def compare(
    clients: AwsClients, deployed: DeployedService, *, cloudformation: bool
) -> Sequence[Comparison]:
    """Compare a service with its stack's template. No value of a variable is told.

    Args:
        clients: The clients.
        deployed: The service.
        cloudformation: Whether CloudFormation is asked to detect the service's drift, too.

    Raises:
        AwsError: If AWS does not tell.
    """
    service = describe_service(clients, deployed)
    properties = _properties(clients, deployed)
    template_arn = _template_definition(clients, deployed, properties)
    running_arn = service["taskDefinition"]
    templates = describe_task_definition(clients, template_arn)
    running = (
        templates if running_arn == template_arn else describe_task_definition(clients, running_arn)
    )
    parts = [
        *_compare_definitions(templates, running, has_pipeline=bool(deployed.pipelines)),
        *_compare_tasks(clients, deployed, running_arn),
        *_compare_digests(clients, deployed, running),
        *_compare_service(properties, service),
    ]
    found = [_compare_revisions(template_arn, running_arn, parts), *parts]
    if cloudformation:
        found += _detected(clients, deployed)
    return found


def _properties(clients: AwsClients, deployed: DeployedService) -> Mapping[str, Any]:
    """Return the properties of the service in the stack's template."""
    body = call(
        clients.cloudformation,
        "get_template",
        deployed.stack,
        StackName=deployed.stack,
        TemplateStage="Processed",
    )["TemplateBody"]
    try:
        template = json.loads(body) if isinstance(body, str) else body
    except ValueError:
        raise AwsError(
            f"the template of {deployed.stack} is no JSON, as the CDK writes it: it cannot be "
            "compared"
        ) from None
    resource = template.get("Resources", {}).get(deployed.logical_id, {})
    found: Mapping[str, Any] = resource.get("Properties", {})
    return found


def _template_definition(
    clients: AwsClients, deployed: DeployedService, properties: Mapping[str, Any]
) -> str:
    """Return the ARN of the task definition that the stack has made for the service."""
    given = properties.get("TaskDefinition")
    if isinstance(given, str):
        return given
    resources: Sequence[StackResource] = stack_resources(clients, deployed.stack) or ()
    made = {each.logical_id: each for each in resources if each.type == _TASK_DEFINITION}
    wanted = given.get("Ref") if isinstance(given, Mapping) else None
    if wanted in made:
        return made[wanted].physical_id
    if len(made) == 1:
        return next(iter(made.values())).physical_id
    raise AwsError(
        f"the template of {deployed.stack} does not tell which of its {len(made)} task definitions "
        f"{deployed.service} is to run"
    )


def _compare_revisions(template: str, running: str, parts: Sequence[Comparison]) -> Comparison:
    if template == running:
        agreement = Agreement.SAME
    else:
        by_pipeline = any(each.agreement is Agreement.PIPELINE for each in parts)
        differs = any(each.differs for each in parts)
        agreement = Agreement.PIPELINE if by_pipeline and not differs else Agreement.DIFFERENT
    return Comparison(
        part="task definition",
        template=revision_name(template),
        running=revision_name(running),
        agreement=agreement,
    )


def _comparison(part: str, template: object, running: object) -> Comparison:
    return Comparison(
        part=part,
        template=str(template),
        running=str(running),
        agreement=Agreement.SAME if template == running else Agreement.DIFFERENT,
    )


def _compare_definitions(
    template: Mapping[str, Any], running: Mapping[str, Any], *, has_pipeline: bool
) -> Iterator[Comparison]:
    for key in _SIZES:
        if template.get(key) != running.get(key):
            yield _comparison(key, _short(template.get(key)), _short(running.get(key)))
    for key in _ROLES:
        if template.get(key) != running.get(key):
            yield _comparison(
                key,
                template.get(key, "none").rpartition("/")[2],
                running.get(key, "none").rpartition("/")[2],
            )
    before = {each["name"]: each for each in template["containerDefinitions"]}
    after = {each["name"]: each for each in running["containerDefinitions"]}
    for name in {**before, **after}:
        if name not in after or name not in before:
            yield _comparison(
                name,
                "a container" if name in before else "none",
                "a container" if name in after else "none",
            )
            continue
        yield _compare_images(name, before[name], after[name], has_pipeline=has_pipeline)
        yield from _compare_names(f"{name}: variables", before[name], after[name], "environment")
        yield from _compare_names(f"{name}: secrets", before[name], after[name], "secrets")
        yield from _compare_rest(name, before[name], after[name])


def _compare_images(
    name: str, template: Mapping[str, Any], running: Mapping[str, Any], *, has_pipeline: bool
) -> Comparison:
    before, after = template["image"], running["image"]
    repository = ecr_repository(before)
    if before == after:
        agreement = Agreement.SAME
    elif has_pipeline and repository is not None and repository == ecr_repository(after):
        agreement = Agreement.PIPELINE
    else:
        agreement = Agreement.DIFFERENT
    if repository is not None and repository == ecr_repository(after):
        # They have the same account and region, which say nothing.
        registry = len(repository.partition("/")[0]) + 1
        before, after = before[registry:], after[registry:]
    return Comparison(part=f"{name}: image", template=before, running=after, agreement=agreement)


def _compare_names(
    part: str, template: Mapping[str, Any], running: Mapping[str, Any], key: str
) -> Iterator[Comparison]:
    """Compare variables or secrets, and tell their names alone."""
    before = {each["name"]: each for each in template.get(key, ())}
    after = {each["name"]: each for each in running.get(key, ())}
    if before == after:
        return
    missing = [f"-{name}" for name in before if name not in after]
    added = [f"+{name}" for name in after if name not in before]
    changed = [f"~{name}" for name in before if name in after and before[name] != after[name]]
    yield Comparison(
        part=part,
        template=f"{len(before)}",
        running=f"{len(after)}: {' '.join(sorted(missing) + sorted(added) + sorted(changed))}",
        agreement=Agreement.DIFFERENT,
    )


def _compare_rest(
    name: str, template: Mapping[str, Any], running: Mapping[str, Any]
) -> Iterator[Comparison]:
    for key in sorted({*template, *running} - set(_ALIKE)):
        before, after = template.get(key), running.get(key)
        if before == after:
            continue
        part = f"{name}: {key}"
        if key in _LOGGING:
            yield from _compare_logging(part, before or {}, after or {})
        elif key in _HIDDEN:
            yield _hidden(part, before, after)
        else:
            yield _comparison(part, _short(before), _short(after))


def _compare_logging(
    part: str, template: Mapping[str, Any], running: Mapping[str, Any]
) -> Iterator[Comparison]:
    """Compare where a container logs to, and tell the names alone of the options."""
    for key in sorted({*template, *running} - {"options", "secretOptions"}):
        if template.get(key) != running.get(key):
            yield _comparison(f"{part}: {key}", _short(template.get(key)), _short(running.get(key)))
    yield from _compare_names(
        f"{part}: options", _options_of(template), _options_of(running), "options"
    )
    yield from _compare_names(f"{part}: secretOptions", template, running, "secretOptions")


def _options_of(logging: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the options of a log driver as a list, like that of variables."""
    options = logging.get("options", {})
    return {"options": [{"name": name, "value": value} for name, value in options.items()]}


def _hidden(part: str, template: object, running: object) -> Comparison:
    return Comparison(
        part=part,
        template="none" if template is None else "the template's",
        running="none" if running is None else "another one",
        agreement=Agreement.DIFFERENT,
    )


def _compare_tasks(
    clients: AwsClients, deployed: DeployedService, wanted: str
) -> Iterator[Comparison]:
    there = [each["taskDefinitionArn"] for each in tasks(clients, deployed, stopped=False)]
    others = sorted({revision_name(arn) for arn in there if arn != wanted})
    if others:
        yield Comparison(
            part="tasks",
            template=revision_name(wanted),
            running=f"{sum(arn != wanted for arn in there)} of {len(there)} run "
            f"{', '.join(others)}",
            agreement=Agreement.DIFFERENT,
        )


def _compare_digests(
    clients: AwsClients, deployed: DeployedService, running: Mapping[str, Any]
) -> Iterator[Comparison]:
    """Compare the images that run with those that a new task would get."""
    digests: dict[str, set[str]] = {}
    for task in tasks(clients, deployed, stopped=False):
        for container in task.get("containers", ()):
            if "imageDigest" in container:
                digests.setdefault(container["name"], set()).add(container["imageDigest"])
    for container in running["containerDefinitions"]:
        found = digests.get(container["name"])
        if not found:
            continue
        part = f"{container['name']}: digest"
        shown = ", ".join(sorted(_short_digest(each) for each in found))
        try:
            now = ecr_digest(clients, container["image"])
        except AwsError as failure:
            yield Comparison(
                part=part,
                template="not told",
                running=f"{shown}; {failure}",
                agreement=Agreement.UNKNOWN,
            )
            continue
        if now is None and len(found) == 1:
            continue
        yield Comparison(
            part=part,
            template=_short_digest(now) if now else "one image",
            running=shown,
            agreement=Agreement.SAME if found == {now} else Agreement.DIFFERENT,
        )


def _short_digest(digest: str) -> str:
    return digest[: len("sha256:") + 12]


def _compare_service(
    properties: Mapping[str, Any], service: Mapping[str, Any]
) -> Iterator[Comparison]:
    """Compare properties of the service that somebody may have changed by hand."""
    given = properties.get("DesiredCount")
    if isinstance(given, int | str):
        yield _comparison("desired count", int(given), service["desiredCount"])
    configuration = properties.get("DeploymentConfiguration", {})
    deployed = service.get("deploymentConfiguration", {})
    pairs = (
        (
            "commands (ECS Exec)",
            properties.get("EnableExecuteCommand", False),
            service.get("enableExecuteCommand", False),
        ),
        (
            "grace period",
            properties.get("HealthCheckGracePeriodSeconds"),
            service.get("healthCheckGracePeriodSeconds"),
        ),
        (
            "minimum healthy",
            configuration.get("MinimumHealthyPercent"),
            deployed.get("minimumHealthyPercent"),
        ),
        ("maximum", configuration.get("MaximumPercent"), deployed.get("maximumPercent")),
    )
    for part, template, running in pairs:
        # What a template takes from elsewhere is not known here.
        if isinstance(template, bool | int) and template != running:
            yield _comparison(part, template, running)


def _detected(clients: AwsClients, deployed: DeployedService) -> Iterator[Comparison]:
    answer = call(
        clients.cloudformation,
        "detect_stack_resource_drift",
        deployed.stack,
        StackName=deployed.stack,
        LogicalResourceId=deployed.logical_id,
    )["StackResourceDrift"]
    for each in answer.get("PropertyDifferences", ()):
        part = f"CloudFormation: {each['PropertyPath']}"
        if each["PropertyPath"].startswith(_LOGGING_PROPERTY):
            yield _hidden(part, each["ExpectedValue"], each["ActualValue"])
            continue
        yield Comparison(
            part=part,
            template=each["ExpectedValue"],
            running=each["ActualValue"],
            agreement=Agreement.DIFFERENT,
        )
    if answer["StackResourceDriftStatus"] in {"IN_SYNC", "NOT_CHECKED"}:
        yield Comparison(
            part="CloudFormation",
            template="",
            running=answer["StackResourceDriftStatus"],
            agreement=Agreement.SAME
            if answer["StackResourceDriftStatus"] == "IN_SYNC"
            else Agreement.UNKNOWN,
        )


def _short(value: object) -> str:
    if value is None:
        return "none"
    return value if isinstance(value, str) else json.dumps(value, sort_keys=True, default=str)
