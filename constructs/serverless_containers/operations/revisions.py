"""Revisions of a service's task definition, and the way back to one of them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from serverless_containers.aws_api.clients import AwsClients, call
from serverless_containers.aws_api.ecs_service import ServiceId, update_service
from serverless_containers.aws_api.errors import AwsError
from serverless_containers.operations.deployed import (
    DeployedService,
    describe_service,
    describe_task_definition,
)
from serverless_containers.operations.history import (
    Deployment,
    revision_name,
    revision_number,
    rollouts,
    service_deployments,
)
from serverless_containers.operations.images import ecr_digest
from serverless_containers.operations.stacks import in_parallel

MOST_REVISIONS = 10
_NOT_THERE = frozenset({"ImageNotFoundException", "RepositoryNotFoundException"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """A revision of a task definition.

    Attributes:
        arn: Its ARN.
        number: Its number.
        status: ACTIVE, or INACTIVE if it is deregistered, as CloudFormation does with those that
            it replaces.
        registered: When it was registered.
        registered_by: The ARN of who did, if that is told.
        deployed: When a deployment of it began last, if that is known.
        outcome: The state of that deployment.
        running: The number of tasks that run it.
        current: Whether it is the one that the service is to run.
        images: The images' digests that its last deployment had, by the containers.
    """

    arn: str
    number: int
    status: str
    registered: datetime | None
    registered_by: str
    deployed: datetime | None
    outcome: str
    running: int
    current: bool
    images: Mapping[str, str]

    @property
    def name(self) -> str:
        """The family and the number, ``web:3``."""
        return revision_name(self.arn)


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageProblem:
    """An image of a revision that is not as it was.

    Attributes:
        container: The container.
        image: The image's name.
        problem: The problem.
        is_fatal: Whether no task can start with it. Otherwise it is not known, or different.
    """

    container: str
    image: str
    problem: str
    is_fatal: bool

    def __str__(self) -> str:
        return f"{self.container}: {self.image} {self.problem}"


def revisions(
    clients: AwsClients, deployed: DeployedService, tell: Callable[[str], None]
) -> Sequence[Revision]:
    """Return the last ten revisions of a service's task definition, the newest first.

    And further ones that a deployment of the last 90 days had.

    Args:
        clients: The clients.
        deployed: The service.
        tell: Is told of each that is left out because ECS does not describe it.

    Raises:
        AwsError: If ECS does not tell of the service, or its current revision.
    """
    service = describe_service(clients, deployed)
    history = _history(clients, deployed)
    current = service["taskDefinition"]
    family = revision_name(current).rpartition(":")[0]
    newest = _listed(clients, family)[:MOST_REVISIONS]
    had = {each.task_definition for each in history if each.task_definition}
    arns = {*newest, *(arn for arn in had if _family(arn) == family), current}
    ordered = sorted(arns, key=revision_number, reverse=True)
    running = {each.task_definition: each.running for each in rollouts(service)}
    last = {each.task_definition: each for each in reversed(history)}
    # The client is made before threads share it.
    _ = clients.ecs
    described = in_parallel(lambda arn: _described(clients, arn), ordered, at_once=4)
    found = []
    for arn, task in zip(ordered, described, strict=True):
        is_current = arn == current
        if isinstance(task, AwsError):
            if is_current:
                raise task
            tell(f"{revision_name(arn)} is left out: {task}")
        elif is_current or task.get("status") != "DELETE_IN_PROGRESS":
            found.append(_revision(task, last.get(arn), running.get(arn, 0), is_current=is_current))
    return found


def _described(clients: AwsClients, arn: str) -> Mapping[str, Any] | AwsError:
    try:
        return describe_task_definition(clients, arn)
    except AwsError as failure:
        return failure


def revision_before(found: Sequence[Revision]) -> Revision:
    """Return the revision that a service had before the current one.

    It is that of the last deployment that ended well, or else the one with the next lower number.

    Args:
        found: Its revisions.

    Raises:
        AwsError: If there is none.
    """
    others = [each for each in found if not each.current]
    well = [each for each in others if each.outcome == "SUCCESSFUL" and each.deployed]
    if well:
        return max(well, key=lambda each: each.deployed.timestamp() if each.deployed else 0.0)
    number = next(each.number for each in found if each.current)
    lower = [each for each in others if each.number < number]
    if not lower:
        raise AwsError(
            "there is no revision before the current one: nothing else has been deployed, or ECS "
            "has deleted it"
        )
    return max(lower, key=lambda each: each.number)


def chosen_revision(found: Sequence[Revision], wanted: str) -> Revision:
    """Return the revision that is meant.

    Args:
        found: The service's revisions.
        wanted: Its number, its family and number, or its ARN.

    Raises:
        AwsError: If there is none, or it is the current one.
    """
    for each in found:
        if wanted in {str(each.number), each.name, each.arn}:
            if each.current:
                raise AwsError(f"{each.name} is what the service runs")
            return each
    there = ", ".join(str(each.number) for each in found if not each.current)
    raise AwsError(
        f"there is no revision {wanted}; "
        + (f"there are: {there}" if there else "there is none but the current one")
    )


def image_problems(
    clients: AwsClients, task: Mapping[str, Any], digests: Mapping[str, str]
) -> Sequence[ImageProblem]:
    """Return what is wrong with the images of a task definition, as ECR tells.

    Images of other registries are not looked for.

    Args:
        clients: The clients.
        task: The task definition.
        digests: The digests that a deployment of it had, by the containers.
    """
    found = []
    for container in task["containerDefinitions"]:
        name, image = container["name"], container["image"]
        problem = _image_problem(clients, name, image, digests.get(name))
        if problem:
            found.append(problem)
    return found


def register_copy(clients: AwsClients, task: Mapping[str, Any]) -> str:
    """Register a task definition again, for a service takes none that is INACTIVE.

    Args:
        clients: The clients.
        task: The task definition, as ECS describes it.

    Returns:
        The ARN of the copy.

    Raises:
        AwsError: If ECS does not do it. Of a missing permission it says which are needed.
    """
    name = revision_name(task["taskDefinitionArn"])
    model = clients.ecs.meta.service_model.operation_model("RegisterTaskDefinition")
    taken = model.input_shape.members if model.input_shape else {}
    copied = {key: value for key, value in task.items() if key in taken}
    if tags := _tags(clients, task["taskDefinitionArn"]):
        copied["tags"] = tags
    roles = [task[key] for key in ("taskRoleArn", "executionRoleArn") if task.get(key)]
    try:
        answer = call(clients.ecs, "register_task_definition", name, **copied)
    except AwsError as failure:
        if not failure.denied:
            raise
        raise AwsError(
            f"{failure}. {name} is INACTIVE, as CloudFormation leaves a revision that it replaces, "
            "and has to be registered anew: that needs ecs:RegisterTaskDefinition"
            + (", ecs:TagResource" if tags else "")
            + (f" and iam:PassRole on {' and '.join(roles)}" if roles else ""),
            code=failure.code,
        ) from None
    arn: str = answer["taskDefinition"]["taskDefinitionArn"]
    return arn


def deploy_revision(clients: AwsClients, deployed: DeployedService, arn: str) -> str:
    """Let a service run a revision.

    Returns:
        The deployment's id.

    Raises:
        AwsError: If ECS does not do it.
    """
    target = ServiceId(deployed.cluster, deployed.service)
    service = update_service(clients, target, "the rollback", taskDefinition=arn)
    primary: str = next(
        each["id"] for each in service["deployments"] if each.get("status") == "PRIMARY"
    )
    return primary


def _tags(clients: AwsClients, arn: str) -> Sequence[Mapping[str, str]]:
    """Return the tags of a task definition, but for those that are AWS's own."""
    answer = call(
        clients.ecs, "describe_task_definition", arn, taskDefinition=arn, include=["TAGS"]
    )
    return [tag for tag in answer.get("tags", ()) if not tag["key"].startswith("aws:")]


