"""What must hold of a plan where its task is put: known at synthesis, not from the files alone."""

import re
from collections.abc import Collection, Mapping

from aws_cdk import Stack, Token
from constructs import IConstruct

from serverless_containers.findings import Findings
from serverless_containers.findings.uncaught import hide_traceback
from serverless_containers.network import Placement
from serverless_containers.plan import TaskPlan
from serverless_containers.plan.resources.rules import IMAGE_UNREACHABLE, UTILITY_IMAGE
from serverless_containers.plan.task_containers import added_containers, check_count
from serverless_containers.service_defaults import can_pull_utility
from serverless_containers.service_props import ServiceProps

_ECR_HOST = re.compile(
    r"\d{12}\.dkr[.-]ecr(?:-fips)?\.(?P<region>[a-z0-9-]+)\.(?:amazonaws\.(?:com(?:\.cn)?|eu)|on\.aws"
    r"|on\.amazonwebservices\.com\.cn|c2s\.ic\.gov|sc2s\.sgov\.gov|csp\.hci\.ic\.gov"
    r"|cloud\.adc-e\.uk)"
)
"""Hosts of private registries in all partitions; "Amazon ECR endpoints and quotas"."""


def check_task(
    scope: IConstruct,
    plan: TaskPlan,
    props: ServiceProps,
    placement: Placement,
    *,
    delays_stop: bool,
) -> None:
    """Refuse a task that ECS would not take, or that could not start where it is put.

    Args:
        scope: The construct, whose stack tells the region.
        plan: What was made of the files.
        props: What the caller says.
        placement: Where the tasks are put.
        delays_stop: Whether the task gets the container that delays its stop.

    Raises:
        InvalidSourceError: With every error found, if there is one.
    """
    findings = Findings()
    added = added_containers(
        plan.containers, writes_files=bool(plan.files), delays_stop=delays_stop
    )
    check_count(plan.at, plan.containers, added, findings)
    _check_utility_image(plan, props, placement, findings)
    if not placement.reaches_internet:
        given = props.get("images")
        _check_images(
            plan, given if isinstance(given, Mapping) else {}, Stack.of(scope).region, findings
        )
    if findings.errors:
        hide_traceback()
        findings.raise_errors()


def _check_utility_image(
    plan: TaskPlan, props: ServiceProps, placement: Placement, findings: Findings
) -> None:
    if plan.files and not can_pull_utility(props, placement):
        findings.report(
            UTILITY_IMAGE,
            None,
            ("utility_image",),
            "configs are written by a small container, whose image tasks without a way to the "
            "internet cannot pull",
            "name an image in ECR that has a POSIX shell",
        )


def _check_images(plan: TaskPlan, given: Collection[str], region: str, findings: Findings) -> None:
    """Report images that the endpoints of ECR do not lead to, which are those of other regions too.

    Args:
        plan: What was made of the files.
        given: The containers whose images the caller gives, of which nothing can be said.
        region: The region of the tasks; a token where it is not known.
        findings: Takes what is wrong.
    """
    for container in plan.containers:
        if container.image is None or container.name in given:
            continue
        host, _, path = container.image.partition("/")
        found = _ECR_HOST.fullmatch(host) if path else None
        if found is not None and (Token.is_unresolved(region) or found["region"] == region):
            continue
        where = f"is in {found['region']}, not in {region}" if found else "is not in a private ECR"
        findings.report(
            IMAGE_UNREACHABLE,
            container.image_at,
            ("services", container.name, "image"),
            f"{container.image} {where}; the tasks have no way to the internet, and pull from ECR "
            "in their region alone",
            "name a copy in ECR there (a pull through cache has one once it was pulled from a "
            "network with a way out), or give the tasks a way out (network_profile PRIVATE or "
            "PUBLIC, other vpc_subnets)",
        )
