"""What a service's containers know and may do: secrets, variables, permissions."""

from collections.abc import Iterable, Mapping
from pathlib import Path

from aws_cdk import aws_ecs as ecs
from constructs import Construct

from serverless_containers.iam.custom_policies import attach_policies
from serverless_containers.iam.resource_access import merge_environment
from serverless_containers.plan import TaskPlan
from serverless_containers.plan.secrets.reader import owner_of
from serverless_containers.secrets_from_files import ProjectSecrets, push_command
from serverless_containers.workload.service_props import ServiceProps


def service_secrets(
    scope: Construct, plan: TaskPlan, props: ServiceProps, source: str | Path
) -> ProjectSecrets:
    """The secrets of a service, but for those that its caller gives one by one.

    Args:
        scope: Where they are made, if the caller gives none.
        plan: What was made of the files.
        props: What the caller says.
        source: The folder, as the caller names it.

    Raises:
        ValueError: If what is given are not the secrets of the files.
    """
    given = props.get("secrets")
    if isinstance(given, ProjectSecrets):
        check_given("secrets", plan.secrets, given.names)
        _check_names(plan, given)
        return given
    given = given or {}
    check_given("secrets", given, plan.secrets)
    environment = props.get("environment_name")
    return ProjectSecrets(
        scope,
        "Secrets",
        plans={key: secret for key, secret in plan.secrets.items() if key not in given},
        owner=owner_of(plan.name, environment),
        push_command=push_command(source, environment),
    )


def given_secrets(props: ServiceProps) -> Mapping[str, ecs.Secret]:
    """The secrets that a caller gives one by one."""
    given = props.get("secrets")
    return given if isinstance(given, Mapping) else {}


def variables_for_all(plan: TaskPlan, props: ServiceProps) -> Mapping[str, str]:
    """The variables that every container gets, over those of the files.

    Raises:
        ValueError: If one is a secret of a container, too.
    """
    resources = props.get("resources", ())
    variables = {
        **merge_environment(resources),
        **props.get("environment", {}),
    }
    for container in plan.containers:
        taken = sorted(variables.keys() & container.secrets.keys())
        if taken:
            raise ValueError(
                f"{', '.join(taken)}: a variable for every container, and a secret of "
                f"{container.name}; give the secret another target in the Compose file"
            )
    return variables


def grant_access(
    scope: Construct,
    definition: ecs.TaskDefinition,
    plan: TaskPlan,
    props: ServiceProps,
    secrets: ProjectSecrets,
) -> None:
    """Give the application its permissions, and both roles the mark of their service.

    Args:
        scope: Where a policy is made.
        definition: The task definition.
        plan: What was made of the files.
        props: What the caller says.
        secrets: The service's secrets.
    """
    role, execution = definition.task_role, definition.execution_role
    for resource in props.get("resources", ()):
        resource.grant(role)
    attach_policies(scope, role, plan.statements)
    secrets.serve(role, execution)


def check_given(name: str, given: Iterable[str], known: Iterable[str]) -> None:
    """Refuse names that the Compose file does not have.

    Raises:
        ValueError: If one is unknown, with those that are known.
    """
    unknown = sorted(set(given) - set(known))
    if unknown:
        raise ValueError(
            f"{name}: the Compose file has no {', '.join(unknown)}; it has "
            f"{', '.join(known) or 'none'}"
        )


def _check_names(plan: TaskPlan, given: ProjectSecrets) -> None:
    for key, secret in plan.secrets.items():
        if given.names[key] != secret.name:
            raise ValueError(
                f"secrets: {key} is {given.names[key]} in the secrets that are given, and "
                f"{secret.name} here; give both the same environment_name and the same source"
            )
