from textwrap import dedent

import pytest

from serverless_containers.findings import Findings
from serverless_containers.plan import PlanOptions, TaskPlan
from serverless_containers.plan.source import plan_source
from tests.support.advice import leave_out_advice


class Planned:
    """The plan of a Compose file, and what was found in it."""

    def __init__(self, plan: TaskPlan | None, findings: Findings) -> None:
        self.plan = plan
        self.findings = [(found.rule.code, str(found)) for found in findings]

    def __getitem__(self, name):
        assert self.plan is not None, self.findings
        return next(each for each in self.plan.containers if each.name == name)

    def messages(self, code):
        return [message for found, message in self.findings if found == code]

    @property
    def errors(self):
        return [message for _, message in self.findings]


@pytest.fixture(autouse=True)
def _without_advice(request, monkeypatch):
    if request.module.__name__.rpartition(".")[2] != "test_production":
        leave_out_advice(monkeypatch)


@pytest.fixture
def plan(project):
    """Plan a Compose file given as text; keywords are what a caller decides over it."""

    def _plan(text, *, environment=None, dockerfiles=None, **options):
        for name, content in (dockerfiles or {}).items():
            project.write(name, dedent(content))
        if text is not None:
            project.compose(dedent(text))
        findings = Findings()
        result = plan_source(
            project.path, PlanOptions(**options), findings, environment=environment
        )
        return Planned(result, findings)

    return _plan


@pytest.fixture
def plan_service(plan):
    """Plan a file with one service, ``web``, whose keys are given as indented YAML."""

    def _plan(keys, **options):
        body = dedent(keys).strip("\n").replace("\n", "\n    ")
        text = f"services:\n  web:\n    image: nginx:1.29\n    ports: ['80']\n    {body}\n"
        return plan(text, **options)

    return _plan
