"""Every alarm goes off when it should and not before: its JSON, held against series of data."""

import re
from dataclasses import dataclass

import pytest

from tests.support.cloudwatch import ALARM, INSUFFICIENT_DATA, OK, Evaluator, World, named
from tests.unit.monitoring.conftest import CONSTRUCTS

HOUR, DAY = 60, 24 * 60
ALARM_ID = re.compile(r"Monitoring(?:Events)?(\w+?)[0-9A-F]{8}$")
COMPOSITES = {"AvailabilityBurnRate", "LatencyBurnRate", "Failures", "Warnings"}


def traffic(minutes, requests, *, errors=0, ms=50, **more):
    """A world of requests, as either ingress tells of them.

    Args:
        minutes: Its length.
        requests: The requests of a minute.
        errors: Those of them that the containers answer with 5xx.
        ms: The time of an answer, or the number of requests by their time.
        more: What differs, by metric.
    """
    times = ms if isinstance(ms, dict) else {ms: requests}
    return named(
        minutes,
        {
            "Count": {1: requests} if requests else None,
            "5xx": {1: errors, 0: requests - errors} if requests else None,
            "Latency": times if requests else None,
            "RequestCount": {1: requests} if requests else None,
            "HTTPCode_Target_5XX_Count": {1: errors} if errors else None,
            "TargetResponseTime": {time / 1000: n for time, n in times.items()}
            if requests
            else None,
            "HealthyHostCount": {2: 1},
            "UnHealthyHostCount": {0: 1},
            "CPUUtilization": {20: 2},
            "MemoryUtilization": {30: 2},
            **more,
        },
    )


def events(minutes, count):
    """Events that set a rule off, all in the minute before the last one."""
    none, some = World(1), named(1, {"event": {1: count}})
    return World(minutes - 2) + some + none


