"""Every argument of every public name, given values of types that it does not have."""

import inspect
from enum import Enum
from types import NoneType
from typing import get_args, get_type_hints, is_typeddict

import pytest
from aws_cdk import App, CfnParameter, Duration, RemovalPolicy, Stack
from aws_cdk import aws_apigatewayv2 as apigatewayv2
from aws_cdk import aws_applicationautoscaling as appscaling
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cognito as cognito
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_secretsmanager as secretsmanager
from aws_cdk import aws_wafv2 as wafv2

import serverless_containers
from serverless_containers import (
    Authorization,
    BuildPipeline,
    BuiltImages,
    ContainerApi,
    Firewall,
    InvalidSourceError,
    PipelineSource,
    ResourceAccess,
    Rollout,
    SignIn,
    Stickiness,
    Suppression,
    TargetHealthCheck,
    TargetOptions,
    TaskScaling,
)
from serverless_containers.arguments.keywords import _keywords, describe, take

ANSWERS = {"Finding", "InvalidSourceError"}
"""The public classes that the library makes, and nobody else."""

BELOW = {"Suppression"}
"""Those that lie below the arguments' room, and hold their own against their types."""

CONNECTION = "arn:aws:codeconnections:eu-west-1:111111111111:connection/1"
URL = "https://github.com/o/r"


def calls_of(kind):
    """The constructor and the factories of a class that take an argument."""
    made = vars(kind).get("__init__")
    calls = {"__init__": made} if inspect.isfunction(made) else {}
    for name, member in vars(kind).items():
        if isinstance(member, staticmethod | classmethod) and not name.startswith("_"):
            calls[name] = member.__func__
    return {
        name: call
        for name, call in calls.items()
        if inspect.signature(call).parameters.keys() - {"self", "cls"}
    }


PUBLIC = {
    name: getattr(serverless_containers, name)
    for name in serverless_containers.__all__
    if name not in ANSWERS
}
CALLS = {
    f"{name}.{call}": function
    for name, kind in PUBLIC.items()
    if isinstance(kind, type) and not issubclass(kind, Enum) and not is_typeddict(kind)
    for call, function in calls_of(kind).items()
} | {name: kind for name, kind in PUBLIC.items() if inspect.isfunction(kind)}
DECORATED = {name: call for name, call in CALLS.items() if name.split(".")[0] not in BELOW}


def arguments_of(call):
    return {
        name: each
        for name, each in _keywords(getattr(call, "__wrapped__", call)).items()
        if name not in {"return", "self"}
    }


def resources(stack):
    """By parameter that is required, a value that is right."""
    return {
        "scope": stack,
        "construct_id": "It",
        "source": "nowhere",
        "cluster_name": "shop",
        "service_name": "shop",
        "issuer": "https://example.com",
        "audience": ["a"],
        "url": URL,
        "connection_arn": CONNECTION,
        "token": secretsmanager.Secret.from_secret_name_v2(stack, "Token", "t"),
        "prefix": "shop/",
        "tag": "1",
        "name": "x",
        "table": dynamodb.Table.from_table_name(stack, "Table", "t"),
        "bucket": s3.Bucket.from_bucket_name(stack, "Bucket", "photos"),
        "pool": cognito.UserPool.from_user_pool_id(stack, "Pool", "eu-west-1_1"),
        "function": lambda_.Function.from_function_name(stack, "Function", "f"),
        "strategy": ecs.DeploymentStrategy.ROLLING,
        "rule": "port-host-address",
        "reason": "Meant.",
        "max_capacity": 3,
        "metric": cloudwatch.Metric(namespace="Shop", metric_name="Backlog"),
        "target": 3,
        "panels": [],
        "image": ecs.ContainerImage.from_registry("router:1.0"),
        "config_file": "/extra.conf",
        "schedule": appscaling.Schedule.cron(hour="8"),
        "user_pool": None,
        "user_pool_domain": None,
        "domain_prefix": None,
        "public_paths": [],
        "sign_out_urls": [],
        "session_timeout": Duration.days(1),
        "session_cookie_name": "session",
        "scopes": [],
        "managed_login": False,
        "self_sign_up": False,
        "removal_policy": RemovalPolicy.RETAIN,
    }


WRONG = (None, "x", b"x", 3.5, 10**400, True, object(), object, [object()], [None], {"a": object()})
NO_NUMBERS = (float("nan"), float("inf"), float("-inf"))


