import pytest

from serverless_containers.findings import Findings
from serverless_containers.plan import PlanOptions
from serverless_containers.plan.source import plan_source

KEY = "-----BEGIN RSA PRIVATE KEY-----\ns3ntinel\n"
CERTIFICATE = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"
COMPOSE = "services: {web: {build: ., ports: ['80']}}\n"


@pytest.fixture
def app(project):
    """A project whose folder is the context of its only build."""
    project.write("Dockerfile", "FROM scratch\nCOPY . .\n")
    project.compose(COMPOSE)
    return project


@pytest.fixture
def found(app):
    """What a plan finds, each finding as its rule and its text, and the plan."""

    def _found(**options):
        findings = Findings()
        _found.plan = plan_source(app.path, PlanOptions(), findings, **options)
        return [(each.rule.code, str(each)) for each in findings]

    return _found


@pytest.fixture
def rules_at(found):
    """The rules of the findings at a file."""

    def _rules_at(name, **options):
        return [code for code, text in found(**options) if text.startswith(f"{name}:1:1:")]

    return _rules_at
