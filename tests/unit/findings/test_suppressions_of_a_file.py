"""``x-serverless-containers: {suppress: […]}`` and the argument beside it."""

from textwrap import dedent

import pytest

from serverless_containers.findings import Findings, Suppression
from serverless_containers.plan import PlanOptions
from serverless_containers.plan.source import plan_source
from tests.support.advice import leave_out_advice

PORTS = 'services: {web: {image: "x:1", ports: ["127.0.0.1:80:80"], healthcheck: {test: probe}}}'
EXAMPLE = '{rule: port-host-address, path: services.web.ports[0], reason: "…"}'


@pytest.fixture
def plan(project, monkeypatch):
    leave_out_advice(monkeypatch)

    def _plan(text, *suppress, environment=None):
        project.compose(dedent(text))
        findings = Findings()
        plan = plan_source(
            project.path, PlanOptions(), findings, environment=environment, suppress=suppress
        )
        return plan, findings

    return _plan


def test_a_warning_is_suppressed_in_the_file(plan):
    planned, findings = plan(f"""
        x-serverless-containers:
          suppress:
            - {{rule: port-host-address, path: "services.web.ports[0]", reason: for laptops}}
        {PORTS}
        """)
    assert planned is not None
    assert list(findings) == []
    assert [each.rule.code for each in findings.suppressed] == ["port-host-address"]


def test_a_warning_is_suppressed_in_code(plan):
    meant = Suppression(rule="port-host-address", reason="for laptops")
    planned, findings = plan(PORTS, meant)
    assert planned is not None
    assert list(findings) == []


def test_an_unused_suppression_is_a_warning_at_its_place(plan):
    planned, findings = plan("""
        x-serverless-containers:
          suppress:
            - rule: port-host-address
              reason: for laptops
        services: {web: {image: "x:1", ports: ["80"], healthcheck: {test: probe}}}
        """)
    assert planned is not None
    assert [str(each) for each in findings] == [
        "docker-compose.yml:4:13: x-serverless-containers.suppress[0]: no finding of "
        "port-host-address is suppressed; remove it"
    ]


def test_a_suppressed_error_leaves_no_plan(plan):
    # GIVEN a file that could be deployed
    planned, findings = plan("""
        x-serverless-containers: {suppress: [{rule: key-rejected, reason: never mind}]}
        services: {web: {image: "x:1", ports: ["80"], healthcheck: {test: probe}}}
        """)
    # THEN what it says of errors is one itself
    assert planned is None
    assert [str(each) for each in findings] == [
        "docker-compose.yml:2:45: x-serverless-containers.suppress[0]: the findings of "
        "key-rejected are errors, which cannot be suppressed; mend what it reports, and remove the "
        "suppression"
    ]


def test_an_environment_adds_its_own(plan, project):
    project.write(
        "compose.dev.yaml",
        "x-serverless-containers: {suppress: [{rule: port-host-address, reason: r}]}\n",
    )
    text = f"x-serverless-containers: {{suppress: [{{rule: key-local-only, reason: r}}]}}\n{PORTS}"
    _, findings = plan(text, environment="dev")
    assert "port-host-address" in [each.rule.code for each in findings.suppressed]
    _, findings = plan(text)
    assert "port-host-address" in [each.rule.code for each in findings]


@pytest.mark.parametrize(
    ("suppress", "message"),
    [
        (
            "all",
            "1:37: x-serverless-containers.suppress: expected a list of suppressions, got 'all'; "
            f"write - {EXAMPLE}",
        ),
        (
            "[key-local-only]",
            "1:38: x-serverless-containers.suppress[0]: expected a mapping of rule, path, reason, "
            f"got 'key-local-only'; write {EXAMPLE}",
        ),
        (
            "[{rule: key-local-only}]",
            f"1:38: x-serverless-containers.suppress[0]: a suppression needs a reason; write "
            f"{EXAMPLE}",
        ),
        (
            '[{rule: key-local-only, reason: ""}]',
            "1:69: x-serverless-containers.suppress[0].reason: expected text, got ''; write "
            f"{EXAMPLE}",
        ),
        (
            "[{rule: [a], reason: r}]",
            f"1:45: x-serverless-containers.suppress[0].rule: expected text, got a list; write "
            f"{EXAMPLE}",
        ),
        (
            "[{rule: key-local-only, reason: r, path: 5}]",
            f"1:78: x-serverless-containers.suppress[0].path: expected text, got 5; write "
            f"{EXAMPLE}",
        ),
        (
            "[{rule: port-host-address, reason: r, paht: 5}]",
            "1:75: x-serverless-containers.suppress[0].paht: there is no key 'paht' here; the keys "
            "are rule, path, reason; did you mean 'path'?",
        ),
        (
            "[{rule: key-local-onyl, reason: r}]",
            "1:45: x-serverless-containers.suppress[0]: there is no rule 'key-local-onyl'; did you "
            "mean 'key-local-only'?",
        ),
    ],
)
def test_one_that_is_not_well_formed_is_an_error(plan, suppress, message):
    _, findings = plan(f"x-serverless-containers: {{suppress: {suppress}}}\n{PORTS}")
    assert [str(each) for each in findings.errors] == [f"docker-compose.yml:{message}"]
