import pytest
from aws_cdk import Duration, Token

from serverless_containers.ingress.load_balancer.targets import Stickiness, TargetOptions
from tests.unit.ingress.load_balancer.load_balanced import TARGET_GROUP, Site
from tests.unit.workload.deployed import MIRRORED

DELAY = "deregistration_delay.timeout_seconds"
SECONDS = Duration.seconds(Token.as_number({"Ref": "Seconds"}))


def stopping(period):
    grace = f", stop_grace_period: {period}" if period else ""
    return (
        f"services: {{web: {{image: '{MIRRORED}', ports: ['8080:80']{grace}}}, "
        f"slow: {{image: '{MIRRORED}', stop_grace_period: 2s}}}}"
    )


def attributes(project, *, text=None, **options):
    site = Site(project, target=TargetOptions(**options), **({"text": text} if text else {}))
    return site.attributes(TARGET_GROUP)


def test_targets_are_addresses_called_over_http_on_the_entrypoints_port(project):
    group = Site(project).only(TARGET_GROUP)
    assert (group["TargetType"], group["Protocol"], group["Port"]) == ("ip", "HTTP", 80)


@pytest.mark.parametrize(
    ("period", "delay"), [(None, "30"), ("10s", "10"), ("30s", "30"), ("2m", "30")]
)
def test_the_delay_is_30_seconds_or_what_the_entrypoint_takes_to_stop(project, period, delay):
    assert attributes(project, text=stopping(period))[DELAY] == delay


@pytest.mark.parametrize(
    ("period", "delay"), [(None, 30), (None, 0), ("10s", 10), ("2m", 120), ("2m", 45)]
)
def test_a_delay_may_be_as_long_as_the_entrypoint_takes_to_stop(project, period, delay):
    given = attributes(project, text=stopping(period), deregistration_delay=Duration.seconds(delay))
    assert given[DELAY] == str(delay)


@pytest.mark.parametrize(
    ("period", "delay", "stop"), [(None, 31, 30), ("10s", 11, 10), ("2m", 121, 120)]
)
def test_a_longer_delay_is_refused_with_the_reason(project, period, delay, stop):
    with pytest.raises(
        ValueError, match="requests are cut off; raise its stop_grace_period"
    ) as why:
        attributes(project, text=stopping(period), deregistration_delay=Duration.seconds(delay))
    assert f"{delay} seconds is longer than web may take to stop, {stop} seconds" in str(why.value)


def test_any_task_answers_by_default(project):
    given = attributes(project)
    assert given == {DELAY: "30", "stickiness.enabled": "false"}


def test_stickiness_by_the_load_balancers_cookie(project):
    given = attributes(project, stickiness=Stickiness())
    del given[DELAY]
    assert given == {
        "stickiness.enabled": "true",
        "stickiness.type": "lb_cookie",
        "stickiness.lb_cookie.duration_seconds": "86400",
    }


def test_stickiness_by_the_applications_cookie(project):
    sticky = Stickiness(cookie_name="session", duration=Duration.hours(1))
    given = attributes(project, stickiness=sticky)
    del given[DELAY]
    assert given == {
        "stickiness.enabled": "true",
        "stickiness.type": "app_cookie",
        "stickiness.app_cookie.cookie_name": "session",
        "stickiness.app_cookie.duration_seconds": "3600",
    }


def test_slow_start(project):
    given = attributes(project, slow_start=Duration.seconds(45))
    assert given["slow_start.duration_seconds"] == "45"
    assert not [key for key in given if "algorithm" in key]


@pytest.mark.parametrize(
    ("make", "given", "message"),
    [
        (TargetOptions, {"slow_start": Duration.seconds(29)}, "30 to 900 seconds, got 29"),
        (TargetOptions, {"slow_start": Duration.seconds(901)}, "30 to 900 seconds, got 901"),
        (
            TargetOptions,
            {"deregistration_delay": Duration.seconds(3601)},
            "0 to 3600 seconds, got 3601",
        ),
        (
            TargetOptions,
            {"deregistration_delay": Duration.millis(1500)},
            "expected whole seconds, got 1.5",
        ),
        (Stickiness, {"duration": Duration.seconds(0)}, "1 to 604800 seconds, got 0"),
        (Stickiness, {"duration": Duration.days(8)}, "1 to 604800 seconds, got 691200"),
        (Stickiness, {"cookie_name": ""}, "cookie_name: expected the name of a cookie"),
        (Stickiness, {"cookie_name": "AWSALB"}, "none that starts with AWSALB"),
        (Stickiness, {"cookie_name": "AWSALBTG-1"}, "none that starts with AWSALB"),
    ],
)
def test_what_aws_would_refuse_is_refused(make, given, message):
    with pytest.raises(ValueError, match=message):
        make(**given)


@pytest.mark.parametrize("seconds", [30, 900])
def test_the_ends_of_a_range_are_in_it(seconds):
    TargetOptions(slow_start=Duration.seconds(seconds))


def test_times_may_be_known_only_at_deployment(project):
    given = attributes(
        project,
        deregistration_delay=SECONDS,
        slow_start=SECONDS,
        stickiness=Stickiness(duration=SECONDS, cookie_name=Token.as_string({"Ref": "Cookie"})),
    )
    assert given == {
        DELAY: {"Ref": "Seconds"},
        "slow_start.duration_seconds": {"Ref": "Seconds"},
        "stickiness.enabled": "true",
        "stickiness.type": "app_cookie",
        "stickiness.app_cookie.cookie_name": {"Ref": "Cookie"},
        "stickiness.app_cookie.duration_seconds": {"Ref": "Seconds"},
    }
