"""Checks of a plan that take more than the files: its task's place, count and rollout."""

import re
from collections.abc import Collection

from aws_cdk import Annotations, Stack, Token
from constructs import IConstruct

from serverless_containers.findings import Findings
from serverless_containers.plan import TaskPlan
from serverless_containers.plan.exclusive import way_out
from serverless_containers.plan.model import ContainerRole, ExclusivePlan
from serverless_containers.plan.resources.rules import IMAGE_UNREACHABLE, UTILITY_IMAGE
from serverless_containers.plan.rules import EXCLUSIVE_CONFLICT
from serverless_containers.plan.utility_containers import check_count
from serverless_containers.workload.project.network import Placement
from serverless_containers.workload.project.source import refuse

_ECR_HOST = re.compile(
    r"\d{12}\.dkr[.-]ecr(?:-fips)?\.(?P<region>[a-z0-9-]+)\.(?:amazonaws\.(?:com(?:\.cn)?|eu)|on\.aws"
    r"|on\.amazonwebservices\.com\.cn|c2s\.ic\.gov|sc2s\.sgov\.gov|csp\.hci\.ic\.gov"
    r"|cloud\.adc-e\.uk)"
)
"""Hosts of private registries in all partitions; "Amazon ECR endpoints and quotas"."""


def check_task(
    scope: IConstruct,
    plan: TaskPlan,
    placement: Placement,
    *,
    given_images: Collection[str],
    desired_count: float | None,
    scales: bool,
    pulls_utility_image: bool,
    pulls_collector: bool,
) -> None:
    """Refuse a task that ECS would not take, or that could not start where it is put.

    Args:
        scope: The construct, whose stack tells the region.
        plan: The plan of the task.
        placement: The place of the tasks.
        given_images: The containers whose images the caller gives, of which nothing can be said.
        desired_count: The number of tasks, if the caller has given it.
        scales: Whether that follows the load.
        pulls_utility_image: Whether tasks can pull the image of the utility containers.
        pulls_collector: Whether they can pull that of a collector without a way to the internet.

    Raises:
        InvalidSourceError: With every error found, if there is one.
    """
    findings = Findings()
    check_count(plan.at, plan.containers, findings)
    if plan.pulls_files_image and not pulls_utility_image:
        findings.report(
            UTILITY_IMAGE,
            None,
            ("utility_image",),
            "configs, and secrets that are files, are written by a small container, whose image "
            "tasks without a way to the internet cannot pull",
            "name an image in ECR that has a POSIX shell",
        )
    _check_exclusive(plan, desired_count, findings, scales=scales)
    if not placement.reaches_internet:
        unreachable = Findings() if placement.is_given else findings
        _check_images(scope, plan, given_images, unreachable)
        if not pulls_collector:
            unreachable.report(
                IMAGE_UNREACHABLE,
                None,
                ("tracing", "image"),
                "the collector's image is in Amazon ECR Public, and tasks without a way to the "
                "internet pull from private repositories in their region alone",
                "give Tracing an image in ECR there (a pull through cache of public.ecr.aws has "
                "one once it was pulled from a network with a way out), or these tasks a way out",
            )
        if placement.is_given:
            # Its route tables may lead somewhere by what the CDK does not know of.
            for finding in unreachable:
                Annotations.of(scope).add_warning_v2(
                    "serverless-containers:image-perhaps-unreachable",
                    f"{finding}; if the VPC has another way out, such as a transit gateway, "
                    "acknowledge this",
                )
    if findings.errors:
        refuse(findings, plan.directory)


