# ruff: noqa: ARG001, SLF001
"""Types of EC2: addresses, NAT gateways, flow logs and rules outside of their security group.

All but the rules go through MiniStack's own EC2. The rules are written to the group itself, because
the parser of MiniStack's API drops prefix lists.
"""

import re
from functools import partial
from typing import Any

from serverless_containers.local.ministack.names import Json, Made, ec2, provisioners
from serverless_containers.local.resource_types.responses import succeeded

_LOG_PROPERTIES = (
    "ResourceType",
    "TrafficType",
    "LogDestinationType",
    "LogDestination",
    "LogGroupName",
)


def _ec2_call(action: str, params: dict[str, str]) -> str:
    ec2._ensure_defaults_initialized()
    response = ec2._ACTION_MAP[action]({key: [value] for key, value in params.items()})
    text: str = succeeded(response, action).decode()
    return text


def _ec2_given(props: Json, *names: str) -> dict[str, str]:
    return {name: str(props[name]) for name in names if name in props}


def _ec2_tag_specification(resource: str, props: Json) -> dict[str, str]:
    specification = {"TagSpecification.1.ResourceType": resource} if props.get("Tags") else {}
    for index, tag in enumerate(props.get("Tags") or [], start=1):
        specification[f"TagSpecification.1.Tag.{index}.Key"] = tag["Key"]
        specification[f"TagSpecification.1.Tag.{index}.Value"] = tag["Value"]
    return specification


def _ec2_element(xml: str, tag: str) -> str:
    found = re.search(f"<{tag}>([^<]+)</{tag}>", xml)
    if found is None:
        raise ValueError(f"no {tag} in the answer of EC2")
    return found.group(1)


def _ec2_only_tags_differ(old_props: Json, new_props: Json) -> bool:
    return {**old_props, "Tags": None} == {**new_props, "Tags": None}


def _ec2_eip_create(logical_id: str, props: Json, stack_name: str) -> Made:
    request = {"Domain": "vpc", **_ec2_tag_specification("elastic-ip", props)}
    answer = _ec2_call("AllocateAddress", request)
    address = _ec2_element(answer, "publicIp")
    return address, {"AllocationId": _ec2_element(answer, "allocationId"), "PublicIp": address}


def _ec2_eip_update(
    physical_id: str,
    old_props: Json,
    new_props: Json,
    stack_name: str,
    logical_id: str | None = None,
) -> Made:
    if not _ec2_only_tags_differ(old_props, new_props):
        return _ec2_eip_create(logical_id or physical_id, new_props, stack_name)
    allocation = next(
        key for key, address in ec2._addresses.items() if address["PublicIp"] == physical_id
    )
    return physical_id, {"AllocationId": allocation, "PublicIp": physical_id}


def _ec2_eip_delete(physical_id: str, props: Json) -> None:
    for allocation, address in list(ec2._addresses.items()):
        if address["PublicIp"] == physical_id:
            _ec2_call("ReleaseAddress", {"AllocationId": allocation})


def _ec2_nat_gateway_create(logical_id: str, props: Json, stack_name: str) -> Made:
    request = _ec2_given(props, "SubnetId", "AllocationId", "ConnectivityType")
    request |= _ec2_tag_specification("natgateway", props)
    gateway = _ec2_element(_ec2_call("CreateNatGateway", request), "natGatewayId")
    return gateway, {"NatGatewayId": gateway}


def _ec2_nat_gateway_update(
    physical_id: str,
    old_props: Json,
    new_props: Json,
    stack_name: str,
    logical_id: str | None = None,
) -> Made:
    if not _ec2_only_tags_differ(old_props, new_props):
        return _ec2_nat_gateway_create(logical_id or physical_id, new_props, stack_name)
    return physical_id, {"NatGatewayId": physical_id}


def _ec2_nat_gateway_delete(physical_id: str, props: Json) -> None:
    _ec2_call("DeleteNatGateway", {"NatGatewayId": physical_id})


def _ec2_flow_log_create(logical_id: str, props: Json, stack_name: str) -> Made:
    request = _ec2_given(props, *_LOG_PROPERTIES)
    request |= {"ResourceId.1": props["ResourceId"], **_ec2_tag_specification("flow-log", props)}
    flow_log = _ec2_element(_ec2_call("CreateFlowLogs", request), "item")
    return flow_log, {"Id": flow_log}


def _ec2_flow_log_update(
    physical_id: str,
    old_props: Json,
    new_props: Json,
    stack_name: str,
    logical_id: str | None = None,
) -> Made:
    if not _ec2_only_tags_differ(old_props, new_props):
        return _ec2_flow_log_create(logical_id or physical_id, new_props, stack_name)
    return physical_id, {"Id": physical_id}


def _ec2_flow_log_delete(physical_id: str, props: Json) -> None:
    _ec2_call("DeleteFlowLogs", {"FlowLogId.1": physical_id})


def _ec2_sg_rules(props: Json, *, egress: bool) -> list[Json]:
    group = ec2._security_groups.get(props["GroupId"])
    if group is None:
        kind = "Egress" if egress else "Ingress"
        raise ValueError(f"AWS::EC2::SecurityGroup{kind}: no security group {props['GroupId']}")
    rules: list[Json] = group["IpPermissionsEgress" if egress else "IpPermissions"]
    return rules


def _ec2_sg_rule_create(logical_id: str, props: Json, stack_name: str, *, egress: bool) -> Made:
    (rule,) = provisioners._ec2_sg_permissions([props])
    rule_id = ec2._sg_rule_id(props["GroupId"], egress, rule)
    # A changed description leaves the id as it is.
    _ec2_sg_rule_delete(rule_id, props, egress=egress)
    _ec2_sg_rules(props, egress=egress).append(rule)
    return rule_id, {"Id": rule_id}


def _ec2_sg_rule_delete(physical_id: str, props: Json, *, egress: bool) -> None:
    if props["GroupId"] in ec2._security_groups:
        rules = _ec2_sg_rules(props, egress=egress)
        rules[:] = [
            rule for rule in rules if ec2._sg_rule_id(props["GroupId"], egress, rule) != physical_id
        ]


RESOURCE_HANDLERS: dict[str, dict[str, Any]] = {
    "AWS::EC2::EIP": {
        "create": _ec2_eip_create,
        "update": _ec2_eip_update,
        "update_with_logical_id": True,
        "delete": _ec2_eip_delete,
    },
    "AWS::EC2::FlowLog": {
        "create": _ec2_flow_log_create,
        "update": _ec2_flow_log_update,
        "update_with_logical_id": True,
        "delete": _ec2_flow_log_delete,
    },
    "AWS::EC2::NatGateway": {
        "create": _ec2_nat_gateway_create,
        "update": _ec2_nat_gateway_update,
        "update_with_logical_id": True,
        "delete": _ec2_nat_gateway_delete,
    },
    "AWS::EC2::SecurityGroupEgress": {
        "create": partial(_ec2_sg_rule_create, egress=True),
        "delete": partial(_ec2_sg_rule_delete, egress=True),
    },
    "AWS::EC2::SecurityGroupIngress": {
        "create": partial(_ec2_sg_rule_create, egress=False),
        "delete": partial(_ec2_sg_rule_delete, egress=False),
    },
}
