"""Takes viewers of CloudFront for viewers by TLS, and finds origins within a VPC.

The emulator is spoken to without TLS, and a distribution that sends everybody to https:// would
send them where nobody listens. As shipped, an origin within a VPC is asked as the viewer asks.
"""

from typing import Any

from serverless_containers.local.patches.private import private, replace
from serverless_containers.local.patches.recorded import RECORDS

VIEW = "ministack.services.cloudfront:handle_viewer_request"
READ = "ministack.services.cloudfront:_dataplane_origin"
FIND = "ministack.services.cloudfront:_find"
TEXT = "ministack.services.cloudfront:_text"
PRIVATE = (VIEW, READ, FIND, TEXT)

ORIGIN = "AWS::CloudFront::VpcOrigin"

_HEADERS = 5
"""The place of the headers among the arguments."""


def apply() -> None:
    """Say so in the header by which MiniStack knows."""
    view = private(VIEW)

    async def viewing(*arguments: Any) -> Any:  # noqa: ANN401  # MiniStack's own
        headers = {**arguments[_HEADERS], "x-forwarded-proto": "https"}
        return await view(*arguments[:_HEADERS], headers, *arguments[_HEADERS + 1 :])

    replace(VIEW, viewing)
    read = private(READ)
    replace(READ, lambda element: {**read(element), **_within(element)})


def _within(element: object) -> dict[str, Any]:
    """How an origin within a VPC is reached, which its own resource says."""
    configured = private(FIND)(element, "VpcOriginConfig")
    if configured is None:
        return {}
    record = RECORDS.get((ORIGIN, private(TEXT)(configured, "VpcOriginId")))
    endpoint = record.properties["VpcOriginEndpointConfig"] if record else {}
    return {
        "http_port": int(endpoint.get("HTTPPort", 80)),
        "https_port": int(endpoint.get("HTTPSPort", 443)),
        "protocol_policy": endpoint.get("OriginProtocolPolicy", "match-viewer"),
    }
