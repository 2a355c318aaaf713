"""Resources that carry no tag, because an update of theirs does harm."""

from aws_cdk import CfnResource
from constructs import Construct


def keep_untagged(construct: Construct) -> None:
    """Let no tag reach a resource, whatever tags the stack or the app is given.

    CloudFormation updates a resource whose tags change. A VPC origin refuses that while a
    distribution uses it (aws-cdk#34629), and a listener's rule is then written with the template's
    weights, whatever ECS has shifted since (aws-cdk#36649). Tags of the stack itself
    (``cdk deploy --tags``) are added by CloudFormation, and cannot be kept away here.

    Args:
        construct: The construct around the resource.
    """
    resource = construct.node.default_child
    if not isinstance(resource, CfnResource):
        raise TypeError(f"{construct.node.path} has no CloudFormation resource")
    resource.add_property_deletion_override("Tags")
