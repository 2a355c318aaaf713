"""The body of a dashboard: what is on it, that it is valid, and that it fits on a screen."""

import json
import re
from itertools import combinations

import pytest
from aws_cdk import Duration
from aws_cdk.assertions import Match

from serverless_containers import (
    ContainerHosting,
    Monitoring,
    MonitoringDashboard,
    TaskScaling,
)
from tests.support.dashboard_page import page
from tests.unit.monitoring.conftest import CONSTRUCTS, watched

SCREEN = 20
"""Rows of 50 pixels, which 1920 by 1080 pixels show below the console's own bars."""


def body_of(deployed):
    """The body of the only dashboard, with each token as ``${logical id}`` of its resource."""
    parts = deployed.only("AWS::CloudWatch::Dashboard")["DashboardBody"]["Fn::Join"][1]
    return json.loads("".join(part if isinstance(part, str) else reference(part) for part in parts))


def reference(token):
    ((kind, target),) = token.items()
    if kind == "Fn::Select":
        # A part of a listener's ARN, which names its load balancer; one of them stands for all.
        number, parts = target
        return reference(parts["Fn::Split"][1]) if number == 1 else ""
    return f"${{{target[0] if kind == 'Fn::GetAtt' else target}}}"


def metric_widgets(body):
    return [widget for widget in body["widgets"] if widget["type"] == "metric"]


def graph(body, title):
    (found,) = (
        widget["properties"]
        for widget in body["widgets"]
        if widget["properties"].get("title", "").startswith(title)
    )
    return found


def rows_of(widget):
    """Each metric or expression of a widget: its parts but the options, and these."""
    for row in widget["metrics"]:
        options = row[-1] if isinstance(row[-1], dict) else {}
        yield [part for part in row if isinstance(part, str)], options


def lines_of(widget):
    return {
        line.get("label"): line["value"]
        for line in widget.get("annotations", {}).get("horizontal", [])
    }


def shown(widget):
    return [options for _, options in rows_of(widget) if options.get("visible") is not False]


@pytest.fixture(scope="module")
def made_before():
    return {}


@pytest.fixture(params=[*CONSTRUCTS, "both"])
def deployed(request, made_before, deploy, with_everything, project):
    """A dashboard of each kind, which tests only read: made once."""
    kind = request.param
    if kind not in made_before:
        made_before[kind] = with_everything(kind) if kind != "both" else both(deploy, project)
    return made_before[kind]


def both(deploy, project):
    made = deploy("api", monitoring=lambda _: Monitoring(dashboard=False))
    api = made.ingress
    site = ContainerHosting(
        made.stack,
        "Site",
        source=project.path,
        monitoring=Monitoring(dashboard=False),
    )
    MonitoringDashboard(
        made.stack, "Both", panels=[api.monitoring.panel, site.monitoring.panel], name="both"
    )
    return made


def test_it_fits_on_a_screen_without_overlaps(deployed):
    widgets = body_of(deployed)["widgets"]
    for widget in widgets:
        assert widget["x"] >= 0
        assert widget["x"] + widget["width"] <= 24
        assert widget["y"] + widget["height"] <= SCREEN
    for one, other in combinations(widgets, 2):
        assert (
            one["x"] + one["width"] <= other["x"]
            or other["x"] + other["width"] <= one["x"]
            or one["y"] + one["height"] <= other["y"]
            or other["y"] + other["height"] <= one["y"]
        ), (one["properties"].get("title"), other["properties"].get("title"))
    rows = {widget["y"] for widget in widgets}
    assert all(sum(each["width"] for each in widgets if each["y"] == y) == 24 for y in rows)


def test_it_keeps_to_the_limits_and_the_types(deployed):
    # "CloudWatch service quotas", Amazon CloudWatch User Guide
    body = body_of(deployed)
    assert {widget["type"] for widget in body["widgets"]} == {"text", "metric", "alarm", "log"}
    counts = [len(widget["properties"]["metrics"]) for widget in metric_widgets(body)]
    assert max(counts) <= 500
    assert sum(counts) <= 2500
    assert len(body["widgets"]) <= 500
    assert (body["start"], body["periodOverride"]) == ("-PT3H", "inherit")


