"""What a person reads, and what a program reads, at the end of a run."""

import io
import json
from dataclasses import replace

import pytest
from rich.console import Console

from serverless_containers.local.deploy.answers import Answer, Kind
from serverless_containers.local.report import (
    ConsoleProgress,
    make_console,
    monitoring_line,
    show,
    show_kept,
)
from serverless_containers.local.result import Inspected, LocalResult, ResourceStatus


def resource(status, name="It", note="", kind="AWS::ECS::Service"):
    return Inspected(
        stack="dev-Api",
        type=kind,
        name=name,
        physical_id="arn:it",
        status=status,
        note=note,
    )


def result(*resources, diff_empty=True, kept=False, made_up_secrets=()):
    return LocalResult(
        endpoint="http://127.0.0.1:1234",
        account="123456789012",
        regions=("us-east-1",),
        resources=resources,
        outputs={"dev-Api": {"Endpoint": "http://x[1]"}},
        diff_empty=diff_empty,
        seconds={"deploy": 1.5},
        kept=kept,
        made_up_secrets=made_up_secrets,
    )


@pytest.fixture
def console():
    return Console(file=io.StringIO(), width=100)


def text(console):
    return console.file.getvalue()


def test_each_resource_with_its_standing_and_a_count(console):
    show(
        console,
        result(
            resource(ResourceStatus.REAL, "Service"),
            resource(ResourceStatus.RECORDED, "Link"),
            resource(ResourceStatus.NOT_RUNNING, "Service task 1 of 1"),
        ),
        resources=True,
    )
    lines = [line.split() for line in text(console).splitlines()]
    assert ["dev-Api"] in lines
    assert ["ECS::Service", "Service", "real"] in lines
    assert ["ECS::Service", "Link", "only", "recorded"] in lines
    assert "Service task 1 of 1 not running (no Docker engine)" in " ".join(text(console).split())
    assert "  Endpoint = http://x[1]" in text(console).splitlines()
    assert "1 real, 1 only recorded, 1 not running (no Docker engine)" in text(console)


def test_without_being_asked_only_what_is_not_real_is_named(console):
    show(
        console,
        result(
            resource(ResourceStatus.REAL, "Service"),
            resource(ResourceStatus.RECORDED, "Link"),
            resource(ResourceStatus.UNCHECKED, "A", note="[why]"),
            resource(ResourceStatus.UNCHECKED, "B", note="[why]"),
            resource(ResourceStatus.UNCHECKED, "C"),
        ),
    )
    lines = text(console).splitlines()
    assert (
        "5 resources in 1 stacks: 1 real, 1 only recorded, 3 not checked (--resources lists them)"
        in lines
    )
    assert [line for line in lines if "ECS::Service" in line] == [
        "  only recorded: ECS::Service Link",
        "  not checked: 2 ECS::Service: [why]",
        "  not checked: ECS::Service C",
    ]
    assert "http://x[1]" not in text(console)


def test_what_is_missing_is_told_one_by_one_with_its_error(console):
    missing = (resource(ResourceStatus.MISSING, name, note="[gone]") for name in "AB")
    show(console, result(*missing))
    lines = text(console).splitlines()
    assert "  missing: ECS::Service A: [gone]" in lines
    assert "  missing: ECS::Service B: [gone]" in lines
    assert "2 missing" in text(console)


@pytest.mark.parametrize(
    ("diff_empty", "sentence"),
    [
        (True, "cdk diff: no differences"),
        (False, "cdk diff found differences; they are in .local/diff.log"),
    ],
)
def test_what_the_diff_found_is_told(console, diff_empty, sentence):
    show(console, result(resource(ResourceStatus.REAL), diff_empty=diff_empty))
    assert text(console).splitlines()[-2:] == [sentence, "Done in 1.5 s"]


def test_outputs_for_other_stacks_are_not_shown(console):
    outputs = {"dev-Api": {"ExportsOutputRefPosts": "posts", "Url": "http://x"}}
    shown = replace(result(resource(ResourceStatus.REAL)), outputs=outputs)
    show(console, shown, resources=True)
    assert "Url = http://x" in text(console)
    assert "posts" not in text(console)


@pytest.mark.parametrize(
    ("status", "diff_empty", "holds"),
    [
        (ResourceStatus.REAL, True, True),
        (ResourceStatus.RECORDED, True, True),
        (ResourceStatus.NOT_RUNNING, True, True),
        (ResourceStatus.NO_IMAGE, True, True),
        (ResourceStatus.UNCHECKED, True, True),
        (ResourceStatus.MISSING, True, False),
        (ResourceStatus.REAL, False, False),
    ],
)
def test_whether_everything_holds(status, diff_empty, holds):
    found = result(resource(status), diff_empty=diff_empty)
    assert found.holds is holds
    assert json.loads(found.to_json())["holds"] is holds


