"""Alarms of a metric are MiniStack's, those of an expression are recorded."""

import pytest
from ministack.services import cloudwatch

from serverless_containers.local.resource_types.recorded import records

KIND = "AWS::CloudWatch::Alarm"
OF_A_METRIC = {
    "Namespace": "AWS/ECS",
    "MetricName": "CPUUtilization",
    "ComparisonOperator": "GreaterThanThreshold",
    "Threshold": 80,
    "EvaluationPeriods": 1,
}
OF_AN_EXPRESSION = {
    "Metrics": [{"Id": "e", "Expression": "1", "ReturnData": True}],
    "ComparisonOperator": "GreaterThanThreshold",
    "Threshold": 80,
    "EvaluationPeriods": 1,
}


def recorded():
    return [each["physical_id"] for each in records() if each["type"] == KIND]


def watched():
    """The alarms that MiniStack itself has."""
    return list(cloudwatch._alarms)


@pytest.mark.parametrize(("props", "is_recorded"), [(OF_A_METRIC, False), (OF_AN_EXPRESSION, True)])
def test_an_alarm_is_made_changed_and_forgotten(act, props, is_recorded):
    name, attributes = act("create", KIND, "It", props, "stack")
    assert attributes["Arn"].endswith(f":alarm:{name}")
    assert (name in recorded(), name in watched()) == (is_recorded, not is_recorded)
    changed, _ = act("update", KIND, name, props, {**props, "Threshold": 90}, "stack", "It")
    assert changed == name
    act("delete", KIND, name, props)
    assert name not in [*recorded(), *watched()]


@pytest.mark.parametrize(
    ("old", "new"), [(OF_A_METRIC, OF_AN_EXPRESSION), (OF_AN_EXPRESSION, OF_A_METRIC)]
)
def test_an_alarm_changes_its_kind(act, old, new):
    name, _ = act("create", KIND, "It", old, "stack")
    other, _ = act("update", KIND, name, old, new, "stack", "It")
    assert (other in recorded(), other in watched()) == ("Metrics" in new, "Metrics" not in new)
    assert name not in [*recorded(), *watched()]
    act("delete", KIND, other, new)
