"""Configuration of the environments. Change it here; the stacks only wire."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import Enum

from aws_cdk import RemovalPolicy
from aws_cdk import aws_logs as logs

from serverless_containers import NetworkProfile, Spot, TaskScaling, Tracing
from serverless_containers.tags import check_tag_value


class Access(Enum):
    """The callers that an environment's API lets in."""

    OPEN = "open"
    COGNITO = "cognito"
    IAM = "iam"


class Images(Enum):
    """The builder of the images of services with ``build``."""

    PIPELINE = "pipeline"
    """A pipeline in AWS, from the folder; this machine needs no Docker."""
    DOCKER = "docker"
    """Docker on the machine that deploys."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Domain:
    """A name of one's own.

    Attributes:
        name: The name.
        hosted_zone_id: The Route 53 zone of the account that it is in, which gets its records.
            None: its records are kept elsewhere. A deployment then waits for that which validates
            the certificate, and its outputs say where the name has to lead.
        hosted_zone_name: The name of that zone.

    Raises:
        ValueError: If a zone has one of the two and not the other.
    """

    name: str
    hosted_zone_id: str | None = None
    hosted_zone_name: str | None = None

    def __post_init__(self) -> None:
        """Refuse half a zone."""
        if (self.hosted_zone_id is None) != (self.hosted_zone_name is None):
            raise ValueError(
                f"domain {self.name!r}: a zone has hosted_zone_id and hosted_zone_name; give both, "
                "or neither where its records are kept elsewhere"
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class GitHub:
    """A folder of a GitHub repository, whose pushes are built and rolled out.

    Attributes:
        url: Its address in a browser, with branch and folder, such as
            ``https://github.com/acme/shop/tree/main/backend``.
        connection_arn: The CodeConnections connection to it, which somebody has approved.
    """

    url: str
    connection_arn: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """The same folder once more, as a web site behind CloudFront.

    Attributes:
        domain: Its own name, for which the environment's ``region`` has to be given: certificates
            for CloudFront are in us-east-1, wherever the rest is. None: the one that CloudFront
            gives it.
        sign_in: Whether visitors sign in, which takes a domain. They are the users of the API
            where that has users (``Access.COGNITO``), and may then sign up by themselves; otherwise
            the site gets a user pool of its own, to which an administrator adds them.
        open: Whether everybody may come in without signing in where the API asks who it is. The
            containers are the same, and so is the table. Default: that is refused.
        own_data: Whether the site may have data of its own, where a service of the project must not
            run twice on a volume: it runs once for the API and once for the site, on two file
            systems. Default: that is refused.
        public_paths: With ``sign_in``, the paths that everybody may see. None: ``/health`` of the
            sample application, and none of any other.
        health_check_path: The path at which the load balancer asks a task whether it is healthy.
            None: ``/health`` for the sample application, and the library's default, ``/``, for any
            other.
        firewall: Whether a web ACL stands before it, for which ``region`` has to be given too.
    """

    domain: Domain | None = None
    sign_in: bool = False
    open: bool = False
    own_data: bool = False
    public_paths: tuple[str, ...] | None = None
    health_check_path: str | None = None
    firewall: bool = False

    def __post_init__(self) -> None:
        """Refuse one text in place of several."""
        _check_several("public_paths", self.public_paths)


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarms:
    """The alarms of an environment's services.

    Attributes:
        topic_arn: The SNS topic that is notified, of the environment's account and region, which
            has to let ``cloudwatch.amazonaws.com`` publish. None: the addresses are notified.
        emails: E-mail addresses that are notified, by a topic that is made in the stack of each
            service; whoever reads them confirms each once. None of both: the alarms are only seen.
        availability: The percent of requests that are to be answered without a status of 5xx.
        latency_ms: The milliseconds within which 95 percent of the requests are to be answered.
        runbooks: The address of the folder of the runbook pages. None: the library's own.

    Raises:
        ValueError: If both a topic and addresses are given.
    """

    topic_arn: str | None = None
    emails: tuple[str, ...] = ()
    availability: float = 99.9
    latency_ms: float = 300
    runbooks: str | None = None

    def __post_init__(self) -> None:
        """Refuse one text in place of several, and two ways to be told."""
        _check_several("emails", self.emails)
        if self.topic_arn is not None and self.emails:
            raise ValueError(
                "topic_arn and emails exclude each other: subscribe the addresses to the topic"
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class EnvironmentConfig:
    """One environment.

    Attributes:
        name: Its name, which the stage, ``compose.<name>.yaml`` and the secrets share.
        shared: The name under which environments share network, cluster, secrets and
            ``compose.<shared>.yaml``: ``preview`` for those of pull requests. None: it shares none.
        owner: The value of the tag ``Owner`` of every resource, who answers for it, beside
            ``Service`` and ``Environment``, which every one has. None: ``-c owner=…``, else there
            is no such tag.
        cost_center: The value of the tag ``CostCenter``, likewise ``-c cost_center=…``.
        account: The AWS account. None: the one that the CLI is signed in to.
        region: The AWS region. None: the CLI's.
        network_profile: The tasks' way to the internet and to AWS; the larger part of an idle bill.
        high_availability: Three zones instead of one.
        availability_zones: The zones by name. None: those that the construct chooses.
        spot: Whether tasks run on spare capacity: all, or those above a base.
        cpu: CPU units of a task. None: what the Compose file asks for.
        memory_limit_mib: Memory of a task in MiB. None: the same.
        scaling: The scaling of the number of tasks. None: the number is the Compose file's.
        strict: Whether guesses in reading the folder are errors, so that a service more in its
            Compose file moves nothing by itself. None: as the Compose file says.
        images: The builder of the images.
        github: The repository that a pipeline builds, in place of the folder, which still says
            what is deployed. Each service then has its pipeline in a stack of its own. None: a
            pipeline builds the folder.
        access: The callers of the API.
        cors_origins: The web sites whose scripts may call it.
        requests_per_second: The API's limit. None: the account's.
        domain: The API's own name. None: the one that API Gateway gives it.
        site: The folder as a web site, beside the API. None: there is no site.
        monitoring: The alarms of the services, and who is notified. None: there are none.
        tracing: The traces of the services in AWS X-Ray: True, or what of `Tracing` is to differ. A
            collector in each task takes 64 CPU units and 256 MiB of it, and X-Ray bills traces by
            their number. Staging needs an image of the collector in ECR. Off in every environment:
            prod has the room in its tasks, but would pay for traces before somebody looks at them.
        log_retention: The time for which logs are kept.
        removal_policy: The removal policy of data and logs when the stacks are deleted.
        enable_execute_command: Whether ``aws ecs execute-command`` opens a shell in a container. It
            needs containers without ``read_only``, which ``compose.<name>.yaml`` can undo.
    """

    name: str
    shared: str | None = None
    owner: str | None = None
    cost_center: str | None = None
    account: str | None = None
    region: str | None = None
    network_profile: NetworkProfile = NetworkProfile.PUBLIC
    high_availability: bool = False
    availability_zones: tuple[str, ...] | None = None
    spot: bool | Spot = False
    cpu: int | None = None
    memory_limit_mib: int | None = None
    scaling: TaskScaling | None = None
    strict: bool | None = None
    images: Images = Images.PIPELINE
    github: GitHub | None = None
    access: Access = Access.COGNITO
    cors_origins: tuple[str, ...] = ()
    requests_per_second: int | None = None
    domain: Domain | None = None
    site: Site | None = None
    monitoring: Alarms | None = None
    tracing: bool | Tracing = False
    log_retention: logs.RetentionDays = logs.RetentionDays.ONE_MONTH
    removal_policy: RemovalPolicy = RemovalPolicy.RETAIN
    enable_execute_command: bool = False

    def __post_init__(self) -> None:
        """Refuse one text in place of several, and what no tag can hold."""
        _check_several("availability_zones", self.availability_zones)
        _check_several("cors_origins", self.cors_origins)
        for name, value in (("owner", self.owner), ("cost_center", self.cost_center)):
            if value is not None:
                check_tag_value(name, value)

    @property
    def files(self) -> str:
        """The environment in the names of ``compose.<…>.yaml`` and of the secrets."""
        return self.shared or self.name


def _check_several(name: str, value: object) -> None:
    """Refuse a text where several belong: its letters would be taken for them.

    Raises:
        TypeError: If it is one.
    """
    if isinstance(value, str):
        raise TypeError(f"{name}: got {value!r} (str); give a tuple: ({value!r},)")


def open_site(config: EnvironmentConfig) -> str | None:
    """Say why an environment's site is a way around what its API asks for, if it is one.

    The site runs the containers of the API with the table of the API.

    Args:
        config: The environment.

    Returns:
        What is wrong and the ways out, or None if nothing is.
    """
    site = config.site
    if site is None or site.sign_in or site.open or config.access is Access.OPEN:
        return None
    return (
        f"environment {config.name}: its API asks who is calling (Access.{config.access.name}), "
        "and its site would let everybody in to the same containers; in stacks/environments.py "
        "give it site=Site(domain=…, sign_in=True), or Site(open=True) if it is meant to be open; "
        "-c environment=dev leaves it out"
    )


def second_store(config: EnvironmentConfig, exclusive: str | None) -> str | None:
    """Say why an environment's site would see other data than its API, if it would.

    The site runs the containers of the API once more, on a file system of its own.

    Args:
        config: The environment.
        exclusive: The service of the project that must not run twice, such as a database.

    Returns:
        What is wrong and the ways out, or None if nothing is.
    """
    site = config.site
    if site is None or site.own_data or exclusive is None:
        return None
    return (
        f"environment {config.name}: {exclusive} must not run twice, and would run once for the "
        "API and once for the site, on two file systems with different data; use a managed "
        "database, or a project and a stack of its own for each of the two, or give the "
        "environment site=Site(own_data=True, …) in stacks/environments.py if that is meant; "
        "-c site=false leaves out a site that -c site=true asks for"
    )


def shared_twice(config: EnvironmentConfig) -> str | None:
    """Say what an environment that shares would take from the others, if it would.

    Args:
        config: The environment.

    Returns:
        What is wrong and the ways out, or None if nothing is.
    """
    if config.shared is None:
        return None
    site = config.site
    given = {
        "a domain, which has one owner": config.domain or (site and site.domain),
        "a firewall, which is in a stack of its own in us-east-1": site and site.firewall,
        "NetworkProfile.ENDPOINTS, whose endpoints depend on the services": (
            config.network_profile is NetworkProfile.ENDPOINTS
        ),
    }
    wrong = [what for what, is_there in given.items() if is_there]
    if not wrong:
        return None
    return (
        f"environment {config.name}: it shares its network with others, and cannot have "
        f"{', nor '.join(wrong)}; change PREVIEW in stacks/environments.py"
    )


ENVIRONMENTS: Mapping[str, EnvironmentConfig] = {
    config.name: config
    for config in (
        EnvironmentConfig(
            name="dev",
            spot=True,
            access=Access.OPEN,
            cors_origins=("http://localhost:3000", "http://localhost:5173"),
            requests_per_second=50,
            log_retention=logs.RetentionDays.ONE_WEEK,
            removal_policy=RemovalPolicy.DESTROY,
        ),
        EnvironmentConfig(
            name="staging",
            network_profile=NetworkProfile.ENDPOINTS,
            strict=True,
            requests_per_second=200,
            monitoring=Alarms(),
            removal_policy=RemovalPolicy.DESTROY,
        ),
        EnvironmentConfig(
            name="prod",
            network_profile=NetworkProfile.PRIVATE,
            strict=True,
            high_availability=True,
            cpu=1024,
            memory_limit_mib=2048,
            scaling=TaskScaling(max_capacity=12, cpu_percent=60, requests_per_task=1500),
            monitoring=Alarms(),
            log_retention=logs.RetentionDays.THREE_MONTHS,
        ),
    )
}

PREVIEW = replace(ENVIRONMENTS["dev"], name="preview", shared="preview", requests_per_second=20)
"""The configuration of ``pr-1``, ``pr-2`` and so on, one for each pull request: dev's, with fewer
requests. Under its own name there is what they share, and nothing else."""

_PULL_REQUEST = re.compile(r"pr-[1-9][0-9]{0,9}")


def preview_called(name: str) -> EnvironmentConfig | None:
    """Return the configuration of a preview: ``pr-`` and a number, or ``preview`` itself.

    Args:
        name: The name.

    Returns:
        The configuration; None if it is no name of a preview.
    """
    if name == PREVIEW.name:
        return PREVIEW
    return replace(PREVIEW, name=name) if _PULL_REQUEST.fullmatch(name) else None
