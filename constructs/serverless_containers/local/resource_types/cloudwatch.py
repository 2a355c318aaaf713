"""AWS::CloudWatch::Alarm: one of a metric through MiniStack, one of an expression recorded."""

from typing import Any, Final

from serverless_containers.local.ministack.names import Json, Made, provisioners
from serverless_containers.local.resource_types.recorded import RECORDS, named_alarm, recording

_TYPE: Final = "AWS::CloudWatch::Alarm"
_METRIC: Final[dict[str, Any]] = provisioners._RESOURCE_HANDLERS[_TYPE]  # noqa: SLF001  # its table
_EXPRESSION: Final = recording(
    _TYPE, named_alarm, note="an alarm of an expression, which nothing computes here"
)


def _handlers(props: Json) -> dict[str, Any]:
    """The handlers for an alarm with these properties."""
    return _EXPRESSION if "Metrics" in props else _METRIC


def _create(logical_id: str, props: Json, stack_name: str) -> Made:
    made: Made = _handlers(props)["create"](logical_id, props, stack_name)
    return made


def _update(
    physical_id: str, old_props: Json, new_props: Json, stack_name: str, logical_id: str
) -> Made:
    old, new = _handlers(old_props), _handlers(new_props)
    if old is not new:
        _delete(physical_id, old_props)
        return _create(logical_id, new_props, stack_name)
    made: Made = new["update"](physical_id, old_props, new_props, stack_name, logical_id)
    return made


def _delete(physical_id: str, props: Json) -> None:
    known = _EXPRESSION if (_TYPE, physical_id) in RECORDS else _METRIC
    known["delete"](physical_id, props)


RESOURCE_HANDLERS: dict[str, dict[str, Any]] = {
    _TYPE: {
        "create": _create,
        "update": _update,
        "update_with_logical_id": True,
        "delete": _delete,
    },
}
