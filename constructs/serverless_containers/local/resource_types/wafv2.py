# ruff: noqa: ARG001, SLF001
"""AWS::WAFv2::WebACLAssociation, through MiniStack's own WAF."""

from typing import Any

from serverless_containers.local.ministack.names import Json, Made, waf
from serverless_containers.local.resource_types.responses import succeeded


def _waf_web_acl_association_create(logical_id: str, props: Json, stack_name: str) -> Made:
    request = {"WebACLArn": props["WebACLArn"], "ResourceArn": props["ResourceArn"]}
    succeeded(waf._associate_web_acl(request), "AWS::WAFv2::WebACLAssociation")
    return f"{props['WebACLArn']}|{props['ResourceArn']}", {}


def _waf_web_acl_association_delete(physical_id: str, props: Json) -> None:
    acl, _, resource = physical_id.rpartition("|")
    # After a replacement the resource belongs to the new association already.
    if waf._associations.get(resource) == acl:
        waf._disassociate_web_acl({"ResourceArn": resource})


RESOURCE_HANDLERS: dict[str, dict[str, Any]] = {
    "AWS::WAFv2::WebACLAssociation": {
        "create": _waf_web_acl_association_create,
        "delete": _waf_web_acl_association_delete,
    },
}
