"""Queries that are saved: their folder, their commands, and what they read."""

import json
import re

import pytest

from serverless_containers import Monitoring
from serverless_containers.ingress.http_api.access_log import _FIELDS
from serverless_containers.monitoring import queries
from tests.unit.monitoring.conftest import CONSTRUCTS, watched

COMMANDS = {"fields", "filter", "parse", "stats", "sort", "limit"}
FUNCTIONS = {
    "coalesce", "ispresent", "count", "count_distinct", "latest", "earliest", "pct", "max", "like",
    "and", "or", "in",
}  # fmt: skip
"""Those of "CloudWatch Logs Insights query language" that are used."""
SAMPLE = {"time", "level", "message", "requestId", "method", "path", "status", "durationMs"}
"""Fields of a line of the sample application, which its own tests hold it to."""
OF_EVENTS = {"detail-type", "detail"}


def definitions(deployed):
    return {each["Name"]: each for each in deployed.resources("AWS::Logs::QueryDefinition")}


def matches(pattern, text):
    """Whether, and as what, a regular expression of a query finds a text."""
    expression = re.search(r"/(.*)/", pattern)[1].replace("(?<", "(?P<")
    return re.search(expression, text)


@pytest.mark.parametrize("kind", CONSTRUCTS)
def test_they_are_in_a_folder_of_the_stack_and_the_construct(deploy, kind):
    names = set(definitions(deploy(kind)))
    assert {name.rpartition("/")[0] for name in names} == {"Test/Front"}
    assert {name.rpartition("/")[2] for name in names} == {
        "Errors by message",
        "Slow requests",
        "Slowest routes",
        "Requests by status and path",
        "A request by its id",
        "Cold starts (first line of each task)",
        "Cold starts (first request of each task)",
        "What a deployment changed (messages by task)",
        "Stopped tasks, deployments and pipeline runs",
    }
    assert all(len(name) <= 255 for name in names)


def test_the_folder_can_be_given(deploy):
    names = definitions(deploy(monitoring=watched(query_folder="shop/prod/api")))
    assert all(re.fullmatch("shop/prod/api/[^/]+", name) for name in names)
    with pytest.raises(ValueError, match="query_folder: expected at most 200 characters, got 201"):
        Monitoring(query_folder="x" * 201)


@pytest.mark.parametrize("given", [{"query_folder": "a\nb"}, {"runbooks": "\x00"}])
def test_texts_without_control_characters(given):
    with pytest.raises(ValueError, match="expected no control characters, got "):
        Monitoring(**given)


@pytest.mark.parametrize("kind", CONSTRUCTS)
def test_they_read_log_groups_of_the_template(deploy, kind):
    deployed = deploy(kind)
    groups = deployed.template.find_resources("AWS::Logs::LogGroup")
    for query in definitions(deployed).values():
        assert 1 <= len(query["LogGroupNames"]) <= 50
        assert {name["Ref"] for name in query["LogGroupNames"]} <= groups.keys()


def test_a_request_is_looked_for_in_the_access_log_and_in_every_container(deploy):
    query = definitions(deploy())["Test/Front/A request by its id"]
    assert len(query["LogGroupNames"]) == 2
    assert "AccessLogs" in json.dumps(query["LogGroupNames"])


def test_commands_functions_and_fields_are_known(deploy):
    for query in definitions(deploy()).values():
        text = query["QueryString"]
        assert {line.split()[0] for line in text.split("\n| ")} <= COMMANDS
        words = re.sub(r"/.*/|\"[^\"]*\"|\{\{\w+\}\}", "", text)
        assert set(re.findall(r"(\w+) ?\(", words)) <= FUNCTIONS | {"not"}
        named = set(re.findall(r" as (\w+)", text)) | set(re.findall(r"\(\?<(\w+)>", text))
        fields = set(re.findall(r"(?<![@\w.`-])[a-z][A-Za-z-]*_?\w*", words))
        known = {"by", "as", "asc", "desc", "not", "error"} | COMMANDS | FUNCTIONS | OF_EVENTS
        unknown = fields - named - known - SAMPLE - set(_FIELDS)
        assert unknown <= {"type", "event"}, (query["Name"], unknown)


def test_what_is_asked_for_is_what_stands_in_for_it(deploy):
    asked = {}
    for name, query in definitions(deploy()).items():
        parameters = {each["Name"] for each in query.get("Parameters", [])}
        assert set(re.findall(r"\{\{(\w+)\}\}", query["QueryString"])) == parameters
        asked |= dict.fromkeys(parameters, name.rpartition("/")[2])
    assert asked == {"milliseconds": "Slow requests", "request_id": "A request by its id"}


@pytest.mark.parametrize(
    ("path", "route"),
    [
        ("/", "/"),
        ("/posts", "/posts"),
        ("/posts/7", "/posts/"),
        ("/posts/7/comments", "/posts/"),
        ("/api/v1/posts/6f1c", "/api/v1/posts/"),
        ("/images/cover.svg", "/images/cover.svg"),
    ],
)
def test_a_route_ends_before_the_first_id(path, route):
    assert matches(queries._ROUTE, path)["route"] == route


def test_a_task_is_the_end_of_a_stream():
    task = "0123456789abcdef" * 2
    assert matches(queries._TASK, f"web/web/{task}")["task"] == task


@pytest.mark.parametrize("line", ["Traceback (most recent call last):", "ERROR: no", "panic: x"])
def test_plain_lines_of_errors_are_found(line):
    *_, plain = re.findall(r"like (/\S+/)", queries.ERRORS_BY_MESSAGE[1])
    assert matches(plain, line)
    assert not matches(plain, "GET / 200")
