"""Refuses what AWS refuses, and MiniStack as shipped accepts, where a template shows it."""

import ipaddress
import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeAlias

from serverless_containers.local.patches.private import (
    HANDLERS,
    Made,
    Properties,
    private,
    replace,
)

ROLES = "ministack.services.iam:_roles"
SUBNETS = "ministack.services.ec2:_subnets"
SERVICES = "ministack.services.ecs:_services"
CREATE_SUBNET = "ministack.services.cloudformation.provisioners:_ec2_subnet_create"
PRIVATE = (HANDLERS, ROLES, SUBNETS, SERVICES, CREATE_SUBNET)

LONGEST_WAIT = 43_200
"""Seconds that a wait condition can take ("AWS::CloudFormation::WaitCondition")."""
_STATES_IN_USE = frozenset({"ACTIVE", "DRAINING"})

Handler: TypeAlias = Any
"""A function of MiniStack's, which has no types."""


def apply() -> None:
    """Put the checks before the handlers."""
    for kind, check in _CHECKS.items():
        handler = private(HANDLERS)[kind]
        handler["create"] = _checked_creation(handler["create"], check)
        if "update" in handler:
            handler["update"] = _checked_update(handler["update"], check)
    # A replacement is made by the same function.
    replace(CREATE_SUBNET, _checked_creation(private(CREATE_SUBNET), _check_subnet))
    private(HANDLERS)["AWS::EC2::Subnet"]["create"] = private(CREATE_SUBNET)
    origin = private(HANDLERS)["AWS::CloudFront::VpcOrigin"]
    origin |= {"update": _refuse_other_tags(origin["create"]), "update_with_logical_id": True}
    association = private(HANDLERS)["AWS::ECS::ClusterCapacityProviderAssociations"]
    association["delete"] = _kept_while_in_use(association["delete"])


def _checked_creation(create: Handler, check: Callable[[Properties], None]) -> Handler:
    def checked(logical_id: str, props: Properties, stack: str) -> Made:
        check(props)
        made: Made = create(logical_id, props, stack)
        return made

    return checked


def _checked_update(update: Handler, check: Callable[[Properties], None]) -> Handler:
    def checked(physical_id: str, old: Properties, new: Properties, *rest: str) -> Made:
        check(new)
        made: Made = update(physical_id, old, new, *rest)
        return made

    return checked


def _refuse_other_tags(create: Handler) -> Handler:
    """aws-cdk#34629: tags of a VPC origin cannot be updated while a distribution uses it."""

    def update(_physical_id: str, old: Properties, new: Properties, stack: str, name: str) -> Made:
        if old.get("Tags") != new.get("Tags"):
            raise ValueError(
                "AWS::CloudFront::VpcOrigin: its tags cannot be changed while a distribution uses "
                "it (aws-cdk#34629)"
            )
        made: Made = create(name, new, stack)
        return made

    return update


def _kept_while_in_use(dissociate: Handler) -> Handler:
    """Refuse as "PutClusterCapacityProviders", Amazon ECS API Reference: ResourceInUse."""

    def delete(physical_id: str, props: Properties) -> None:
        for key, service in private(SERVICES).items():
            in_cluster = key.partition("/")[0] == physical_id
            uses = in_cluster and service.get("capacityProviderStrategy")
            if uses and service.get("status", "ACTIVE") in _STATES_IN_USE:
                raise ValueError(
                    "The specified capacity provider is in use and cannot be removed: "
                    f"{service['serviceName']} of cluster {physical_id}; let the service depend on "
                    "the association"
                )
        dissociate(physical_id, props)

    return delete


def _check_pipeline(props: Properties) -> None:
    """aws-cdk#11353: an action's role is assumed by the pipeline's, whose own is the service's."""
    own = props.get("RoleArn")
    _check_trust(own, "Service", "codepipeline.amazonaws.com", "the pipeline")
    for stage in props.get("Stages") or []:
        for action in stage.get("Actions") or []:
            _check_trust(action.get("RoleArn"), "AWS", own, f"action {action.get('Name')}")


def _check_project(props: Properties) -> None:
    _check_trust(
        props.get("ServiceRole"), "Service", "codebuild.amazonaws.com", "the build project"
    )


def _check_task_definition(props: Properties) -> None:
    for key in ("TaskRoleArn", "ExecutionRoleArn"):
        _check_trust(props.get(key), "Service", "ecs-tasks.amazonaws.com", key)


def _check_flow_log(props: Properties) -> None:
    role = props.get("DeliverLogsPermissionArn")
    _check_trust(role, "Service", "vpc-flow-logs.amazonaws.com", "the flow log")


def _check_wait(props: Properties) -> None:
    timeout = int(props.get("Timeout") or 0)
    if timeout > LONGEST_WAIT:
        raise ValueError(
            f"AWS::CloudFormation::WaitCondition: Timeout is {timeout} s, at most {LONGEST_WAIT}"
        )


def _check_subnet(props: Properties) -> None:
    """Refuse as "CreateSubnet", Amazon EC2 API Reference: InvalidSubnet.Conflict."""
    if not props.get("CidrBlock"):
        return
    wanted = ipaddress.ip_network(props["CidrBlock"], strict=False)
    for name, subnet in private(SUBNETS).items():
        taken = subnet.get("CidrBlock")
        if (
            taken
            and subnet["VpcId"] == props.get("VpcId")
            and wanted.overlaps(ipaddress.ip_network(taken, strict=False))
        ):
            raise ValueError(
                f"The CIDR '{wanted}' conflicts with another subnet ({name}): CloudFormation makes "
                "the new one before it deletes the old one"
            )


_CHECKS: Mapping[str, Callable[[Properties], None]] = {
    "AWS::CloudFormation::WaitCondition": _check_wait,
    "AWS::CodeBuild::Project": _check_project,
    "AWS::CodePipeline::Pipeline": _check_pipeline,
    "AWS::EC2::FlowLog": _check_flow_log,
    "AWS::ECS::TaskDefinition": _check_task_definition,
}


def _check_trust(role_arn: str | None, kind: str, wanted: str | None, what: str) -> None:
    """Raise ValueError where a role is known and does not let this principal assume it."""
    if not role_arn:
        return
    role = private(ROLES).get(role_arn.rpartition("/")[2])
    if role is None or role["Arn"] != role_arn:
        # Of an account that is not deployed here.
        return
    account = role_arn.split(":")[4]
    anybody_there = {account, f"{role_arn.partition(':role/')[0]}:root", "*"}
    if wanted and not {wanted, *anybody_there}.intersection(_trusted(role, kind)):
        raise ValueError(
            f"{what}: role {role_arn} does not let {wanted} assume it; its trust policy has to"
        )


def _trusted(role: Mapping[str, Any], kind: str) -> Iterator[str]:
    policy = role["AssumeRolePolicyDocument"]
    document = json.loads(policy) if isinstance(policy, str) else policy
    listed = document.get("Statement") or []
    for statement in [listed] if isinstance(listed, dict) else listed:
        principal = statement.get("Principal", {})
        # Who a NotPrincipal leaves out is not looked at.
        if statement["Effect"] == "Allow" and (principal == "*" or "NotPrincipal" in statement):
            yield "*"
        elif statement["Effect"] == "Allow":
            found = principal.get(kind, [])
            yield from [found] if isinstance(found, str) else found
