"""`metrics`: graphs of one line, of one call."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from serverless_containers.cli.sparklines import sparkline
from tests.support.deployed_stack import GROUP, resource, resources, service, services
from tests.support.recorded_aws import ACCOUNT, REGION

BALANCER = f"arn:aws:elasticloadbalancing:{REGION}:{ACCOUNT}:loadbalancer/app/shop/0123456789abcdef"


def measure(aws, **values):
    """CloudWatch has these values for metrics, one for each period from the beginning."""

    def answer(asked):
        results = []
        for query in asked["MetricDataQueries"]:
            stat = query["MetricStat"]
            name = stat["Metric"]["MetricName"]
            key = f"{name}_{stat['Stat']}"
            found = values.get(key, values.get(name, []))
            pairs = [
                (asked["StartTime"] + timedelta(seconds=i * stat["Period"]), value)
                for i, value in enumerate(found)
                if value is not None
            ]
            results.append(
                {
                    "Id": query["Id"],
                    "Label": name,
                    "Timestamps": [time for time, _ in pairs],
                    "Values": [float(value) for _, value in pairs],
                    "StatusCode": "Complete",
                }
            )
        return {"MetricDataResults": results}

    aws.answer("GetMetricData", answer)


@pytest.fixture
def behind_api(aws):
    aws.answer("DescribeServices", services(service(loadBalancers=[])))


@pytest.fixture
def behind_balancer(aws):
    found = [each for each in resources() if "Api" not in each["ResourceType"]]
    kind = "AWS::ElasticLoadBalancingV2::LoadBalancer"
    aws.answer(
        "ListStackResources",
        {"StackResourceSummaries": [*found, resource("ApiIngressBalancer", kind, BALANCER)]},
    )


def asked(aws):
    (call,) = aws.called("GetMetricData")
    stats = [each["MetricStat"] for each in call["MetricDataQueries"]]
    return call, [
        (
            each["Metric"]["Namespace"],
            each["Metric"]["MetricName"],
            {pair["Name"]: pair["Value"] for pair in each["Metric"]["Dimensions"]},
            each["Stat"],
        )
        for each in stats
    ]


@pytest.mark.usefixtures("behind_api")
def test_graphs_are_drawn_of_one_call(aws, run):
    measure(
        aws,
        Count=[30, 60, 0, 120],
        Latency=[12, None, 40.5, 20],
        CPUUtilization_Average=[10, 50, 100],
        CPUUtilization_SampleCount=[3, 6, 6],
    )

    result = run("metrics")

    assert result.exit_code == 0
    lines = [" ".join(line.split()) for line in result.output.splitlines()]
    assert lines[0] == "shop-web of shop-dev-api in eu-central-1"
    assert lines[2] == "3 min a character"
    assert lines[4] == "metric graph last mean peak total"
    assert lines[5].startswith("requests ▃▅▁█▁▁")
    assert lines[5].endswith(" 0/min 1.2/min 40/min 210")
    assert lines[6].startswith("errors 5xx ▁▁▁▁")
    assert lines[7] == "latency p95 ▃ █▄ 20 ms 24.2 ms 40.5 ms"
    assert lines[8] == "CPU ▂▅█ 100% 53.3% 100%"
    assert lines[9] == "memory no data"
    assert lines[10] == "tasks ▅██ 2 1.7 2"
    call, metrics = asked(aws)
    assert call["EndTime"] - call["StartTime"] == timedelta(hours=3)
    assert call["EndTime"] <= datetime.now(UTC)
    service_of = {"ClusterName": "shop-dev", "ServiceName": "shop-web"}
    assert metrics == [
        ("AWS/ApiGateway", "Count", {"ApiId": "a1b2c3d4e5"}, "Sum"),
        ("AWS/ApiGateway", "5xx", {"ApiId": "a1b2c3d4e5"}, "Sum"),
        ("AWS/ApiGateway", "Latency", {"ApiId": "a1b2c3d4e5"}, "p95"),
        ("AWS/ECS", "CPUUtilization", service_of, "Average"),
        ("AWS/ECS", "MemoryUtilization", service_of, "Average"),
        ("AWS/ECS", "CPUUtilization", service_of, "SampleCount"),
    ]


@pytest.mark.usefixtures("behind_balancer")
def test_errors_of_targets_and_of_the_load_balancer_are_one_row(aws, run):
    measure(
        aws,
        HTTPCode_Target_5XX_Count=[3],
        HTTPCode_ELB_5XX_Count=[6],
        TargetResponseTime=[0.25],
    )

    result = run("metrics")

    lines = [" ".join(line.split()) for line in result.output.splitlines()]
    assert lines[6].endswith(" 0/min 0.1/min 3/min 9")
    assert lines[7].endswith("250 ms 250 ms 250 ms")
    _, metrics = asked(aws)
    whole = {"LoadBalancer": "app/shop/0123456789abcdef"}
    part = {**whole, "TargetGroup": GROUP.rpartition(":")[2]}
    namespace = "AWS/ApplicationELB"
    assert metrics[:4] == [
        (namespace, "RequestCount", part, "Sum"),
        (namespace, "HTTPCode_Target_5XX_Count", part, "Sum"),
        (namespace, "HTTPCode_ELB_5XX_Count", whole, "Sum"),
        (namespace, "TargetResponseTime", whole, "p95"),
    ]


def test_a_load_balancer_of_another_stack_is_found_by_its_targets(aws, run):
    measure(aws)
    aws.answer(
        "DescribeTargetGroups",
        {"TargetGroups": [{"TargetGroupArn": GROUP, "LoadBalancerArns": [BALANCER]}]},
    )

    assert run("metrics").exit_code == 0
    assert aws.called("DescribeTargetGroups") == [{"TargetGroupArns": [GROUP]}]


@pytest.mark.usefixtures("behind_api")
@pytest.mark.parametrize(
    ("since", "period"),
    [("5m", 60), ("1h", 60), ("3h", 180), ("1d", 1440), ("20d", 28800), ("90d", 129600)],
)
def test_periods_are_ones_that_cloudwatch_keeps(aws, run, since, period):
    measure(aws)

    told = json.loads(run("metrics", "--since", since, "--json").output)["metrics"]

    assert told["period"] == period
    assert told["count"] <= 61
    assert {len(each["points"]) for each in told["series"]} == {told["count"]}


@pytest.mark.usefixtures("behind_api")
def test_json_tells_the_values(aws, run):
    measure(aws, Count=[30, 60], Latency=[None, 20])

    told = json.loads(run("metrics", "--json").output)

    assert told["service"] == "shop-web"
    assert told["metrics"]["start"].endswith("Z")
    series = {each["name"]: each for each in told["metrics"]["series"]}
    assert series["requests"]["points"][:3] == [10, 20, 0]
    assert series["requests"]["total"] == 90
    assert series["latency p95"]["points"][:2] == [None, 20]


@pytest.mark.usefixtures("behind_api")
def test_a_missing_permission_is_named(aws, run):
    aws.deny("GetMetricData")

    assert run("metrics").stderr == (
        "Error: these credentials lack cloudwatch:GetMetricData on shop-web\n"
    )


def test_a_graph_begins_at_nothing_and_shows_whatever_is_more():
    assert sparkline([0, 1, 50, 100, None], unicode=True) == "▁▂▅█ "
    assert sparkline([0, 1, 50, 100, None], unicode=False) == "_.+@ "
    assert sparkline([0, 0], unicode=True) == "▁▁"
    assert sparkline([50], unicode=True, largest=100) == "▅"
    assert sparkline([None, None], unicode=True) == "  "


@pytest.mark.usefixtures("behind_api")
def test_a_terminal_without_blocks_gets_ascii(aws, run, monkeypatch):
    measure(aws, Count=[30, 60])
    monkeypatch.setattr("serverless_containers.cli.metrics.is_unicode", lambda: False)

    result = run("metrics")

    assert "+@__" in result.output
    assert result.output.isascii()