def test_the_json_carries_everything():
    assert json.loads(result(resource(ResourceStatus.RECORDED)).to_json()) == {
        "holds": True,
        "endpoint": "http://127.0.0.1:1234",
        "account": "123456789012",
        "regions": ["us-east-1"],
        "resources": [
            {
                "stack": "dev-Api",
                "type": "AWS::ECS::Service",
                "name": "It",
                "physical_id": "arn:it",
                "status": "only recorded",
                "note": "",
            }
        ],
        "outputs": {"dev-Api": {"Endpoint": "http://x[1]"}},
        "diff_empty": True,
        "made_up_secrets": [],
        "seconds": {"deploy": 1.5},
        "kept": False,
        "engine": "",
    }


def test_secrets_that_were_made_up_are_named(console):
    show(console, result(made_up_secrets=("shop/A", "/shop/B")))
    assert "Made up, because nobody pushed them: shop/A, /shop/B" in text(console).splitlines()


REAL, RECORDED = ResourceStatus.REAL, ResourceStatus.RECORDED
WATCHED = (
    resource(REAL, kind="AWS::CloudWatch::Alarm"),
    resource(RECORDED, kind="AWS::CloudWatch::Alarm"),
    resource(RECORDED, kind="AWS::CloudWatch::CompositeAlarm"),
    resource(REAL, kind="AWS::CloudWatch::Dashboard"),
    resource(RECORDED, kind="AWS::Logs::QueryDefinition"),
    resource(RECORDED, kind="AWS::ApplicationAutoScaling::ScalableTarget"),
    resource(RECORDED, kind="AWS::ApplicationAutoScaling::ScalingPolicy"),
)


def test_what_of_monitoring_is_evaluated_is_told_in_one_line(console):
    show(console, result(resource(REAL), *WATCHED))
    assert (
        "Monitoring: not evaluated here; 1 alarm of metrics that no service writes here, 2 alarms "
        "of expressions or other alarms only recorded, 2 dashboards and queries stored, 2 parts of "
        "scaling only recorded: nothing scales\n"
    ) in text(console)


def test_where_nothing_is_watched_nothing_is_said_of_it(console):
    assert monitoring_line(result(resource(REAL))) == ""
    show(console, result(resource(REAL)))
    assert "Monitoring" not in text(console)


def test_how_to_use_and_stop_one_that_is_kept(console):
    show_kept(console, result(kept=True))
    lines = text(console).splitlines()
    assert '    eval "$(serverless-containers local env)"' in lines
    assert lines[-1] == "To stop it: serverless-containers local down"


URL = "http://127.0.0.1:1/_aws/execute-api/0123abcd/$default/health"
SITE = "http://d1.cloudfront.localhost:1/health"


def shown(console, *answers, **changes):
    show(console, replace(result(), answers=answers, **changes))
    return text(console).splitlines()[1 : text(console).splitlines().index("", 1)]


def test_what_answers_comes_first_with_the_command_to_ask_again(console):
    api = Answer(kind=Kind.API, url=URL, status=200, text='{"status":"[ok]"}')
    site = Answer(kind=Kind.SITE, url=SITE)
    assert shown(console, api, site, kept=True) == [
        'API answers 200 {"status":"[ok]"}',
        f"  curl '{URL}'",
        "Site does not answer",
        f"  curl '{SITE}'",
        "  in a browser: http://d1.cloudfront.localhost:1/",
    ]


def test_an_api_that_asks_for_a_token_is_asked_with_one(console):
    api = Answer(kind=Kind.API, url=URL, status=401)
    token = "$(serverless-containers local token)"  # a command
    assert shown(console, api, kept=True) == [
        "API answers 401",
        f"  curl -H \"Authorization: Bearer {token}\" '{URL}'",
    ]


def test_nobody_is_told_to_ask_what_was_stopped(console):
    api = Answer(kind=Kind.API, url=URL, status=200)
    assert shown(console, api) == ["API answers 200", f"  GET {URL}"]


@pytest.mark.parametrize(
    ("engine", "told"),
    [
        ("unix:///docker.sock", "Containers run at unix:///docker.sock"),
        (
            "processes",
            "Containers: processes of this machine, by the dev commands of their services",
        ),
    ],
)
def test_what_runs_the_containers_is_told(console, engine, told):
    show(console, replace(result(), engine=engine))
    assert told in text(console).splitlines()


def test_each_step_is_shown_with_its_time(console):
    with ConsoleProgress(console).step("Deploying dev/** [all]") as note:
        note("3 of 4 resources")
    assert text(console).startswith("✓ Deploying dev/** [all] (0.")


def test_a_step_that_fails_is_not_shown_as_done(console):
    with pytest.raises(ZeroDivisionError), ConsoleProgress(console).step("Deploying"):
        raise ZeroDivisionError
    assert "✓" not in text(console)


def test_tables_in_a_file_are_not_folded():
    assert make_console().width >= 100
