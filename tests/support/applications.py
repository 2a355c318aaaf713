"""The projects of `tests/corpus/applications`, and what each is expected to become.

A project is a folder as people have it. What it becomes stands beside it, in a file of its name:

    passes        whether `check` finds no error
    refused       if it does: where each error is (the beginning of its keys), and its rule
    entrypoint    the service and the port that receive the traffic; `chosen` if that is a choice
                  between several, which a warning must tell; or `worker`, if nothing receives any
    services      the services that run
    ends          those that may end without an end of the task
    names         what must resolve in the task, because one service names another so
    mounts        what becomes of every bind mount, and of some volumes, by service and target:
                  dropped, written (from the task definition), copied (from the image of files),
                  baked (into an image of the service), stored (on EFS)
"""

import posixpath
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from serverless_containers.compose import load_project
from serverless_containers.compose.model import Project
from serverless_containers.findings import Finding, Findings, Severity, dotted
from serverless_containers.plan import ContainerPlan, PlanOptions, TaskPlan
from serverless_containers.plan.model import ContainerRole, VolumeKind
from serverless_containers.plan.source import plan_source
from tests.support.corpus import ROOT

APPLICATIONS = ROOT / "applications"
KEYS = frozenset({"passes", "refused", "entrypoint", "services", "ends", "names", "mounts"})
OUTCOMES = frozenset({"dropped", "written", "copied", "baked", "stored"})


@dataclass(frozen=True, kw_only=True)
class Application:
    """A project, and what it is expected to become."""

    folder: Path
    passes: bool
    refused: tuple[Mapping[str, str], ...] = ()
    entrypoint: Mapping[str, Any] | None = None
    services: frozenset[str] = frozenset()
    ends: frozenset[str] = frozenset()
    names: frozenset[str] = frozenset()
    mounts: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return self.folder.name

    def plan(self) -> tuple[TaskPlan | None, Findings]:
        """What `check` makes of it."""
        findings = Findings()
        return plan_source(
            self.folder, PlanOptions(ingress=None, may_delay_stop=True), findings
        ), findings

    def differences(self) -> list[str]:
        """What differs from what is expected, one line each."""
        plan, findings = self.plan()
        if not self.passes:
            return list(self._refusals(findings))
        if plan is None:
            return [f"refused: {each}" for each in _brief(findings.errors)]
        project = load_project(self.folder, override=False, findings=Findings())
        assert project is not None
        return [
            *_unequal("services", {each.name for each in plan.services}, self.services),
            *_unequal("ends", {e.name for e in plan.services if not e.essential}, self.ends),
            *self._entrypoint(plan, findings),
            *self._names(plan),
            *self._mounts(plan, project, findings),
        ]

    def _refusals(self, findings: Findings) -> Iterator[str]:
        unmatched = list(self.refused)
        for found in findings.errors:
            expected = [each for each in self.refused if _is(found, each)]
            if not expected:
                yield f"refused for another reason: {_brief([found])[0]}"
            unmatched = [each for each in unmatched if each not in expected]
        yield from (f"not refused at {each['at']}" for each in unmatched)

    def _entrypoint(self, plan: TaskPlan, findings: Findings) -> Iterator[str]:
        told = [found for found in findings if found.rule.code.startswith("entrypoint-")]
        told = [found for found in told if found.rule.severity is Severity.WARNING]
        if self.entrypoint is None:
            yield from _unequal("entrypoint", plan.entrypoint, None)
            return
        yield from _unequal("entrypoint", same(plan.entrypoint), same(self.entrypoint["service"]))
        yield from _unequal("port", plan.port, self.entrypoint["port"])
        if self.entrypoint.get("chosen") and not told:
            yield "the entrypoint is a choice that no warning tells"
        if not self.entrypoint.get("chosen") and told:
            yield f"the entrypoint is no choice: {_brief(told)[0]}"

    def _names(self, plan: TaskPlan) -> Iterator[str]:
        missing = self.names - {host.name for host in plan.hosts}
        if missing:
            yield f"names that do not resolve: {', '.join(sorted(missing))}"

    def _mounts(self, plan: TaskPlan, project: Project, findings: Findings) -> Iterator[str]:
        expected = {
            (service, target): outcome
            for service, mounts in self.mounts.items()
            for target, outcome in mounts.items()
        }
        for (service, target), outcome in expected.items():
            became = _became(plan, service, target)
            if became != outcome:
                yield f"{service} {target}: {became}, not {outcome}"
        places = {dotted(found.path) for found in findings} | {found.at for found in findings}
        for service in project.services.values():
            for index, mount in enumerate(service.volumes):
                if mount.type != "bind":
                    continue
                if (service.name, mount.target.rstrip("/")) not in expected:
                    yield f"{service.name} {mount.target}: not in the file of what is expected"
                if not {f"services.{service.name}.volumes[{index}]", mount.at()} & places:
                    yield f"{service.name} {mount.target}: no finding says what becomes of it"


def applications() -> Iterator[Application]:
    """Every project, in the order of their names."""
    for file in sorted(APPLICATIONS.glob("*.yaml")):
        given = yaml.safe_load(file.read_text(encoding="utf-8"))
        assert given.keys() <= KEYS, file
        entrypoint = given.pop("entrypoint", None)
        mounts = given.pop("mounts", {})
        assert all(set(each.values()) <= OUTCOMES for each in mounts.values()), file
        yield Application(
            folder=file.with_suffix(""),
            passes=given["passes"],
            refused=tuple(given.get("refused", ())),
            entrypoint=None if entrypoint == "worker" else entrypoint,
            services=frozenset(map(same, given.get("services", ()))),
            ends=frozenset(map(same, given.get("ends", ()))),
            names=frozenset(given.get("names", ())),
            mounts=mounts,
        )


def same(name: str | None) -> str | None:
    """A service's name as a container may have it."""
    return None if name is None else re.sub(r"[^A-Za-z0-9_-]", "-", name)


def _unequal(what: str, given: object, expected: object) -> Iterator[str]:
    if given != expected:
        shown = [sorted(each) if isinstance(each, (set, frozenset)) else each for each in
                 (given, expected)]  # fmt: skip
        yield f"{what}: {shown[0]}, not {shown[1]}"


def _is(found: Finding, expected: Mapping[str, str]) -> bool:
    return dotted(found.path).startswith(expected["at"]) and (
        found.rule.code == expected.get("rule", found.rule.code)
    )


def _brief(findings: Any) -> list[str]:
    return [f"{found.rule.code} at {dotted(found.path)}" for found in findings]


def _became(plan: TaskPlan, service: str, target: str) -> str:
    container = next((each for each in plan.services if each.name == same(service)), None)
    if container is None:
        return "in no container"
    if any(copy.target == target for copy in container.copies):
        return "baked"
    mounted = [each for each in container.mounts if posixpath.normpath(each.path) == target]
    if not mounted:
        return "dropped"
    volume = next(each for each in plan.volumes if each.name == mounted[0].volume)
    if volume.kind is not VolumeKind.SCRATCH:
        return "stored"
    if any(file.volume == volume.name for file in plan.files):
        return "written"
    return "copied" if _is_copied(plan.containers, volume.name) else "an empty folder"


def _is_copied(containers: tuple[ContainerPlan, ...], volume: str) -> bool:
    return any(
        volume in copy.target.split("/")
        for container in containers
        if container.role is not ContainerRole.SERVICE
        for copy in container.copies
    )
