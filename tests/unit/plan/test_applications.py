"""What the projects become that people have: the plan of each, as its file says it."""

import shutil

import pytest

from serverless_containers.findings import Findings
from serverless_containers.plan import PlanOptions
from serverless_containers.plan.source import plan_source
from tests.support.applications import applications

APPLICATIONS = list(applications())


def test_the_projects_are_there():
    folders = {each.name for each in APPLICATIONS}
    assert len(folders) >= 60
    assert all(each.folder.is_dir() for each in APPLICATIONS)
    # A folder without a file of what is expected would be tested by nobody.
    kept = APPLICATIONS[0].folder.parent
    assert {folder.name for folder in kept.iterdir() if folder.is_dir()} == folders


@pytest.mark.parametrize("application", APPLICATIONS, ids=lambda each: each.name)
def test_becomes_what_is_expected(application):
    assert application.differences() == []


@pytest.mark.parametrize("application", APPLICATIONS, ids=lambda each: each.name)
def test_every_finding_has_a_place(application):
    _, findings = application.plan()
    assert [str(found) for found in findings if found.at is None and found.path] == []


@pytest.mark.parametrize("application", APPLICATIONS, ids=lambda each: each.name)
def test_the_plan_is_the_same_elsewhere(application, tmp_path):
    # GIVEN a clone of the project in another folder of the same name
    there = tmp_path / application.name
    shutil.copytree(application.folder, there, symlinks=True)
    findings = Findings()

    # WHEN it is planned there
    plan = plan_source(there, PlanOptions(ingress=None, may_delay_stop=True), findings)

    # THEN both say the same
    here, said = application.plan()
    assert (plan is None) == (here is None)
    assert [each.rule.code for each in findings] == [each.rule.code for each in said]
    if plan is not None:
        assert [each.name for each in plan.containers] == [each.name for each in here.containers]
        assert plan.files == here.files
