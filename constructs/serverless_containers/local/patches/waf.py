"""AWS::WAFv2::WebACLAssociation, through MiniStack's own WAF."""

from serverless_containers.local.patches.private import (
    HANDLERS,
    Made,
    Properties,
    private,
    register,
    succeeded,
)

TYPE = "AWS::WAFv2::WebACLAssociation"
ASSOCIATE = "ministack.services.waf:_associate_web_acl"
DISASSOCIATE = "ministack.services.waf:_disassociate_web_acl"
ASSOCIATIONS = "ministack.services.waf:_associations"
PRIVATE = (HANDLERS, ASSOCIATE, DISASSOCIATE, ASSOCIATIONS)


def apply() -> None:
    """Register the type."""
    register(TYPE, create=_create, delete=_delete)


def _create(_logical_id: str, props: Properties, _stack: str) -> Made:
    request = {"WebACLArn": props["WebACLArn"], "ResourceArn": props["ResourceArn"]}
    succeeded(private(ASSOCIATE)(request), TYPE)
    return f"{props['WebACLArn']}|{props['ResourceArn']}", {}


def _delete(physical_id: str, _props: Properties) -> None:
    acl, _, resource = physical_id.rpartition("|")
    # After a replacement the resource belongs to the new association already.
    if private(ASSOCIATIONS).get(resource) == acl:
        private(DISASSOCIATE)({"ResourceArn": resource})
