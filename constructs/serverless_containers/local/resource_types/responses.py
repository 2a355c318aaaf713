"""Responses of MiniStack's services, as handlers of resources take them."""

from typing import Any


def succeeded(response: tuple[int, object, Any], resource_type: str) -> Any:  # noqa: ANN401  # JSON or XML
    """Return the body of a service's response.

    Raises:
        ValueError: If it is an error. CloudFormation makes it the resource's failure reason.
    """
    status, _, body = response
    if status >= 400:
        text = body.decode(errors="replace") if isinstance(body, bytes) else str(body)
        raise ValueError(f"{resource_type}: {text}")
    return body
