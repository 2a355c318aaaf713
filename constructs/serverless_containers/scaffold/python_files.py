"""The Python files of an app."""

from collections.abc import Iterable
from string import Template

from serverless_containers.scaffold.model import (
    RETENTIONS,
    AppSpec,
    EnvironmentSpec,
    Kind,
    Scaling,
    Service,
)

_VARIABLES = {Kind.API: "api", Kind.HOSTING: "site", Kind.WORKER: "worker"}
_BEHIND = {
    Kind.API: "behind an HTTP API",
    Kind.HOSTING: "as a web site behind CloudFront",
    Kind.WORKER: "as a worker, which no requests reach",
}


def python_files(app: AppSpec) -> dict[str, str]:
    """Return the Python files of an app, but for its tests, by their POSIX paths.

    Args:
        app: The app.
    """
    if not app.environments:
        return {"app.py": _one_stack(app)}
    return {
        "app.py": _STAGES.substitute(name=app.name),
        "stacks/__init__.py": '"""The stacks of an environment."""\n',
        "stacks/environments.py": _environments(app),
        "stacks/environment_stage.py": _stage(app),
        "stacks/network_stack.py": _NETWORK_STACK,
        **{f"stacks/{_module(each)}.py": _service_stack(each) for each in app.services},
    }


def _imported(module: str, names: Iterable[str]) -> str:
    """Return an import as ruff formats it."""
    ordered = sorted(set(names), key=lambda name: (not name.isupper(), name))
    line = f"from {module} import {', '.join(ordered)}"
    if len(line) <= 100:
        return line
    return "\n".join([f"from {module} import (", *(f"    {name}," for name in ordered), ")"])


def _call(indent: str, start: str, arguments: Iterable[str]) -> str:
    """Return a call with an argument a line."""
    inner = "".join(f"{indent}    {each},\n" for each in arguments)
    return f"{indent}{start}(\n{inner}{indent})"


def _library_names(service: Service) -> set[str]:
    names = {str(service.kind), *(name for each in service.keywords for name in each.names)}
    return names | ({"BuildPipeline"} if service.managed else set())


def _cdk_names(service: Service) -> set[str]:
    return {name for each in service.keywords for name in each.also}


def _construct(service: Service, shared: Iterable[str]) -> str:
    """Return the statement that makes the construct."""
    return _call(
        "        ",
        f"{_VARIABLES[service.kind]} = {service.kind}",
        [
            "self",
            f'"{service.construct_id}"',
            f"source={_source(service)}",
            *shared,
            *(["images=BuildPipeline.managed()"] if service.managed else []),
            *(each.text for each in service.keywords),
        ],
    )


def _output(service: Service) -> str:
    variable = _VARIABLES[service.kind]
    if service.kind is Kind.WORKER:
        return f'CfnOutput(self, "Service", value={variable}.service.service_name)'
    return f'CfnOutput(self, "Url", value={variable}.url)'


def _source(service: Service) -> str:
    """Return the path of a service's source in Python, from ROOT, the app's folder."""
    path, folder = service.source, "ROOT"
    while path == ".." or path.startswith("../"):
        folder += ".parent"
        path = path[3:]
    return f"{folder} / {literal(path)}" if path not in {"", "."} else folder


def literal(text: str) -> str:
    """Return text as a literal in Python, in double quotes where it has none."""
    return repr(text) if '"' in text else f'"{repr(chr(39) + text)[2:-1]}"'


def _one_stack(app: AppSpec) -> str:
    (service,) = app.services
    cdk = {"App", "CfnOutput", "Stack", *_cdk_names(service)}
    if app.region:
        cdk.add("Environment")
    return _ONE_STACK.substitute(
        behind=_BEHIND[service.kind],
        cdk=_imported("aws_cdk", cdk),
        library=_imported("serverless_containers", _library_names(service)),
        region=f', env=Environment(region="{app.region}")' if app.region else "",
        construct=_construct(service, ()),
        output=_output(service),
        name=app.name,
    )


_ONE_STACK = Template('''"""The CDK application: containers $behind."""

from pathlib import Path

$cdk
from constructs import Construct
$library

ROOT = Path(__file__).parent


class ContainersStack(Stack):
    """The containers, with their network and whatever leads to them."""

    def __init__(self, scope: Construct, construct_id: str) -> None:
        super().__init__(scope, construct_id$region)
$construct
        $output


def build(app: App) -> App:
    """Put the stack into an app."""
    ContainersStack(app, "$name")
    return app


if __name__ == "__main__":
    build(App()).synth()
''')


