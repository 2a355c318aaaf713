"""Names of stacks and services."""

import re
from pathlib import Path

from aws_cdk import App, Stack
from constructs import Construct

from serverless_containers.compose import load_project
from serverless_containers.findings import Findings
from serverless_containers.workload.project.cluster import name_known_before

APPLICATION = "serverless-containers"
"""The name of this application, whose stacks start with it."""

SAMPLE = Path(__file__).parent.parent / "container_src"
"""The folder of the sample application."""

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]*")
_LONGEST = 128
"""Characters of a stack's name, and those above; "CreateStack", AWS CloudFormation API Reference.
A support stack shortens its own."""
_LONGEST_END = "-site-pipeline"


def is_sample(source: Path) -> bool:
    """Return whether a folder is that of the sample application."""
    return source.resolve() == SAMPLE


def project_name(source: Path, environment: str) -> str | None:
    """Return the name of a Compose project.

    Args:
        source: The folder with the Compose file or the lone Dockerfile, or the Compose file itself.
        environment: The environment, whose file may name it.

    Returns:
        The name; None where errors leave no project, which the storage stack raises.
    """
    project = load_project(source, environment=environment, override=False, findings=Findings())
    return project.name if project else None


def bad_name(name: str, environment: str, *, sample: bool) -> str | None:
    """Say why the stacks of a project cannot have a name, if they cannot.

    Args:
        name: The name of the project, or the one given for its stacks.
        environment: The environment, whose name follows.
        sample: Whether it is the sample application.

    Returns:
        What is wrong and what to do, or None if nothing is.
    """
    if name == APPLICATION and not sample:
        return (
            f"the stacks of {name!r} are those of the sample application, which they would "
            "replace; give this project's another name with -c name=NAME"
        )
    longest = _LONGEST - len(f"-{environment}{_LONGEST_END}")
    if _NAME.fullmatch(name) and len(name) <= longest:
        return None
    like = re.sub(r"[^A-Za-z0-9]+", "-", name).strip("-")[:longest].rstrip("-")
    like = like if _NAME.fullmatch(like) else f"stack-{like}"[:longest].rstrip("-")
    return (
        f"the stacks cannot be named after {name!r}: CloudFormation takes a letter, then letters, "
        f"digits and hyphens, here at most {longest} of them; give another name, such as "
        f"-c name={like}"
    )


def service_name(stack_name: str, construct_id: str) -> str:
    """Return the name of the service of a ``ContainerApi`` or ``ContainerHosting``.

    It is the one that the construct chooses where a pipeline rolls out, known before the construct
    is there. A service keeps it whoever builds its images: another name is another service, which
    CloudFormation starts while the old one runs.

    Args:
        stack_name: The name of the stack that the construct is in.
        construct_id: The id of the construct there.
    """
    stack = Stack(App(), "Stack", stack_name=stack_name)
    containers = Construct(Construct(stack, construct_id), "Containers")
    return name_known_before(containers)