def test_metrics_are_those_of_resources_in_the_template(deployed):
    resources = deployed.template.to_json()["Resources"]
    kinds = {
        "ApiId": "AWS::ApiGatewayV2::Api",
        "LoadBalancer": "AWS::ElasticLoadBalancingV2::LoadBalancer",
        "TargetGroup": "AWS::ElasticLoadBalancingV2::TargetGroup",
        "RuleName": "AWS::Events::Rule",
        "ClusterName": "AWS::ECS::Cluster",
        "ServiceName": "AWS::ECS::Service",
    }
    services = {
        each["Properties"]["ServiceName"]
        for each in resources.values()
        if each["Type"] == "AWS::ECS::Service"
    }
    clusters = {
        str(each["Properties"].get("ClusterName"))
        for each in resources.values()
        if each["Type"] == "AWS::ECS::Cluster"
    }
    for widget in metric_widgets(body_of(deployed)):
        for parts, _ in rows_of(widget["properties"]):
            for name, value in zip(parts[2::2], parts[3::2], strict=True):
                found = re.fullmatch(r"\$\{(\w+)\}/*", value)
                if found:
                    kind = resources[found[1]]["Type"].replace("::Listener", "::LoadBalancer")
                    assert kind == kinds[name]
                else:
                    assert value in (services if name == "ServiceName" else clusters)


def test_expressions_use_each_id_that_there_is_and_no_other(deployed):
    functions = {"FILL", "IF"}
    for widget in metric_widgets(body_of(deployed)):
        rows = list(rows_of(widget["properties"]))
        ids = [options["id"] for _, options in rows if "id" in options]
        assert len(ids) == len(set(ids))
        used = {
            word
            for _, options in rows
            for word in re.findall(r"[A-Za-z]\w*", options.get("expression", ""))
        }
        assert used - functions == set(ids)
        assert not [one for _, one in rows if one.get("visible") is False and "id" not in one]


def test_what_a_graph_shows_can_be_told_apart(deployed):
    for widget in metric_widgets(body_of(deployed)):
        properties = widget["properties"]
        labels = [options["label"] for options in shown(properties)]
        assert len(labels) == len(set(labels))
        if properties["view"] == "timeSeries":
            colors = [options["color"] for options in shown(properties)]
            healthy = sum(label.startswith("healthy") for label in labels)
            assert len(colors) - len(set(colors)) == max(healthy - 1, 0), (labels, colors)


def test_all_that_happens_minute_by_minute_has_the_deployments(deployed):
    body = body_of(deployed)
    rules = deployed.template.find_resources("AWS::Events::Rule")
    graphs = [
        each["properties"]
        for each in metric_widgets(body)
        if each["properties"]["view"] == "timeSeries"
        and not each["properties"]["title"].startswith("Availability")
    ]
    for properties in graphs:
        (bar,) = (each for each in shown(properties) if each.get("yAxis") == "right")
        assert bar["expression"] == "IF(FILL(deployments, 0) > 0, 1, 0)"
        assert (properties["yAxis"]["right"]["min"], properties["yAxis"]["right"]["max"]) == (0, 1)
        ((parts, _),) = (row for row in rows_of(properties) if row[1].get("id") == "deployments")
        rule = rules[parts[3][2:-1]]["Properties"]
        assert rule["EventPattern"]["detail"]["eventName"] == [
            "SERVICE_DEPLOYMENT_IN_PROGRESS",
            "SERVICE_DEPLOYMENT_COMPLETED",
        ]
        assert rule["State" if "State" in rule else "Targets"]


def test_every_alarm_that_tells_of_something_is_there(deployed):
    (widget,) = (each for each in body_of(deployed)["widgets"] if each["type"] == "alarm")
    named = set(re.findall(r"\$\{(\w+)\}", " ".join(widget["properties"]["alarms"])))
    alarms = {
        name
        for kind in ("AWS::CloudWatch::Alarm", "AWS::CloudWatch::CompositeAlarm")
        for name in deployed.template.find_resources(kind)
    }
    windows = {name for name in alarms if re.search(r"(Fast|Slow)(Long|Short)", name)}
    assert named == alarms - windows


