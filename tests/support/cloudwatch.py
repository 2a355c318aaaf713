"""A small evaluator of CloudWatch's alarms, for the properties that a template has.

It knows what the alarms of this library use, and refuses the rest: statistics of raw data, metric
math, M out of N, missing data, bands of usual values, and composite alarms. "Alarm evaluation" and
"Configuring how CloudWatch alarms treat missing data", Amazon CloudWatch User Guide.
"""

import ast
import math
import re
import statistics
from collections import Counter
from dataclasses import dataclass, field

OK, ALARM, INSUFFICIENT_DATA = "OK", "ALARM", "INSUFFICIENT_DATA"
EXTRA_PERIODS = 2
"""Periods beyond those of an alarm that CloudWatch looks back, to do without missing ones."""


@dataclass(frozen=True)
class World:
    """Raw data of metrics, by the minute; the last minute has just ended.

    Attributes:
        minutes: The number of minutes.
        data: By metric, for each minute the number of samples of each value.
    """

    minutes: int
    data: dict = field(default_factory=dict)

    def __add__(self, later):
        """One after the other."""
        return World(
            self.minutes + later.minutes,
            {name: self.of(name) + later.of(name) for name in {**self.data, **later.data}},
        )

    def __or__(self, other):
        """Both at once, of different metrics."""
        assert self.minutes == other.minutes
        assert not self.data.keys() & other.data.keys()
        return World(self.minutes, {**self.data, **other.data})

    def of(self, name):
        return self.data.get(name) or [None] * self.minutes

    def until(self, minute):
        """The same world as it was when a minute had ended."""
        return World(minute, {name: data[:minute] for name, data in self.data.items()})


def constant(minutes, **metrics):
    """A world in which each metric has the same samples in each minute: a value, or counts of it.

    None is no data. Names of metrics that are no names in Python are given by `named`.
    """
    return named(minutes, metrics)


def named(minutes, metrics):
    return World(
        minutes,
        {
            name: [None if each is None else +Counter(each if isinstance(each, dict) else [each])]
            * minutes
            for name, each in metrics.items()
        },
    )


def statistic(samples, kind):
    """A statistic of samples, each with the number of its occurrences; None without a sample."""
    if not samples:
        return None
    count = sum(samples.values())
    total = sum(value * times for value, times in samples.items())
    rank = re.fullmatch(r"PR\(([\d.]*):([\d.]+)\)", kind)
    if rank:
        # A lower bound is left out, an upper one is not ("Statistics definitions", CloudWatch).
        low, high = float(rank[1] or "-inf"), float(rank[2])
        return 100 * sum(n for value, n in samples.items() if low < value <= high) / count
    percentile = re.fullmatch(r"p([\d.]+)", kind)
    if percentile:
        wanted, seen = math.ceil(count * float(percentile[1]) / 100), 0
        for value in sorted(samples):
            seen += samples[value]
            if seen >= wanted:
                return value
    return {
        "Sum": total,
        "SampleCount": count,
        "Average": total / count,
        "Minimum": min(samples),
        "Maximum": max(samples),
    }[kind]


def name_of(metric):
    """The name of a metric in a world; a rule's own where it is a metric of a rule."""
    rules = [
        each["Value"]["Ref"] for each in metric.get("Dimensions", ()) if each["Name"] == "RuleName"
    ]
    return rules[0] if rules else metric["MetricName"]


class Evaluator:
    """The evaluation of a template's alarms in a world.

    Args:
        resources: The resources of the template.
        world: The world.
        usual: The world from which bands of usual values were learnt. Default: `world` itself.
        before: The states before, by logical id. Default: that there is not enough data.
        age: The minutes since the alarms were made. Default: long ago.
    """

    def __init__(self, resources, world, *, usual=None, before=None, age=10_000):
        self._resources = resources
        self._world = world
        self._usual = usual or world
        self._before = before or {}
        self._age = age

    def state(self, name):
        """The state of an alarm."""
        resource = self._resources[name]
        if resource["Type"] == "AWS::CloudWatch::CompositeAlarm":
            return self._composite(resource["Properties"])
        return self._metric_alarm(name, resource["Properties"])

    def states(self):
        return {
            name: self.state(name)
            for name, resource in self._resources.items()
            if resource["Type"] in {"AWS::CloudWatch::Alarm", "AWS::CloudWatch::CompositeAlarm"}
        }

    def _composite(self, properties):
        rule = text(properties["AlarmRule"])
        rule = re.sub(r'ALARM\("?(\w+)"?\)', lambda found: str(self.state(found[1]) == ALARM), rule)
        rule = rule.replace("AND", "and").replace("OR", "or").replace("NOT", "not")
        assert re.fullmatch(r"(?:True|False|and|or|not|[() ])+", rule), rule
        return ALARM if eval(rule) else OK  # noqa: S307  # nothing but what is matched above

    def _metric_alarm(self, name, properties):
        periods = properties["EvaluationPeriods"]
        least = properties.get("DatapointsToAlarm", periods)
        values, limits = self._values(properties, periods + EXTRA_PERIODS)
        real = [
            breaches(properties["ComparisonOperator"], value, limit)
            for value, limit in zip(values, limits, strict=True)
            if value is not None and limit is not None
        ][-periods:]
        missing = periods - len(real)
        warm_up = properties.get("WarmUpConfiguration", {}).get("WarmUpPeriodDurationInMinutes", 0)
        if missing and self._age < warm_up:
            return INSUFFICIENT_DATA
        treatment = properties["TreatMissingData"]
        if treatment == "ignore":
            assert periods == 1, "the states between are not known here"
            return (ALARM if real[0] else OK) if real else self._before.get(name, INSUFFICIENT_DATA)
        filled = {"breaching": True, "notBreaching": False}[treatment]
        return ALARM if sum([*real, *[filled] * missing]) >= least else OK

    def _values(self, properties, count):
        """The values of the metric that is watched, and for each what it is compared with."""
        if "MetricName" in properties:
            kind = properties.get("Statistic") or properties["ExtendedStatistic"]
            values = series(self._world, name_of(properties), properties["Period"], kind, count)
            return values, [properties["Threshold"]] * count
        queries = {each["Id"]: each for each in properties["Metrics"]}
        band = properties.get("ThresholdMetricId")
        (watched,) = (
            each["Id"]
            for each in queries.values()
            if each.get("ReturnData", True) and each["Id"] != band
        )
        values = Query(self._world, queries, count).of(watched)
        if band is None:
            return values, [properties["Threshold"]] * count
        of, width = re.fullmatch(
            r"ANOMALY_DETECTION_BAND\((\w+), (\d+)\)", queries[band]["Expression"]
        ).groups()
        learnt = [
            each
            for each in Query(
                self._usual, queries, self._usual.minutes * 60 // _period(queries)
            ).of(of)
            if each is not None
        ]
        upper = statistics.mean(learnt) + int(width) * statistics.pstdev(learnt) if learnt else None
        return values, [upper] * count


