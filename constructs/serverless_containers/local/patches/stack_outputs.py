"""Reads outputs of stacks in other regions, which MiniStack looks for in the stack's own."""

from typing import Any

from serverless_containers.local.patches.private import private, replace

RESOLVE = "ministack.services.cloudformation.engine:_resolve_refs"
REGION = "ministack.core.responses:_request_region"
PRIVATE = (RESOLVE, REGION)

_FUNCTION = "Fn::GetStackOutput"


def apply() -> None:
    """Resolve the function where its ``Region`` says."""
    resolve = private(RESOLVE)

    def resolving(value: Any, *rest: Any) -> Any:  # noqa: ANN401  # a template's JSON
        spec = value.get(_FUNCTION) if isinstance(value, dict) else None
        if not isinstance(spec, dict) or "Region" not in spec:
            return resolve(value, *rest)
        # Names may be references, which are the stack's own.
        named = {key: resolve(part, *rest) for key, part in spec.items()}
        region = private(REGION)
        token = region.set(named.pop("Region"))
        try:
            return resolve({_FUNCTION: named}, *rest)
        finally:
            region.reset(token)

    # What else calls it comes by this name as soon as it looks into what it was given.
    replace(RESOLVE, resolving)