def test_logs_are_read_from_groups_of_the_template(deployed):
    groups = deployed.template.find_resources("AWS::Logs::LogGroup")
    for widget in body_of(deployed)["widgets"]:
        if widget["type"] == "log":
            sources = re.findall(r"SOURCE '(.*?)'", widget["properties"]["query"])
            assert sources
            assert {source[2:-1] for source in sources} <= groups.keys()


def test_the_page_of_it_can_be_drawn(deployed):
    assert page(body_of(deployed)).count("<div") == len(body_of(deployed)["widgets"])


@pytest.mark.parametrize("kind", ["api", "site"])
def test_objectives_and_thresholds_are_drawn(deploy, kind):
    options = {"availability": 99.5, "latency": Duration.millis(250), "cpu_percent": 70}
    body = body_of(deploy(kind, monitoring=watched(**options)))
    assert lines_of(graph(body, "Latency")) == {"p95 objective": 250}
    assert lines_of(graph(body, "Availability")) == {"objective 99.5 %": 99.5}
    used = {"CPU alarm 70 %, memory alarm 85 %": 85, None: 70}
    assert lines_of(graph(body, "CPU")) == used


def test_without_objectives_nothing_is_drawn_of_them(deploy):
    none = {"availability": None, "latency": None, "cpu_percent": None, "memory_percent": None}
    body = body_of(deploy(monitoring=watched(**none)))
    for title in ("Latency", "Availability", "CPU"):
        assert lines_of(graph(body, title)) == {}


@pytest.mark.parametrize(
    ("props", "lines"),
    [
        ({"desired_count": 3}, {"desired": 3}),
        (
            {"scaling": TaskScaling(min_capacity=2, max_capacity=9, cpu_percent=60)},
            {"minimum": 2, "maximum": 9},
        ),
    ],
)
def test_the_number_of_tasks_has_its_bounds(deploy, props, lines):
    tasks = graph(body_of(deploy("worker", **props)), "Tasks")
    assert lines_of(tasks) == lines
    ((parts, options), *_) = rows_of(tasks)
    assert parts[1] == "CPUUtilization"
    # Any other period counts each task several times.
    assert (options["stat"], options["period"]) == ("SampleCount", 60)


def test_routes_are_those_of_the_access_log_where_there_is_one(deploy):
    api, site = (
        graph(body_of(deploy(kind)), "Slowest routes")["query"] for kind in ("api", "site")
    )
    assert "AccessLogs" in api.split("|")[0]
    assert "Containers" in site.split("|")[0]


def test_a_worker_has_no_requests_to_show(deploy):
    titles = {each["properties"].get("title") for each in body_of(deploy("worker"))["widgets"]}
    assert not titles & {"Slowest routes", "Latency in milliseconds"}


def test_it_leads_to_the_pages_that_help(with_everything):
    runbooks = "https://example.com/runbooks"
    deployed = with_everything("api", monitoring=watched(runbooks=runbooks))
    text = body_of(deployed)["widgets"][0]["properties"]["markdown"]
    links = dict(re.findall(r"\[(.*?)\]\((.*?)\)", text))
    assert list(links) == ["Service", "Log of web", "Queries", "Alarms", "Pipeline", "Runbooks"]
    assert links["Runbooks"] == runbooks
    assert all(link.startswith("https://") for link in links.values())


def test_its_name_is_of_its_place_and_region_alone(deploy):
    deploy().template.has_resource_properties(
        "AWS::CloudWatch::Dashboard",
        {
            "DashboardName": {
                "Fn::Join": [
                    "",
                    [
                        Match.string_like_regexp("^Test-Front-Monitoring-Dashboard-[0-9A-F]{8}-$"),
                        {"Ref": "AWS::Region"},
                    ],
                ]
            }
        },
    )


def test_it_can_be_left_out(deploy):
    deployed = deploy(monitoring=watched(dashboard=False))
    deployed.template.resource_count_is("AWS::CloudWatch::Dashboard", 0)
    assert deployed.ingress.monitoring.dashboard is None
    assert deployed.ingress.monitoring.widgets


def test_one_of_no_service_is_refused(deploy):
    with pytest.raises(ValueError, match="the panel of at least one service, got none"):
        MonitoringDashboard(deploy().stack, "None", panels=[])