class Query:
    """The queries of one alarm, as metric math computes them.

    Args:
        world: The world.
        queries: The queries by id.
        count: The number of periods, of which the last one ends now.
    """

    def __init__(self, world, queries, count):
        self._world = world
        self._queries = queries
        self._count = count
        self._known = {}

    def of(self, query):
        """The values of a query, None where there is none."""
        if query not in self._known:
            self._known[query] = self._compute(query)
        return self._known[query]

    def _compute(self, query):
        asked = self._queries[query]
        if "Expression" not in asked:
            stat = asked["MetricStat"]
            return series(
                self._world, name_of(stat["Metric"]), stat["Period"], stat["Stat"], self._count
            )
        expression = re.sub(r"\bAND\b", "and", re.sub(r"\bOR\b", "or", asked["Expression"]))
        tree = ast.parse(expression, mode="eval").body
        return [self._value(tree, index) for index in range(self._count)]

    def _value(self, node, index):  # noqa: PLR0911  # one for each kind of node
        """The value of an expression in one period."""
        match node:
            case ast.Constant(value):
                return value
            case ast.Name(id):
                return self.of(id)[index]
            case ast.Call(ast.Name("FILL"), [filled, ast.Constant(value)]):
                found = self._value(filled, index)
                return value if found is None else found
            case ast.Call(ast.Name("IF"), [condition, then, otherwise]):
                chosen = self._value(condition, index)
                return None if chosen is None else self._value(then if chosen else otherwise, index)
            case ast.Call(ast.Name("IF"), [condition, then]):
                return self._value(then, index) if self._value(condition, index) else None
            case ast.Call(ast.Name("MAX"), [ast.List(each)]):
                found = [value for part in each if (value := self._value(part, index)) is not None]
                return max(found, default=None)
            case ast.BoolOp(operator, parts):
                found = [self._value(each, index) for each in parts]
                if None in found:
                    return None
                return all(found) if isinstance(operator, ast.And) else any(found)
            case ast.BinOp(left, operator, right):
                return arithmetic(operator, self._value(left, index), self._value(right, index))
            case ast.Compare(left, [ast.GtE()], [right]):
                pair = self._value(left, index), self._value(right, index)
                return None if None in pair else pair[0] >= pair[1]
        raise NotImplementedError(ast.unparse(node))


def _period(queries):
    """The one period of all metrics."""
    (period,) = {each["MetricStat"]["Period"] for each in queries.values() if "MetricStat" in each}
    return period


def arithmetic(operator, left, right):
    if left is None or right is None or (isinstance(operator, ast.Div) and right == 0):
        return None
    return {
        ast.Add: lambda: left + right,
        ast.Sub: lambda: left - right,
        ast.Mult: lambda: left * right,
        ast.Div: lambda: left / right,
    }[type(operator)]()


def series(world, name, period, kind, count):
    """The values of a metric in the last periods, the oldest first."""
    minutes = world.of(name)
    length = period // 60
    found = []
    for back in range(count, 0, -1):
        start, end = world.minutes - back * length, world.minutes - (back - 1) * length
        samples = Counter()
        for each in minutes[max(start, 0) : max(end, 0)]:
            samples.update(each or {})
        found.append(statistic(samples, kind))
    return found


def breaches(operator, value, limit):
    return {
        "GreaterThanOrEqualToThreshold": value >= limit,
        "GreaterThanThreshold": value > limit,
        "GreaterThanUpperThreshold": value > limit,
        "LessThanThreshold": value < limit,
        "LessThanOrEqualToThreshold": value <= limit,
    }[operator]


def text(rule):
    """The rule of a composite alarm, with logical ids in place of ARNs."""
    if isinstance(rule, str):
        return rule
    if "Fn::GetAtt" in rule:
        name, attribute = rule["Fn::GetAtt"]
        assert attribute == "Arn"
        return name
    separator, parts = rule["Fn::Join"]
    return separator.join(text(part) for part in parts)