_STAGES = Template('''"""The CDK application: a stage for each environment.

Context: ``-c environment=NAME`` limits it to one environment.
"""

import sys

from aws_cdk import App

from stacks.environment_stage import EnvironmentStage
from stacks.environments import ENVIRONMENTS

NAME = "$name"


def build(app: App) -> App:
    """Put the stages into an app, as its context says."""
    chosen = app.node.try_get_context("environment")
    if chosen is not None and chosen not in ENVIRONMENTS:
        sys.exit(f"environment {chosen!r} is unknown; there are {', '.join(ENVIRONMENTS)}")
    for environment in [chosen] if chosen else ENVIRONMENTS:
        EnvironmentStage(app, config=ENVIRONMENTS[environment], name=NAME)
    return app


if __name__ == "__main__":
    build(App()).synth()
''')

_NETWORK_STACK = '''"""Network and cluster that the services of an environment share."""

from aws_cdk import Stack
from constructs import Construct
from serverless_containers import ContainerCluster

from stacks.environments import EnvironmentConfig


class NetworkStack(Stack):
    """The network and the cluster.

    Attributes:
        cluster: Both.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        config: EnvironmentConfig,
        stack_name: str,
    ) -> None:
        super().__init__(scope, construct_id, stack_name=stack_name)
        self.cluster = ContainerCluster(
            self,
            "Containers",
            network_profile=config.network_profile,
            high_availability=config.high_availability,
            log_retention=config.log_retention,
            removal_policy=config.removal_policy,
        )
        # All that a service may need: one that comes later changes nothing here.
        for value in self.cluster.exported_values:
            self.export_value(value)
'''

_ENVIRONMENTS = '''"""Configuration of the environments. Change it here; the stacks only wire."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from aws_cdk import RemovalPolicy
from aws_cdk import aws_logs as logs
from serverless_containers import NetworkProfile, Spot, TaskScaling


@dataclass(frozen=True, slots=True, kw_only=True)
class EnvironmentConfig:
    """One environment.

    Attributes:
        name: Its name, which the stage, the Compose files of an environment and secrets share.
        account: The AWS account. None: the one that the CLI is signed in to.
        region: The AWS region. None: the CLI's.
        network_profile: The tasks' way to the internet and to AWS.
        high_availability: Three zones instead of one.
        spot: Whether tasks run on spare capacity: all, or those above a base.
        strict: Whether guesses in reading the Compose files are errors. None: as they say.
        scaling: The scaling of services, by their names. Others have the tasks that their files
            ask for.
        execute: The services in whose containers ECS Exec opens a shell.
        log_retention: The time for which logs are kept.
        removal_policy: The removal policy of what holds data and logs when the stacks are deleted.
            The logs of tasks, of builds and of sessions stay in any case.
    """

    name: str
    account: str | None = None
    region: str | None = None
    network_profile: NetworkProfile = NetworkProfile.PUBLIC
    high_availability: bool = False
    spot: bool | Spot = False
    strict: bool | None = None
    scaling: Mapping[str, TaskScaling] = field(default_factory=dict)
    execute: frozenset[str] = frozenset()
    log_retention: logs.RetentionDays = logs.RetentionDays.ONE_MONTH
    removal_policy: RemovalPolicy = RemovalPolicy.RETAIN


ENVIRONMENTS: Mapping[str, EnvironmentConfig] = {
    config.name: config
    for config in (
'''


def _environments(app: AppSpec) -> str:
    entries = "".join(_environment(each, app.region) for each in app.environments)
    return f"{_ENVIRONMENTS}{entries}    )\n}}\n"


