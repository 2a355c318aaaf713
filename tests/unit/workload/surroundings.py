"""What an app may have made before the construct."""

from aws_cdk import aws_ec2 as ec2

PUBLIC = ec2.SubnetType.PUBLIC
NAT = ec2.SubnetType.PRIVATE_WITH_EGRESS
ISOLATED = ec2.SubnetType.PRIVATE_ISOLATED


def make_vpc(stack, *kinds):
    """A VPC with a subnet of each kind in each of two zones; they are called 0, 1, 2."""
    return ec2.Vpc(
        stack,
        "Vpc",
        max_azs=2,
        nat_gateways=1 if NAT in kinds else 0,
        subnet_configuration=[
            ec2.SubnetConfiguration(name=str(number), subnet_type=kind)
            for number, kind in enumerate(kinds)
        ],
        restrict_default_security_group=False,
    )