def outcome(call, right, name, value):
    """The exception that a value of one argument raises, or None where it is accepted."""
    given = {**right, name: value}
    if "scope" in right and name != "scope":
        given["scope"] = Stack(App(), "Test")
    places = inspect.signature(call).parameters.values()
    args = [
        given.pop(each.name) if each.name in given else object.__new__(owner_of(call))
        for each in places
        if each.kind is each.POSITIONAL_OR_KEYWORD and (each.name in given or each.name == "self")
    ]
    try:
        call(*args, **given)
    except Exception as error:
        return error
    return None


def owner_of(call):
    return PUBLIC[call.__qualname__.split(".")[0]]


@pytest.fixture(scope="module")
def right():
    return resources(Stack(App(), "Test"))


def is_text_too(hint):
    return hint is str or str in get_args(hint)


@pytest.mark.parametrize("name", DECORATED)
def test_each_is_held_against_its_annotations(name):
    call = DECORATED[name]
    assert hasattr(call, "__wrapped__"), "put @checks_keywords or @checks_fields on it"
    assert call.__globals__["__name__"] == "serverless_containers.arguments.keywords"


@pytest.mark.parametrize("name", CALLS)
def test_a_value_of_a_wrong_type_is_told_in_words_of_ours(name, right):
    call = CALLS[name]
    required = {
        each: right[each] for each, keyword in arguments_of(call).items() if keyword.required
    }
    for argument, keyword in arguments_of(call).items():
        hint = keyword.hint
        for value in (*WRONG, *NO_NUMBERS):
            error = outcome(call, required, argument, value)
            where = f"{argument}={value!r:.40}: {error!r:.300}"
            if value in NO_NUMBERS:
                assert isinstance(error, TypeError | ValueError), where
            if error is None:
                assert type(value) not in {object, type}, where
                continue
            known = (TypeError, ValueError, InvalidSourceError)
            assert isinstance(error, known), where
            assert "jsii" not in f"{type(error).__module__} {error}".lower(), where
            if isinstance(error, TypeError):
                assert str(error).startswith((f"{argument}: ", f"{argument}[")), where
        if keyword.required and NoneType not in get_args(hint):
            assert outcome(call, required, argument, None) is not None, argument
        if describe(hint).startswith("a list") and not is_text_too(hint):
            assert outcome(call, required, argument, "abc") is not None, argument


@pytest.mark.parametrize(
    ("call", "given", "told"),
    [
        (
            SignIn.cognito,
            {"self_sign_up": "false"},
            "self_sign_up: got 'false' (str); give True or False",
        ),
        (
            SignIn.cognito,
            {"user_pool": "x"},
            "user_pool: got 'x' (str); give cognito.UserPool.from_user_pool_id(stack, \"Users\", "
            '"…")',
        ),
        (Firewall, {"log": "false"}, "log: got 'false' (str); give True or False"),
        (
            Firewall,
            {"log_retention": 7},
            "log_retention: got 7 (int); give logs.RetentionDays.ONE_DAY, "
            "logs.RetentionDays.THREE_DAYS or another logs.RetentionDays",
        ),
        (
            Firewall,
            {"rate_limit": float("nan")},
            "rate_limit: got nan, which CloudFormation cannot hold; give another",
        ),
        (TargetHealthCheck, {"port": 80.5}, "port: got 80.5 (float); give a whole number"),
        (
            TargetHealthCheck,
            {"interval": 10},
            "interval: got 10 (int); give Duration.seconds(10)",
        ),
        (
            TargetHealthCheck.cold_starting,
            {"port": "80"},
            "port: got '80' (str); give a whole number",
        ),
        (
            TargetOptions,
            {"stickiness": True},
            "stickiness: got True (bool); give Stickiness()",
        ),
        (Stickiness, {"duration": 60}, "duration: got 60 (int); give Duration.seconds(10)"),
        (TaskScaling, {"max_capacity": "3"}, "max_capacity: got '3' (str); give a number"),
        (
            Rollout.rolling,
            {"alarms": "x"},
            "alarms: got 'x' (str); give a list of cloudwatch.Alarm(stack, \"Alarm\", …)",
        ),
        (Rollout.linear, {"step_percent": "5"}, "step_percent: got '5' (str); give a number"),
        (
            ResourceAccess.user_pool,
            {"pool": "x", "name": "users"},
            'pool: got \'x\' (str); give cognito.UserPool.from_user_pool_id(stack, "Users", "…")',
        ),
        (BuiltImages.repositories, {"prefix": "a", "tag": 1}, "tag: got 1 (int); give a string"),
        (
            PipelineSource.github_token,
            {"url": URL, "token": "ghp_1"},
            'token: got a str; give secretsmanager.Secret.from_secret_name_v2(stack, "Login", "…")',
        ),
        (
            Suppression,
            {"rule": 1, "reason": None},
            "rule: got 1 (int); give a string\nreason: got None (NoneType); give a string",
        ),
    ],
)
def test_it_says_what_was_given_and_what_is_allowed(call, given, told):
    with pytest.raises(TypeError) as caught:
        call(**given)
    assert str(caught.value) == told


