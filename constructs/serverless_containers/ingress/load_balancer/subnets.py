"""Where in a VPC a load balancer is put."""

from aws_cdk import Token
from aws_cdk import aws_ec2 as ec2
from constructs import IDependable

_SHARE = (
    "; a VPC that another construct made for itself has what its own way in needs and no more: "
    'give both the same cluster=ContainerCluster(stack, "Containers"), whose network suits each'
)


def load_balancer_subnets(
    vpc: ec2.IVpc, given: ec2.SubnetSelection | None, *, internal: bool, signs_in: bool
) -> ec2.SubnetSelection:
    """One subnet in each zone.

    Args:
        vpc: The VPC.
        given: The caller's choice, if there is one.
        internal: Whether the load balancer has private addresses only.
        signs_in: Whether it talks to Cognito, over IPv4 and the internet.

    Raises:
        ValueError: If there are none, or fewer than two zones ("Application Load Balancers",
            Elastic Load Balancing documentation), or no way to Cognito.
    """
    wanted = given or ec2.SubnetSelection(subnet_type=_kind(vpc, internal=internal))
    selection = ec2.SubnetSelection(
        availability_zones=wanted.availability_zones,
        # Of subnets that are named one by one there is no choice.
        one_per_az=None if wanted.subnets else True,
        subnet_filters=wanted.subnet_filters,
        subnet_group_name=wanted.subnet_group_name,
        subnets=wanted.subnets,
        subnet_type=wanted.subnet_type,
    )
    chosen = vpc.select_subnets(
        availability_zones=selection.availability_zones,
        one_per_az=selection.one_per_az,
        subnet_filters=selection.subnet_filters,
        subnet_group_name=selection.subnet_group_name,
        subnets=selection.subnets,
        subnet_type=selection.subnet_type,
    )
    zones = set(chosen.availability_zones)
    # A list that is known only at deployment is one entry here, whatever it is there.
    known = not any(Token.is_unresolved([zone]) for zone in zones)
    if len(zones) < 2 and known:
        raise ValueError(
            "a load balancer needs subnets in two availability zones, even where the tasks use "
            f"one; got {len(zones)} in the VPC {vpc.node.path}{_SHARE}"
        )
    if internal and signs_in:
        without = {each.subnet_id for each in (*vpc.isolated_subnets, *vpc.public_subnets)}
        if not without.isdisjoint(chosen.subnet_ids):
            raise ValueError(
                "an internal load balancer that signs visitors in needs private subnets with a NAT "
                "gateway: it calls Cognito over the internet; use NetworkProfile.PRIVATE, or a "
                "load balancer on the internet"
            )
    return selection


def _kind(vpc: ec2.IVpc, *, internal: bool) -> ec2.SubnetType:
    if not internal:
        if not vpc.public_subnets:
            raise ValueError(
                "a load balancer on the internet needs public subnets, and the VPC has none; give "
                f"it some, or use a VPC origin{_SHARE}"
            )
        return ec2.SubnetType.PUBLIC
    if vpc.private_subnets:
        return ec2.SubnetType.PRIVATE_WITH_EGRESS
    if vpc.isolated_subnets:
        return ec2.SubnetType.PRIVATE_ISOLATED
    raise ValueError(
        "a VPC origin needs a load balancer in private subnets, and the VPC has none (Restrict "
        f"access with VPC origins, Amazon CloudFront Developer Guide){_SHARE}"
    )


def check_gateway(vpc: ec2.IVpc) -> None:
    """Refuse a VPC that CloudFront makes no VPC origin in, as far as it is known.

    Raises:
        ValueError: If it has no internet gateway.
    """
    if isinstance(vpc, ec2.Vpc) and vpc.internet_gateway_id is None:
        raise ValueError(
            "a VPC origin takes an internet gateway at the VPC, even though nothing passes through "
            "it (Restrict access with VPC origins, Amazon CloudFront Developer Guide); give the "
            f"VPC one, for instance with a public subnet{_SHARE}"
        )


def gateway_attachment(vpc: ec2.IVpc) -> list[IDependable]:
    """What makes an internet gateway that of a VPC, if both are made in this app."""
    attachment = vpc.node.try_find_child("VPCGW")
    return [] if attachment is None else [attachment]
