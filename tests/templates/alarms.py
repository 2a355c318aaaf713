"""What CloudWatch, EventBridge and ECS refuse of alarms, or what would never go off."""

import re

ALARM, COMPOSITE = "AWS::CloudWatch::Alarm", "AWS::CloudWatch::CompositeAlarm"
LONGEST_ARN = 512
"""Characters that stand for the ARN of an alarm in a rule, at most: its name has 255."""
DAY, WEEK = 86_400, 7 * 86_400


def alarms_can_be_made(template):
    """An alarm is within the limits of "PutMetricAlarm", Amazon CloudWatch API Reference."""
    for name, alarm in _of(template, ALARM):
        periods, count = _periods(alarm), alarm["EvaluationPeriods"]
        longest = DAY if min(periods) < 3600 else WEEK
        if len(periods) != 1:
            yield f"{name} mixes periods"
        if max(periods) * count > longest:
            yield f"{name} looks back too far"
        if not all(period in {10, 20, 30} or period % 60 == 0 for period in periods):
            yield f"{name} has a period that there is not"
        if not 1 <= alarm.get("DatapointsToAlarm", count) <= count:
            yield f"{name} asks for more periods than it looks at"
        if len(alarm.get("AlarmDescription", "")) > 1024:
            yield f"{name} says too much"
        if ("Threshold" in alarm) == ("ThresholdMetricId" in alarm):
            yield f"{name} compares with nothing, or with two things"
        if "Metrics" in alarm:
            yield from (f"{name} {complaint}" for complaint in _queries(alarm))


def _queries(alarm):
    queries = {query["Id"]: query for query in alarm["Metrics"]}
    if len(queries) > 10 or len(queries) != len(alarm["Metrics"]):
        yield "has too many queries, or two of an id"
    returned = {name for name, query in queries.items() if query.get("ReturnData", True)}
    if len(returned - {alarm.get("ThresholdMetricId")}) != 1:
        yield "does not say what it watches"
    for name, query in queries.items():
        if not re.fullmatch(r"[a-z][A-Za-z0-9_]*", name):
            yield f"has the id {name}"
        for used in re.findall(r"\b[a-z]\w*\b", query.get("Expression", "")):
            if used not in queries:
                yield f"computes with {used}, which is nothing"


def rules_of_alarms_can_be_kept(template):
    """A composite alarm is within the limits of "PutCompositeAlarm", and knows its alarms."""
    for name, alarm in _of(template, COMPOSITE):
        separator, parts = alarm["AlarmRule"]["Fn::Join"]
        of = [part["Fn::GetAtt"][0] for part in parts if isinstance(part, dict)]
        text = sum(len(part) if isinstance(part, str) else LONGEST_ARN for part in parts)
        if separator or text > 10_240 or len(of) > 100:
            yield f"{name} has a rule that is too long"
        kinds = {template["Resources"][each]["Type"] for each in of}
        if not of or not kinds <= {ALARM, COMPOSITE}:
            yield f"{name} is of something that is no alarm"
        waits = {"ActionsSuppressorWaitPeriod", "ActionsSuppressorExtensionPeriod"}
        if "ActionsSuppressor" in alarm and not waits <= alarm.keys():
            yield f"{name} is silent for no time"


def what_alarms_count_is_written_down(template):
    """An alarm of a rule's events names a rule, whose events reach a log group that lets it in."""
    resources = template["Resources"]
    for name, alarm in _of(template, ALARM):
        if alarm.get("Namespace") != "AWS/Events":
            continue
        (dimension,) = alarm["Dimensions"]
        rule = resources.get(dimension["Value"].get("Ref"), {"Type": None})
        if rule["Type"] != "AWS::Events::Rule":
            yield f"{name} counts events of no rule"
            continue
        for each in rule["Properties"]["Targets"]:
            groups = [
                resources[part["Ref"]]["Properties"]
                for part in each["Arn"]["Fn::Join"][1]
                if isinstance(part, dict) and part.get("Ref") in resources
            ]
            allowed = [str(group.get("ResourcePolicyDocument")) for group in groups]
            if not any(f":rule/{rule['Properties']['Name']}" in policy for policy in allowed):
                yield f"{name} counts events that nobody may write down"


def _of(template, kind):
    return [
        (name, resource["Properties"])
        for name, resource in template["Resources"].items()
        if resource["Type"] == kind
    ]


def _periods(alarm):
    if "Metrics" not in alarm:
        return {alarm["Period"]}
    return {query["MetricStat"]["Period"] for query in alarm["Metrics"] if "MetricStat" in query}
