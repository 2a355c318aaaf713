"""Who may open a connection to a load balancer: CloudFront, and nobody else."""

from collections.abc import Sequence

from aws_cdk import Aws, CfnMapping, Stack, Token
from aws_cdk import aws_ec2 as ec2
from constructs import Construct

_PREFIX_LISTS = {
    "ap-northeast-1": "pl-58a04531",
    "ap-northeast-2": "pl-22a6434b",
    "ap-south-1": "pl-9aa247f3",
    "ap-southeast-1": "pl-31a34658",
    "ap-southeast-2": "pl-b8a742d1",
    "ca-central-1": "pl-38a64351",
    "eu-central-1": "pl-a3a144ca",
    "eu-north-1": "pl-fab65393",
    "eu-west-1": "pl-4fa04526",
    "eu-west-2": "pl-93a247fa",
    "eu-west-3": "pl-75b1541c",
    "sa-east-1": "pl-5da64334",
    "us-east-1": "pl-3b927c52",
    "us-east-2": "pl-b6a144df",
    "us-west-1": "pl-4ea04527",
    "us-west-2": "pl-82a045eb",
}
"""``com.amazonaws.global.cloudfront.origin-facing`` in each region; the same in every account."""

_LIST_NAME = "com.amazonaws.global.cloudfront.origin-facing"


def cloudfront_prefix_list(scope: Construct) -> str:
    """The id of the list of the addresses from which CloudFront calls origins.

    AWS keeps the list ("AWS-managed prefix lists", Amazon VPC User Guide). Nothing that
    CloudFormation knows gives its id, hence a table; where the region is known only at deployment,
    the template carries the table.

    Raises:
        ValueError: If the table does not have the region.
    """
    region = Stack.of(scope).region
    if Token.is_unresolved(region):
        table = CfnMapping(
            scope,
            "PrefixLists",
            mapping={key: {"Id": value} for key, value in _PREFIX_LISTS.items()},
        )
        return table.find_in_map(Aws.REGION, "Id")
    if region not in _PREFIX_LISTS:
        raise ValueError(
            f"the id of CloudFront's prefix list in {region} is not known here; give "
            f"prefix_list_id, which `aws ec2 describe-managed-prefix-lists --region {region} "
            f"--filters Name=prefix-list-name,Values={_LIST_NAME}` shows as PrefixListId"
        )
    return _PREFIX_LISTS[region]


def make_security_group(
    scope: Construct,
    *,
    vpc: ec2.IVpc,
    port: int,
    prefix_list_id: str,
    tasks: Sequence[ec2.ISecurityGroup],
    task_ports: Sequence[int],
    signs_in: bool,
) -> ec2.ISecurityGroup:
    """The security group of a load balancer, with every rule that it will ever have.

    Another port is another group: the load balancer in front of it is another one, too, and the old
    group serves until that is gone.

    The rules stand in the group itself: a group without inline rules is created with one that lets
    everything out ("AWS::EC2::SecurityGroup", CloudFormation), and the CDK would add rules as
    resources of their own. What is returned takes no more rules, so that nothing can open it. The
    groups of the tasks each get their rule too.

    The list counts as 55 of the 60 rules that a group may have ("AWS-managed prefix lists", Amazon
    VPC User Guide): there is room for one port.

    Args:
        scope: Where it is made.
        vpc: Its VPC.
        port: The port of the listener.
        prefix_list_id: The only addresses that may connect to it.
        tasks: The groups of the tasks.
        task_ports: The ports of theirs that are called.
        signs_in: Whether the load balancer talks to Cognito.
    """
    group = ec2.SecurityGroup(
        scope,
        f"SecurityGroup{port}",
        vpc=vpc,
        description="Load balancer that takes requests from CloudFront",
        allow_all_outbound=False,
    )
    resource = group.node.default_child
    if isinstance(resource, ec2.CfnSecurityGroup):
        resource.security_group_ingress = [
            ec2.CfnSecurityGroup.IngressProperty(
                ip_protocol="tcp",
                from_port=port,
                to_port=port,
                source_prefix_list_id=prefix_list_id,
                description="CloudFront",
            )
        ]
        resource.security_group_egress = [
            *(
                ec2.CfnSecurityGroup.EgressProperty(
                    ip_protocol="tcp",
                    # What a task takes is the task's to say, the old port beside a new one too.
                    from_port=0,
                    to_port=65535,
                    destination_security_group_id=task.security_group_id,
                    description="To the tasks",
                )
                for task in tasks
            ),
            *([_COGNITO] if signs_in else []),
        ]
    for task in tasks:
        for task_port in task_ports:
            task.add_ingress_rule(
                group,
                ec2.Port.tcp(task_port),
                "The load balancer",
                # A group of another stack must not come to depend on this one.
                remote_rule=True,
            )
    return ec2.SecurityGroup.from_security_group_id(
        scope, "ClosedSecurityGroup", group.security_group_id, mutable=False
    )


_COGNITO = ec2.CfnSecurityGroup.EgressProperty(
    ip_protocol="tcp",
    from_port=443,
    to_port=443,
    cidr_ip="0.0.0.0/0",
    description="To the endpoints of Cognito, which have no list of addresses",
)