def _environment(environment: EnvironmentSpec, region: str | None) -> str:
    lines = [f'name="{environment.name}"']
    if region := environment.region or region:
        lines.append(f'region="{region}"')
    if environment.network_profile != "PUBLIC":
        lines.append(f"network_profile=NetworkProfile.{environment.network_profile}")
    if environment.high_availability:
        lines.append("high_availability=True")
    if environment.spot:
        lines.append("spot=True")
    if environment.strict is not None:
        lines.append(f"strict={environment.strict}")
    if environment.scaling:
        entries = "".join(
            f'                "{name}": {_scaling(each)},\n'
            for name, each in sorted(environment.scaling.items())
        )
        lines.append(f"scaling={{\n{entries}            }}")
    if environment.execute:
        names = "".join(f'                    "{name}",\n' for name in environment.execute)
        lines.append(
            f"execute=frozenset(\n                {{\n{names}                }}\n            )"
        )
    days = environment.log_retention or (90 if environment.retain else None)
    if days is not None:
        lines.append(f"log_retention=logs.RetentionDays.{RETENTIONS[days]}")
    if not environment.retain:
        lines.append("removal_policy=RemovalPolicy.DESTROY")
    return _call("        ", "EnvironmentConfig", lines) + ",\n"


def _scaling(scaling: Scaling) -> str:
    numbers = {
        "min_capacity": scaling.least,
        "max_capacity": scaling.most,
        "memory_percent": scaling.memory,
        "requests_per_task": scaling.requests,
    }
    lines = [f"{name}={number}" for name, number in numbers.items() if number is not None]
    # Its default is a target, not the absence of one.
    lines.insert(1 if scaling.least is None else 2, f"cpu_percent={scaling.cpu}")
    inner = "".join(f"                    {line},\n" for line in lines)
    return f"TaskScaling(\n{inner}                )"


def _module(service: Service) -> str:
    return service.name.lower().replace("-", "_") + "_stack"


def _stack_class(service: Service) -> str:
    return f"{service.construct_id}Stack"


def _stage(app: AppSpec) -> str:
    imports = [
        "from stacks.environments import EnvironmentConfig",
        "from stacks.network_stack import NetworkStack",
        *(f"from stacks.{_module(each)} import {_stack_class(each)}" for each in app.services),
    ]
    return _STAGE.substitute(
        imports="\n".join(sorted(imports)),
        stacks="\n".join(
            _call(
                "        ",
                _stack_class(each),
                [
                    "self",
                    f'"{each.construct_id}"',
                    "config=config",
                    "cluster=network.cluster",
                    f'stack_name=f"{{prefix}}-{each.name.lower()}"',
                ],
            )
            for each in app.services
        ),
    )


_STAGE = Template('''"""One environment as a whole."""

from aws_cdk import Environment, Stage, Tags
from constructs import Construct

$imports


class EnvironmentStage(Stage):
    """The stacks of one environment; ``cdk deploy 'dev/*'`` deploys those of ``dev``.

    Args:
        config: The environment.
        name: What the names of the stacks start with.
    """

    def __init__(self, scope: Construct, *, config: EnvironmentConfig, name: str) -> None:
        super().__init__(
            scope,
            config.name,
            env=Environment(account=config.account, region=config.region),
        )
        prefix = f"{name}-{config.name}"
        network = NetworkStack(
            self,
            "Network",
            config=config,
            stack_name=f"{prefix}-network",
        )
$stacks
        Tags.of(self).add("application", name)
        Tags.of(self).add("environment", config.name)
''')


def _service_stack(service: Service) -> str:
    return _SERVICE_STACK.substitute(
        name=service.name,
        behind=_BEHIND[service.kind],
        cdk=_imported("aws_cdk", {"CfnOutput", "Stack", *_cdk_names(service)}),
        library=_imported("serverless_containers", _library_names(service) | {"ContainerCluster"}),
        stack=_stack_class(service),
        construct=_construct(
            service,
            (
                "environment_name=config.name",
                "cluster=cluster",
                "spot=config.spot",
                "strict=config.strict",
                f'scaling=config.scaling.get("{service.name}")',
                f'enable_execute_command="{service.name}" in config.execute',
                "log_retention=config.log_retention",
                "removal_policy=config.removal_policy",
            ),
        ),
        output=_output(service),
    )


_SERVICE_STACK = Template('''"""The containers of $name, $behind."""

from pathlib import Path

$cdk
from constructs import Construct
$library

from stacks.environments import EnvironmentConfig

ROOT = Path(__file__).parent.parent


class $stack(Stack):
    """The containers of $name, $behind."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        config: EnvironmentConfig,
        cluster: ContainerCluster,
        stack_name: str,
    ) -> None:
        super().__init__(scope, construct_id, stack_name=stack_name)
$construct
        $output
''')