def test_what_is_given_by_place_is_held_too(right):
    with pytest.raises(TypeError, match=r"^table: got 't' \(str\); give dynamodb\.Table\."):
        ResourceAccess.table("t", name="posts")
    with pytest.raises(TypeError, match=r"^url: got 1 \(int\); give a string\ntoken: got a str"):
        PipelineSource.github_token(1, token="ghp_1")
    with pytest.raises(TypeError, match=r"^scope: got 'x' \(str\); give the stack, or a const"):
        ContainerApi("x", "Api", source="nowhere")
    assert ResourceAccess.table(right["table"], name="posts")


def test_the_name_of_a_member_is_taken():
    stack = Stack(App(), "Test")
    bound = SignIn.cognito(removal_policy="destroy").bind(stack, ["example.com"])
    assert stack.resolve(bound.user_pool_client.user_pool_client_id)
    assert Firewall(removal_policy="retain").removal_policy is RemovalPolicy.RETAIN


def test_what_is_right_is_taken(right):
    stack = Stack(App(), "Other")
    number = CfnParameter(stack, "Number", type="Number").value_as_number
    alarm = cloudwatch.Alarm.from_alarm_arn(
        stack, "Alarm", "arn:aws:cloudwatch:eu-west-1:111111111111:alarm:a"
    )
    assert Rollout.rolling(alarms=[alarm]).alarms == (alarm,)
    assert Rollout.rolling(alarms=(alarm,)) == Rollout.rolling(alarms=[alarm])
    assert TargetHealthCheck(port=number, path=None).path == "/"
    assert TaskScaling(max_capacity=number).max_capacity == number
    assert ResourceAccess.function(
        right["function"],
        name="x",
    )
    assert Authorization.cognito(user_pool=right["pool"], scopes=())


@pytest.mark.parametrize(
    "given", [{"cpu_percent": 500}, {"cpu_percent": 0}, {"memory_percent": float("inf")}]
)
def test_a_utilisation_is_a_percentage(given):
    (name,) = given
    with pytest.raises(ValueError, match=f"^{name}: expected 1 to 100 percent, got "):
        TaskScaling(max_capacity=3, **given)


@pytest.mark.parametrize("step", [0.05, 101, 33.33, float("inf")])
def test_a_step_of_a_rollout_is_part_of_the_traffic(step):
    with pytest.raises(ValueError, match=r"^step_percent"):
        Rollout(strategy=ecs.DeploymentStrategy.LINEAR, step_percent=step)


@pytest.mark.parametrize("number", NO_NUMBERS)
class TestNumbersThatJsonDoesNotHave:
    """Node would end at one, and the CDK with it."""

    def test_in_the_environment(self, number):
        told = f"^environment\\['A'\\]: got {number:g}, which CloudFormation cannot hold"
        with pytest.raises(TypeError, match=told):
            ContainerApi(Stack(App(), "Test"), "Api", source=".", environment={"A": number})

    def test_in_a_struct(self, number):
        struct = apigatewayv2.ThrottleSettings
        told = f"^throttle\\['rate_limit'\\]: got {number:g}, which"
        for given in ({"rate_limit": number}, struct(rate_limit=number, burst_limit=1)):
            with pytest.raises(TypeError, match=told):
                ContainerApi(Stack(App(), "Test"), "Api", source=".", throttle=given)

    def test_deep_in_a_struct(self, number):
        rule = wafv2.CfnWebACL.RuleProperty(
            name="A",
            priority=1,
            statement=wafv2.CfnWebACL.StatementProperty(
                rate_based_statement=wafv2.CfnWebACL.RateBasedStatementProperty(
                    aggregate_key_type="IP", limit=number
                )
            ),
            visibility_config={
                "cloudWatchMetricsEnabled": True,
                "metricName": "A",
                "sampledRequestsEnabled": True,
            },
        )
        with pytest.raises(TypeError, match=r"^rules\[0\]\['statement'\].*\['limit'\]: got"):
            Firewall(rules=[rule])

    def test_of_a_pipeline(self, number):
        with pytest.raises(TypeError, match=r"^retention_days: got"):
            BuildPipeline.managed(retention_days=number)


def test_a_tuple_stays_one():
    assert take(["a"], tuple[str, ...]) == ("a",)
    assert get_type_hints(Rollout)["alarms"] == tuple[cloudwatch.IAlarm, ...]
