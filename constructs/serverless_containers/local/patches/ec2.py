"""The EC2 types that CloudFormation lacks there, through MiniStack's own EC2."""

import re
from collections.abc import Callable
from typing import Any

from serverless_containers.local.patches.private import (
    HANDLERS,
    Create,
    Made,
    Properties,
    private,
    register,
    succeeded,
)

ACTIONS = "ministack.services.ec2:_ACTION_MAP"
DEFAULTS = "ministack.services.ec2:_ensure_defaults_initialized"
ADDRESSES = "ministack.services.ec2:_addresses"
GROUPS = "ministack.services.ec2:_security_groups"
RULE_ID = "ministack.services.ec2:_sg_rule_id"
PERMISSIONS = "ministack.services.cloudformation.provisioners:_ec2_sg_permissions"
PRIVATE = (HANDLERS, ACTIONS, DEFAULTS, ADDRESSES, GROUPS, RULE_ID, PERMISSIONS)


def apply() -> None:
    """Register the types."""
    register("AWS::EC2::EIP", create=_allocate, delete=_release, update=_update_address)
    register("AWS::EC2::NatGateway", create=_create_nat, delete=_delete_nat, update=_update_nat)
    register("AWS::EC2::FlowLog", create=_log_flow, delete=_stop_log, update=_update_log)
    for resource_type, store in (
        ("AWS::EC2::SecurityGroupIngress", "IpPermissions"),
        ("AWS::EC2::SecurityGroupEgress", "IpPermissionsEgress"),
    ):
        authorize, revoke = _rule_handlers(resource_type, store)
        register(resource_type, create=authorize, delete=revoke)


def _only_tags_differ(old: Properties, new: Properties) -> bool:
    return {**old, "Tags": None} == {**new, "Tags": None}


def _call(action: str, **params: str) -> str:
    private(DEFAULTS)()
    response = private(ACTIONS)[action]({key: [value] for key, value in params.items()})
    text: str = succeeded(response, action).decode()
    return text


def _tags(resource: str, props: Properties) -> dict[str, str]:
    specification = {"TagSpecification.1.ResourceType": resource} if props.get("Tags") else {}
    for index, tag in enumerate(props.get("Tags") or [], start=1):
        specification[f"TagSpecification.1.Tag.{index}.Key"] = tag["Key"]
        specification[f"TagSpecification.1.Tag.{index}.Value"] = tag["Value"]
    return specification


def _value(xml: str, tag: str) -> str:
    found = re.search(f"<{tag}>([^<]+)</{tag}>", xml)
    if found is None:
        raise ValueError(f"no {tag} in the answer of EC2")
    return found.group(1)


def _allocate(_logical_id: str, props: Properties, _stack: str) -> Made:
    answer = _call("AllocateAddress", Domain="vpc", **_tags("elastic-ip", props))
    address = _value(answer, "publicIp")
    allocation = _value(answer, "allocationId")
    return address, {"AllocationId": allocation, "PublicIp": address}


def _update_address(
    physical_id: str, old: Properties, new: Properties, stack: str, logical_id: str
) -> Made:
    if not _only_tags_differ(old, new):
        return _allocate(logical_id, new, stack)
    allocation = next(
        key for key, address in private(ADDRESSES).items() if address["PublicIp"] == physical_id
    )
    return physical_id, {"AllocationId": allocation, "PublicIp": physical_id}


def _release(physical_id: str, _props: Properties) -> None:
    for allocation, address in list(private(ADDRESSES).items()):
        if address["PublicIp"] == physical_id:
            _call("ReleaseAddress", AllocationId=allocation)


def _create_nat(_logical_id: str, props: Properties, _stack: str) -> Made:
    request = {
        name: str(props[name])
        for name in ("SubnetId", "AllocationId", "ConnectivityType")
        if name in props
    }
    answer = _call("CreateNatGateway", **request, **_tags("natgateway", props))
    gateway = _value(answer, "natGatewayId")
    return gateway, {"NatGatewayId": gateway}


def _update_nat(
    physical_id: str, old: Properties, new: Properties, stack: str, logical_id: str
) -> Made:
    if not _only_tags_differ(old, new):
        return _create_nat(logical_id, new, stack)
    return physical_id, {"NatGatewayId": physical_id}


def _delete_nat(physical_id: str, _props: Properties) -> None:
    _call("DeleteNatGateway", NatGatewayId=physical_id)


def _log_flow(_logical_id: str, props: Properties, _stack: str) -> Made:
    request: dict[str, str] = {
        name: str(props[name])
        for name in (
            "ResourceType",
            "TrafficType",
            "LogDestinationType",
            "LogDestination",
            "LogGroupName",
        )
        if name in props
    }
    request["ResourceId.1"] = props["ResourceId"]
    answer = _call("CreateFlowLogs", **request, **_tags("flow-log", props))
    flow_log = _value(answer, "item")
    return flow_log, {"Id": flow_log}


def _update_log(
    physical_id: str, old: Properties, new: Properties, stack: str, logical_id: str
) -> Made:
    if not _only_tags_differ(old, new):
        return _log_flow(logical_id, new, stack)
    return physical_id, {"Id": physical_id}


def _stop_log(physical_id: str, _props: Properties) -> None:
    _call("DeleteFlowLogs", **{"FlowLogId.1": physical_id})


def _rule_handlers(
    resource_type: str, store: str
) -> tuple[Create, Callable[[str, Properties], None]]:
    """Handlers for rules outside of their group.

    They write to the group itself, because the API's parser in MiniStack drops prefix lists.
    """
    egress = store.endswith("Egress")

    def rules_of(props: Properties) -> list[dict[str, Any]]:
        group = private(GROUPS).get(props["GroupId"])
        if group is None:
            raise ValueError(f"{resource_type}: no security group {props['GroupId']}")
        rules: list[dict[str, Any]] = group[store]
        return rules

    def authorize(_logical_id: str, props: Properties, _stack: str) -> Made:
        (rule,) = private(PERMISSIONS)([props])
        rule_id: str = private(RULE_ID)(props["GroupId"], egress, rule)
        # A changed description leaves the id as it is.
        revoke(rule_id, props)
        rules_of(props).append(rule)
        return rule_id, {"Id": rule_id}

    def revoke(physical_id: str, props: Properties) -> None:
        if props["GroupId"] in private(GROUPS):
            rules = rules_of(props)
            rules[:] = [
                rule
                for rule in rules
                if private(RULE_ID)(props["GroupId"], egress, rule) != physical_id
            ]

    return authorize, revoke
