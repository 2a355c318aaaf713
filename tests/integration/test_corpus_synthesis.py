"""What the reader and the plan accept becomes a template: the whole corpus, twice."""

import json
import shutil

import pytest
from aws_cdk import App, Stack
from aws_cdk.assertions import Template

from serverless_containers import (
    BuildPipeline,
    ContainerApi,
    ContainerHosting,
    InvalidSourceError,
    NetworkProfile,
)
from serverless_containers.findings import Findings
from serverless_containers.plan import PlanOptions
from serverless_containers.plan.source import plan_source
from tests.support.corpus import cases

pytestmark = pytest.mark.thorough

ACCEPTED = [case for case in cases() if not case.rejected and not case.arguments]


MOST = 0.5
"""The part of the corpus that has to get as far as a template."""


def prepared(case, folder):
    """A project that can receive traffic, which most files of the corpus do not; its file."""
    shutil.copytree(case.path if case.path.is_dir() else case.path.parent, folder, symlinks=True)
    project, _ = case.load()
    file = folder if case.path.is_dir() else folder / case.path.name
    if not project.services:
        return file, {}
    service = next(iter(project.services))
    overlay = f'services: {{{json.dumps(service)}: {{ports: ["8080"]}}}}'
    base = "compose" if case.path.is_dir() else case.path.stem
    (folder / f"{base}.traffic.yaml").write_text(overlay)
    return file, {"entrypoint": service, "port": 8080}


def planned(file, given):
    findings = Findings()
    plan_source(file, PlanOptions(**given), findings, environment="traffic")
    return findings


@pytest.mark.parametrize("ingress", [ContainerApi, ContainerHosting], ids=["api", "site"])
@pytest.mark.parametrize("case", ACCEPTED, ids=lambda case: case.name)
def test_what_is_accepted_is_synthesized(tmp_path, case, ingress):
    file, given = prepared(case, tmp_path / "project")
    findings = planned(file, given)
    stack = Stack(App(), "Test")

    def synthesize():
        ingress(
            stack,
            "Front",
            source=file,
            environment_name="traffic",
            images=BuildPipeline.managed(),
            network_profile=NetworkProfile.PRIVATE,
            **given,
        )
        return Template.from_stack(stack).to_json()

    if findings.errors:
        with pytest.raises(InvalidSourceError):
            synthesize()
    else:
        assert json.dumps(synthesize())


def test_most_of_it_is_accepted(tmp_path):
    through = sum(
        not planned(*prepared(case, tmp_path / str(number))).errors
        for number, case in enumerate(ACCEPTED)
    )
    assert through > MOST * len(ACCEPTED)