def _check_images(
    scope: IConstruct, plan: TaskPlan, given: Collection[str], findings: Findings
) -> None:
    """Report images that the endpoints of ECR do not lead to, which are those of other regions too.

    Args:
        scope: The service, whose stack tells the region.
        plan: The plan of the task.
        given: The containers whose images the caller gives, of which nothing can be said.
        findings: Takes what is wrong.
    """
    region = Stack.of(scope).region
    for container in plan.services:
        given_image = container.service_name in given
        if container.image is None or container.is_built or given_image:
            continue
        host, _, path = container.image.partition("/")
        found = _ECR_HOST.fullmatch(host) if path else None
        if found is not None and (Token.is_unresolved(region) or found["region"] == region):
            continue
        where = f"is in {found['region']}, not in {region}" if found else "is not in a private ECR"
        findings.report(
            IMAGE_UNREACHABLE,
            container.image_at,
            ("services", container.service_name, "image"),
            f"{container.image} {where}; the tasks of {scope.node.path} have no way to the "
            "internet, and pull from ECR in their region alone",
            "name a copy in ECR there (a pull through cache has one once it was pulled from a "
            "network with a way out), or give these tasks a way out (network_profile PRIVATE or "
            "PUBLIC where their network is made, other vpc_subnets)",
        )


def check_rollout(plan: TaskPlan, strategy: str, *, shifts_traffic: bool) -> None:
    """Refuse a rollout that runs two versions at once of what must run once.

    Args:
        plan: The plan of the task.
        strategy: The rollout's name.
        shifts_traffic: Whether both versions run meanwhile.

    Raises:
        InvalidSourceError: If it does.
    """
    if plan.exclusive is None or not shifts_traffic:
        return
    findings = Findings()
    _report_exclusive(
        plan.exclusive,
        f"a {strategy} rollout would run {plan.exclusive.service} twice on the same volumes",
        "use Rollout.rolling()",
        findings,
    )
    refuse(findings, plan.directory)


def warn_of_one_task(scope: IConstruct, plan: TaskPlan, *, spread: bool) -> None:
    """Warn that several zones have one task, where it must run once and nobody said how often.

    Args:
        scope: The construct that the warning is attached to.
        plan: The plan of the task.
        spread: Whether several zones were asked for.
    """
    if plan.exclusive is not None and spread:
        Annotations.of(scope).add_warning_v2(
            "serverless-containers:one-task",
            f"{plan.exclusive.service} must run once: high_availability means one task in one of "
            "three zones, which starts in another one when it fails",
        )


def note_missing_delay(scope: IConstruct) -> None:
    """Note that no container delays the stop of tasks, because they cannot pull its image.

    Args:
        scope: The construct that the note is attached to.
    """
    Annotations.of(scope).add_info_v2(
        "serverless-containers:no-image-for-stop-delay",
        f"tasks without a way to the internet cannot pull the image of {ContainerRole.STOP_DELAY} "
        "(keeps a task serving while it is taken out of service), and go without it: requests may "
        "be answered with 503 while tasks change; pass a utility_image from ECR that has a POSIX "
        "shell, or stop_delay=Duration.seconds(0) where the application goes on serving after "
        "SIGTERM",
    )


def warn_of_missing_names(scope: IConstruct) -> None:
    """Warn that nothing names the services to each other: tasks cannot pull the image for it.

    Args:
        scope: The construct that the warning is attached to.
    """
    Annotations.of(scope).add_warning_v2(
        "serverless-containers:no-image-for-names",
        f"tasks without a way to the internet cannot pull the image of {ContainerRole.FILES} "
        "(names the services to each other), and go without it: they reach each other at "
        "localhost, not by name; pass a utility_image from ECR that has a POSIX shell, or write "
        "x-serverless-containers: {names: none} where no service names another",
    )


def _check_exclusive(
    plan: TaskPlan, count: float | None, findings: Findings, *, scales: bool
) -> None:
    if plan.exclusive is None:
        return
    service = plan.exclusive.service
    if count is not None and not Token.is_unresolved(count) and count > 1:
        _report_exclusive(
            plan.exclusive,
            f"desired_count={count:g} would run {service} as often, on the same volumes",
            "ask for 1",
            findings,
        )
    if scales:
        _report_exclusive(
            plan.exclusive,
            f"scaling would run {service} several times on the same volumes",
            "leave it out",
            findings,
        )


def _report_exclusive(
    exclusive: ExclusivePlan, message: str, instead: str, findings: Findings
) -> None:
    findings.report(
        EXCLUSIVE_CONFLICT,
        exclusive.at,
        exclusive.path,
        message,
        way_out(exclusive, instead=instead),
    )