def _family(arn: str) -> str:
    return revision_name(arn).rpartition(":")[0]


def _history(clients: AwsClients, deployed: DeployedService) -> Sequence[Deployment]:
    try:
        return service_deployments(clients, deployed)
    except AwsError:
        # The revisions' numbers tell an order, too.
        return ()


def _listed(clients: AwsClients, family: str) -> Sequence[str]:
    found: list[str] = []
    for status in ("ACTIVE", "INACTIVE"):
        answer = call(
            clients.ecs,
            "list_task_definitions",
            family,
            familyPrefix=family,
            status=status,
            sort="DESC",
            maxResults=MOST_REVISIONS,
        )
        found += answer["taskDefinitionArns"]
    return sorted(
        (arn for arn in found if _family(arn) == family), key=revision_number, reverse=True
    )


def _revision(
    task: Mapping[str, Any], deployment: Deployment | None, running: int, *, is_current: bool
) -> Revision:
    return Revision(
        arn=task["taskDefinitionArn"],
        number=task["revision"],
        status=task["status"],
        registered=task.get("registeredAt"),
        registered_by=task.get("registeredBy", ""),
        deployed=deployment.started if deployment else None,
        outcome=deployment.state if deployment else "",
        running=running,
        current=is_current,
        images=deployment.images if deployment else {},
    )


def _image_problem(
    clients: AwsClients, container: str, image: str, digest: str | None
) -> ImageProblem | None:
    try:
        now = ecr_digest(clients, image)
    except AwsError as failure:
        is_gone = failure.code in _NOT_THERE
        return ImageProblem(
            container=container,
            image=image,
            problem="does not exist any more: no task could start"
            if is_gone
            else f"could not be looked for: {failure}",
            is_fatal=is_gone,
        )
    if now is None or digest is None or digest == now:
        return None
    return ImageProblem(
        container=container,
        image=image,
        problem="is another image by now than that revision ran with: its tag was moved",
        is_fatal=False,
    )
