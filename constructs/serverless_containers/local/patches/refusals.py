# ruff: noqa: SLF001
"""Refuses what AWS refuses, and MiniStack as shipped accepts, where a template shows it."""

import ipaddress
import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeAlias

from serverless_containers.local.ministack.declared import HANDLERS, patch, patch_handler
from serverless_containers.local.ministack.names import Json, Made, ec2, ecs, iam

LONGEST_WAIT = 43_200
"""Seconds that a wait condition can take ("AWS::CloudFormation::WaitCondition")."""
_STATES_IN_USE = frozenset({"ACTIVE", "DRAINING"})

Check: TypeAlias = Callable[[Json], None]
"""Raises ValueError for properties that AWS refuses."""


def _refuses(resource_type: str) -> Callable[[Check], Check]:
    """Put a check before the handlers that create and update a resource type."""

    def register(check: Check) -> Check:
        @patch_handler("create", resource_type)
        def create(
            shipped: Callable[..., Made], logical_id: str, props: Json, stack_name: str
        ) -> Made:
            check(props)
            return shipped(logical_id, props, stack_name)

        @patch_handler("update", resource_type)
        def update(
            shipped: Callable[..., Made],
            physical_id: str,
            old_props: Json,
            new_props: Json,
            *arguments: Any,  # noqa: ANN401
        ) -> Made:
            check(new_props)
            return shipped(physical_id, old_props, new_props, *arguments)

        return check

    return register


@patch_handler("update", "AWS::CloudFront::VpcOrigin")
def _update_vpc_origin(
    shipped: Callable[..., Made],
    physical_id: str,
    old_props: Json,
    new_props: Json,
    *arguments: Any,  # noqa: ANN401
) -> Made:
    """Refuse other tags: those of a VPC origin cannot change while it is used (aws-cdk#34629)."""
    if old_props.get("Tags") != new_props.get("Tags"):
        raise ValueError(
            "AWS::CloudFront::VpcOrigin: its tags cannot be changed while a distribution uses "
            "it (aws-cdk#34629)"
        )
    return shipped(physical_id, old_props, new_props, *arguments)


@patch_handler("delete", "AWS::ECS::ClusterCapacityProviderAssociations")
def _dissociate(shipped: Callable[..., None], physical_id: str, props: Json) -> None:
    """Refuse as "PutClusterCapacityProviders", Amazon ECS API Reference: ResourceInUse."""
    for key, service in ecs._services.items():
        in_cluster = key.partition("/")[0] == physical_id
        uses = in_cluster and service.get("capacityProviderStrategy")
        if uses and service.get("status", "ACTIVE") in _STATES_IN_USE:
            raise ValueError(
                "The specified capacity provider is in use and cannot be removed: "
                f"{service['serviceName']} of cluster {physical_id}; let the service depend on "
                "the association"
            )
    shipped(physical_id, props)


# A replacement is made by the same function.
@patch("ministack.services.cloudformation.provisioners:_ec2_subnet_create", table=HANDLERS)
def _create_subnet(
    shipped: Callable[..., Made], logical_id: str, props: Json, stack_name: str
) -> Made:
    _check_subnet(props)
    return shipped(logical_id, props, stack_name)


@_refuses("AWS::CodePipeline::Pipeline")
def _check_pipeline(props: Json) -> None:
    """aws-cdk#11353: an action's role is assumed by the pipeline's, whose own is the service's."""
    own = props.get("RoleArn")
    _check_trust(own, "Service", "codepipeline.amazonaws.com", "the pipeline")
    for stage in props.get("Stages") or []:
        for action in stage.get("Actions") or []:
            _check_trust(action.get("RoleArn"), "AWS", own, f"action {action.get('Name')}")


@_refuses("AWS::CodeBuild::Project")
def _check_project(props: Json) -> None:
    _check_trust(
        props.get("ServiceRole"), "Service", "codebuild.amazonaws.com", "the build project"
    )


@_refuses("AWS::ECS::TaskDefinition")
def _check_task_definition(props: Json) -> None:
    for key in ("TaskRoleArn", "ExecutionRoleArn"):
        _check_trust(props.get(key), "Service", "ecs-tasks.amazonaws.com", key)


@_refuses("AWS::EC2::FlowLog")
def _check_flow_log(props: Json) -> None:
    role = props.get("DeliverLogsPermissionArn")
    _check_trust(role, "Service", "vpc-flow-logs.amazonaws.com", "the flow log")


@_refuses("AWS::CloudFormation::WaitCondition")
def _check_wait(props: Json) -> None:
    timeout = int(props.get("Timeout") or 0)
    if timeout > LONGEST_WAIT:
        raise ValueError(
            f"AWS::CloudFormation::WaitCondition: Timeout is {timeout} s, at most {LONGEST_WAIT}"
        )


def _check_subnet(props: Json) -> None:
    """Refuse as "CreateSubnet", Amazon EC2 API Reference: InvalidSubnet.Conflict."""
    if not props.get("CidrBlock"):
        return
    wanted = ipaddress.ip_network(props["CidrBlock"], strict=False)
    for name, subnet in ec2._subnets.items():
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


def _check_trust(role_arn: str | None, kind: str, wanted: str | None, what: str) -> None:
    """Raise ValueError where a role is known and does not let this principal assume it."""
    if not role_arn:
        return
    role = iam._roles.get(role_arn.rpartition("/")[2])
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