def days(number):
    """A certificate's days, told once a day."""
    return World(DAY // 2) + named(1, {"DaysToExpiry": number}) + World(DAY - DAY // 2 - 1)


@dataclass(frozen=True)
class Case:
    """Worlds for an alarm.

    Attributes:
        fires: It goes off in each of these.
        quiet: It does not in any of these, which come as near as they can.
        empty: Its state in a world without data.
    """

    fires: tuple
    quiet: tuple
    empty: str = OK


PLENTY = 10_000
USUAL = traffic(DAY, PLENTY)
NO_TASK = {"HealthyHostCount": None, "CPUUtilization": None}
CASES = {
    "AvailabilityBurnRateFastLong": Case(
        fires=(
            traffic(HOUR, PLENTY, errors=144),
            traffic(HOUR - 5, 10) + traffic(5, 10, errors=10),
            traffic(HOUR, 2, errors=1),
        ),
        quiet=(
            traffic(HOUR, PLENTY, errors=143),
            traffic(HOUR, 1, errors=1),
            traffic(HOUR - 4, 2) + traffic(4, 2, errors=1),
        ),
    ),
    "AvailabilityBurnRateFastShort": Case(
        fires=(traffic(5, PLENTY, errors=144), traffic(5, 2, errors=1)),
        quiet=(
            traffic(5, PLENTY, errors=143),
            traffic(5, 1, errors=1),
            traffic(HOUR, 100, errors=100) + traffic(5, 100),
            traffic(HOUR, 100, errors=100) + traffic(5, 0),
        ),
    ),
    "AvailabilityBurnRateSlowLong": Case(
        fires=(
            traffic(6 * HOUR, PLENTY, errors=60),
            traffic(6 * HOUR - 3, 100) + traffic(3, 100, errors=75),
        ),
        quiet=(traffic(6 * HOUR, PLENTY, errors=59), traffic(6 * HOUR, 1, errors=1)),
    ),
    "AvailabilityBurnRateSlowShort": Case(
        fires=(traffic(30, PLENTY, errors=60),),
        quiet=(traffic(30, PLENTY, errors=59), traffic(30, 1, errors=1)),
    ),
    "LatencyBurnRateFastLong": Case(
        fires=(traffic(HOUR, 100, ms={300: 28, 301: 72}),),
        quiet=(
            traffic(HOUR, 100, ms={300: 29, 301: 71}),
            traffic(HOUR, 1, ms=5000),
            traffic(HOUR, 100, errors=100),
        ),
    ),
    "LatencyBurnRateFastShort": Case(
        fires=(traffic(5, 100, ms={300: 28, 301: 72}),),
        quiet=(traffic(5, 100, ms={300: 29, 301: 71}), traffic(5, 1, ms=5000)),
    ),
    "LatencyBurnRateSlowLong": Case(
        fires=(traffic(6 * HOUR, 100, ms={300: 70, 301: 30}),),
        quiet=(traffic(6 * HOUR, 100, ms={300: 71, 301: 29}), traffic(6 * HOUR, 1, ms=5000)),
    ),
    "LatencyBurnRateSlowShort": Case(
        fires=(traffic(30, 100, ms={300: 70, 301: 30}),),
        quiet=(traffic(30, 100, ms={300: 71, 301: 29}), traffic(30, 1, ms=5000)),
    ),
    "TargetErrors": Case(
        fires=(
            traffic(10, 100) + traffic(3, 100, errors=5),
            traffic(10, 100) + traffic(3, 100, errors=5) + traffic(2, 100),
            traffic(10, 100) + traffic(3, 5, errors=5),
        ),
        quiet=(
            traffic(10, 100) + traffic(2, 100, errors=100),
            traffic(10, 1000, errors=49),
            traffic(10, 4, errors=4),
            traffic(10, 100, errors=100) + traffic(5, 0),
        ),
    ),
    "UnhealthyTargets": Case(
        fires=(traffic(5, 100, UnHealthyHostCount={0: 1, 1: 1}),),
        quiet=(
            traffic(1, 100) + traffic(4, 100, UnHealthyHostCount=1),
            traffic(5, 100, UnHealthyHostCount=1) + traffic(1, 100),
        ),
    ),
    "NoHealthyTask": Case(
        fires=(traffic(10, 100) + traffic(3 + 2, 100, **NO_TASK),),
        quiet=(
            traffic(10, 100) + traffic(2, 100, **NO_TASK),
            traffic(10, 100, HealthyHostCount={0: 1, 1: 1}, CPUUtilization=0),
        ),
        empty=ALARM,
    ),
    "CpuHigh": Case(
        fires=(traffic(15, 1, CPUUtilization={80: 1, 81: 1}),),
        quiet=(
            traffic(15, 1, CPUUtilization=80),
            traffic(5, 1) + traffic(10, 1, CPUUtilization=100),
        ),
    ),
    "MemoryHigh": Case(
        fires=(traffic(15, 1, MemoryUtilization={20: 5, 86: 1}),),
        quiet=(
            traffic(15, 1, MemoryUtilization=85),
            traffic(5, 1) + traffic(10, 1, MemoryUtilization=100),
        ),
    ),
    "ContainersRestarting": Case(
        fires=(events(15, 3), events(10, 1) + events(4, 2)), quiet=(events(15, 2),)
    ),
    "OutOfMemory": Case(
        fires=(events(15, 1), events(3, 1) + World(12)), quiet=(events(3, 1) + World(60),)
    ),
    "DeploymentFailed": Case(
        fires=(events(15, 1), events(3, 1) + World(12)), quiet=(events(3, 1) + World(60),)
    ),
    "PipelineFailed": Case(
        fires=(events(15, 1), events(3, 1) + World(12)), quiet=(events(3, 1) + World(60),)
    ),
    "CertificateExpiry": Case(fires=(days(21),), quiet=(days(22),), empty=INSUFFICIENT_DATA),
    "ErrorsAnomaly": Case(
        fires=(traffic(15, PLENTY, errors=10),),
        quiet=(
            traffic(15, PLENTY),
            traffic(5, PLENTY) + traffic(10, PLENTY, errors=10),
            named(5, {"5xx": None, "HTTPCode_Target_5XX_Count": None}) + traffic(10, 1, errors=0),
            traffic(20, 4) + traffic(1, 4, errors=4),
        ),
    ),
    "LatencyAnomaly": Case(
        fires=(traffic(15, PLENTY, ms=900),),
        quiet=(
            traffic(15, PLENTY),
            traffic(5, PLENTY) + traffic(10, PLENTY, ms=900),
            traffic(15, 1, ms=900),
        ),
    ),
}


@pytest.fixture(scope="module")
def templates():
    """The templates that were made so far, by kind of service."""
    return {}


@pytest.fixture
def alarms(with_everything, templates):
    """The resources of a service of a kind, and the logical ids of its alarms by their kinds."""

    def _alarms(kind):
        if kind not in templates:
            templates[kind] = with_everything(kind).template.to_json()
        resources = templates[kind]["Resources"]
        return resources, {
            ALARM_ID.search(name)[1]: name
            for name, each in resources.items()
            if each["Type"] in {"AWS::CloudWatch::Alarm", "AWS::CloudWatch::CompositeAlarm"}
        }

    return _alarms


def observed(resources, name, world):
    """The world with the name that the alarm's rule has in the template, if it has one."""
    dimensions = resources[name]["Properties"].get("Dimensions", ())
    for each in dimensions:
        if each["Name"] == "RuleName":
            data = {each["Value"]["Ref"]: world.of("event")}
            return World(world.minutes, data)
    return world


EXPECTED = {
    "api": set(CASES) - {"UnhealthyTargets"},
    "site": set(CASES),
    "worker": {
        "NoHealthyTask",
        "CpuHigh",
        "MemoryHigh",
        "ContainersRestarting",
        "OutOfMemory",
        "DeploymentFailed",
        "PipelineFailed",
    },
}


@pytest.mark.parametrize("kind", CONSTRUCTS)
def test_every_alarm_has_a_case(alarms, kind):
    _, found = alarms(kind)
    assert set(found) - COMPOSITES == EXPECTED[kind]


@pytest.mark.parametrize(
    ("kind", "alarm"), [(kind, alarm) for kind in CONSTRUCTS for alarm in sorted(EXPECTED[kind])]
)
def test_an_alarm_goes_off_when_it_should(alarms, kind, alarm):
    resources, found = alarms(kind)
    name, case = found[alarm], CASES[alarm]

    def state(world):
        return Evaluator(resources, observed(resources, name, world), usual=USUAL).state(name)

    assert [state(world) for world in case.fires] == [ALARM] * len(case.fires)
    assert [state(world) for world in case.quiet] == [OK] * len(case.quiet)
    assert state(World(DAY)) == case.empty


@pytest.mark.parametrize("kind", CONSTRUCTS)
def test_a_quiet_day_sets_nothing_off(alarms, kind):
    resources, found = alarms(kind)
    states = Evaluator(resources, USUAL).states()
    assert {states[name] for alarm, name in found.items() if alarm != "CertificateExpiry"} == {OK}


@pytest.mark.parametrize("kind", ["api", "site"])
def test_a_request_in_a_quiet_night_sets_nothing_off_however_it_ends(alarms, kind):
    resources, _ = alarms(kind)
    night = traffic(DAY, 0) + traffic(1, 1, errors=1, ms=9000) + traffic(2, 0)
    assert ALARM not in Evaluator(resources, night, usual=USUAL).states().values()


@pytest.mark.parametrize("kind", ["api", "site"])
def test_ordinary_requests_after_two_idle_days_are_not_unusual(alarms, kind):
    resources, found = alarms(kind)
    usual = traffic(2 * DAY - 2 * HOUR, 0) + traffic(2 * HOUR, 100, ms=50)
    now = usual + traffic(30, 100, ms=50)
    assert Evaluator(resources, now, usual=usual).states()[found["LatencyAnomaly"]] == OK


@pytest.mark.parametrize("kind", CONSTRUCTS)
def test_a_service_is_not_missed_while_it_is_made(alarms, kind):
    resources, found = alarms(kind)
    world = World(5)
    assert ALARM not in Evaluator(resources, world, age=5).states().values()
    assert Evaluator(resources, World(11), age=11).state(found["NoHealthyTask"]) == ALARM


def test_what_has_expired_stays_so(alarms):
    resources, found = alarms("site")
    name = found["CertificateExpiry"]
    assert Evaluator(resources, World(4 * DAY), before={name: ALARM}).state(name) == ALARM


def notified(resources, world, minutes, *, usual=USUAL):
    """The composite alarms that notify in the last minutes of a world, each with its minute."""
    told, before = [], {}
    names = [
        name
        for name, each in resources.items()
        if each["Type"] == "AWS::CloudWatch::CompositeAlarm"
        and "AlarmActions" in each["Properties"]
    ]
    for minute in range(world.minutes - minutes, world.minutes + 1):
        states = Evaluator(resources, world.until(minute), usual=usual).states()
        told += [
            (minute - world.minutes + minutes, ALARM_ID.search(name)[1])
            for name in names
            if states[name] == ALARM and before.get(name) == OK
        ]
        before = states
    return told


@pytest.mark.parametrize("kind", ["api", "site"])
def test_an_outage_is_told_of_once_and_soon(alarms, kind):
    resources, _ = alarms(kind)
    outage = traffic(HOUR, 100) + traffic(20, 100, errors=100)
    told = notified(resources, outage, 21)
    assert [name for _, name in told if name == "Failures"] == ["Failures"]
    assert min(told)[0] <= 4


@pytest.mark.parametrize("kind", ["api", "site"])
def test_the_end_of_an_outage_is_seen(alarms, kind):
    resources, found = alarms(kind)
    outage = traffic(2 * HOUR, 100) + traffic(10, 100, errors=100)
    over = outage + traffic(40, 100)
    assert Evaluator(resources, outage, usual=USUAL).state(found["Failures"]) == ALARM
    after = Evaluator(resources, over, usual=USUAL).states()
    assert after[found["AvailabilityBurnRateFastLong"]] == ALARM
    assert after[found["Failures"]] == OK


@pytest.mark.parametrize("kind", ["api", "site"])
def test_a_slow_leak_is_found_where_no_minute_is_bad(alarms, kind):
    resources, found = alarms(kind)
    leak = traffic(6 * HOUR, 1000, errors=7)
    states = Evaluator(resources, leak, usual=leak).states()
    assert states[found["TargetErrors"]] == OK
    assert states[found["AvailabilityBurnRate"]] == ALARM


def test_a_load_balancer_without_targets_is_an_outage(alarms):
    """It counts no request for which it has no target, but for the 503."""
    resources, found = alarms("site")
    gone = traffic(HOUR, 100) + traffic(
        10, 0, HTTPCode_ELB_5XX_Count={1: 100}, HTTPCode_ELB_503_Count={1: 100}
    )
    assert Evaluator(resources, gone, usual=USUAL).state(found["AvailabilityBurnRate"]) == ALARM


@pytest.mark.parametrize("kind", ["api", "site"])
def test_alarms_that_roll_back_go_off_within_minutes_of_a_bad_version(alarms, kind):
    resources, _ = alarms(kind)
    (service,) = (r for r in resources.values() if r["Type"] == "AWS::ECS::Service")
    deployment = service["Properties"]["DeploymentConfiguration"]
    names = [each["Ref"] for each in deployment["Alarms"]["AlarmNames"]]
    bad = traffic(HOUR, 100) + traffic(3, 100, errors=100)
    states = Evaluator(resources, bad).states()
    assert {states[name] for name in names} == {ALARM}
    assert deployment["BakeTimeInMinutes"] > 3
