"""Attributes for Fn::GetAtt that MiniStack's handlers do not give."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from serverless_containers.local.patches.private import HANDLERS, Made, private

PRIVATE = (HANDLERS,)

ATTRIBUTES: Final[Mapping[tuple[str, str], Callable[[Mapping[str, Any]], object]]] = {
    ("AWS::Cognito::UserPool", "ProviderURL"): lambda known: f"https://{known['ProviderName']}",
}
"""Each type and attribute, and how it follows from those that are there."""


def apply() -> None:
    """Add them to what the handlers return."""
    for (resource_type, attribute), derive in ATTRIBUTES.items():
        handler = private(HANDLERS)[resource_type]
        for operation in ("create", "update"):
            if operation in handler:
                handler[operation] = _adding(handler[operation], attribute, derive)


def _adding(
    handle: Callable[..., Made], attribute: str, derive: Callable[[Mapping[str, Any]], object]
) -> Callable[..., Made]:
    def adding(*arguments: object) -> Made:
        physical_id, known = handle(*arguments)
        # An update that changes nothing may give none; CloudFormation then keeps the old ones.
        return physical_id, {**known, attribute: derive(known)} if known else known

    return adding
