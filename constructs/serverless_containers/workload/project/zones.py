"""Availability zones by their ids, in the regions where not every zone will do.

A zone's name is another place in each account, its id is the same in all ("Availability Zone IDs
for your AWS resources", AWS RAM User Guide).
"""

from collections.abc import Sequence

from aws_cdk import Acknowledgment, Aws, CfnCondition, Fn, Stack, Token, Validations
from aws_cdk import aws_ec2 as ec2
from constructs import Construct

_PREFERRED = {
    "ap-east-1": ("ape1-az2", "ape1-az3", "ape1-az1"),
    "ap-northeast-1": ("apne1-az1", "apne1-az2", "apne1-az4"),
    "ap-northeast-2": ("apne2-az2", "apne2-az3", "apne2-az1"),
    "ca-central-1": ("cac1-az1", "cac1-az2", "cac1-az4"),
    "eu-west-3": ("euw3-az1", "euw3-az3", "euw3-az2"),
    "us-east-1": ("use1-az1", "use1-az2", "use1-az4"),
}
"""Zones that every account has, those with VPC links first; of November 2026 ("Set up VPC links V2
in API Gateway", Amazon API Gateway Developer Guide). The first two have VPC origins, too ("Restrict
access with VPC origins", Amazon CloudFront Developer Guide). Of us-west-1 an account sees two of
three zones, so that there is nothing to choose."""
_TWO_LINKED = ("ap-east-1", "ca-central-1", "eu-west-3")
"""The regions where only the first two of them have VPC links."""


def place_subnets(subnets: Sequence[ec2.ISubnet]) -> None:
    """Put one subnet in each zone, by its id, where the region's first zones may not do.

    Where the region is known only at deployment, conditions of the template choose. In all other
    regions the subnets stay where they are.

    Args:
        subnets: The subnets of a group, in the order of their zones.
    """
    conditions: Sequence[str] = ()
    for number, subnet in enumerate(subnets):
        resource = subnet.node.default_child
        if not isinstance(resource, ec2.CfnSubnet):
            continue
        stack = Stack.of(subnet)
        region = stack.region
        if Token.is_unresolved(region):
            conditions = conditions or _conditions(stack)
            _choose(resource, number, conditions)
        elif region in _PREFERRED:
            resource.add_property_deletion_override("AvailabilityZone")
            resource.add_property_override("AvailabilityZoneId", _PREFERRED[region][number])


def _conditions(stack: Stack) -> Sequence[str]:
    """The logical ids of the conditions: that the region is any of the table, and one for each."""
    conditions = [_condition(stack, "TaskZonesById", *_PREFERRED)]
    for region in _PREFERRED:
        name = f"TaskZonesOf{''.join(part.title() for part in region.split('-'))}"
        conditions.append(_condition(stack, name, region))
    return [each.logical_id for each in conditions]


def _choose(resource: ec2.CfnSubnet, number: int, conditions: Sequence[str]) -> None:
    known, *each_region = conditions
    nothing = {"Ref": "AWS::NoValue"}
    zone: object = nothing
    for condition, ids in zip(each_region, _PREFERRED.values(), strict=True):
        zone = {"Fn::If": [condition, ids[number], zone]}
    resource.add_property_override(
        "AvailabilityZone", {"Fn::If": [known, nothing, resource.availability_zone]}
    )
    resource.add_property_override("AvailabilityZoneId", zone)
    Validations.of(resource).acknowledge(
        Acknowledgment(
            id="CloudFormation-Validate::F3020",
            reason="By the conditions, one of the two is always without a value.",
        )
    )


def linked_subnets(scope: Construct, ids: list[str]) -> list[str]:
    """Those subnets that may have a VPC link, which reaches tasks in the others too.

    Args:
        scope: A construct of the stack with the VPC link.
        ids: The ids of subnets that were placed here.
    """
    region = Stack.of(scope).region
    few = ids[:2]
    if ids == few:
        return ids
    if not Token.is_unresolved(region):
        return few if region in _TWO_LINKED else ids
    condition = _condition(Stack.of(scope), "TwoTaskZonesWithVpcLinks", *_TWO_LINKED)
    return Token.as_list(Fn.condition_if(condition.logical_id, few, ids))


def _condition(stack: Stack, name: str, *regions: str) -> CfnCondition:
    """Return whether a stack is in one of these regions; made once."""
    found = stack.node.try_find_child(name)
    if isinstance(found, CfnCondition):
        return found
    equal = [Fn.condition_equals(Aws.REGION, region) for region in regions]
    return CfnCondition(
        stack, name, expression=Fn.condition_or(*equal) if len(equal) > 1 else equal[0]
    )
