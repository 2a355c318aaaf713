"""A workspace of Copilot's: its workloads, environments and addons, as an app."""

import os
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import yaml
from yaml.composer import Composer

from serverless_containers.compose import limits
from serverless_containers.compose.files import exists, is_file
from serverless_containers.compose.yaml.nodes import MappingNode, Node, text_of
from serverless_containers.findings import Location
from serverless_containers.scaffold.compose_text import Placed, compose_text, difference
from serverless_containers.scaffold.conversion import Conversion, Source, shown_from_here
from serverless_containers.scaffold.copilot.context import (
    Context,
    merged,
    without_alternatives,
)
from serverless_containers.scaffold.copilot.workload import (
    APP_RUNNER,
    CONVERTED,
    OTHERS,
    WEB,
    Workload,
    convert_workload,
)
from serverless_containers.scaffold.model import (
    NETWORK_ID,
    EnvironmentSpec,
    Kind,
    Scaling,
    construct_id,
    matters,
    stack_name,
)
from serverless_containers.scaffold.report import Report
from serverless_containers.scaffold.sections import Section, read_mapping, read_text
from serverless_containers.spelling import nearest

_NAME = re.compile(r"[a-z][a-z0-9-]{0,62}")
_NO_WORKLOADS = {"environments", "pipelines", "pipeline"}
_ADDONS: Mapping[str, str] = {
    "AWS::DynamoDB::Table": "resources=[ResourceAccess.table(table, name=…)]",
    "AWS::S3::Bucket": "resources=[ResourceAccess.bucket(bucket, name=…)]",
    "AWS::Cognito::UserPool": "resources=[ResourceAccess.user_pool(pool, name=…)]",
    "AWS::Lambda::Function": "resources=[ResourceAccess.function(function, name=…)]",
    "AWS::IAM::ManagedPolicy": "custom-policies.json, or a grant of the CDK's",
}


def is_workspace(path: Path) -> bool:
    """Return whether a folder is a workspace, or its folder ``copilot``."""
    return (path / "copilot").is_dir() or (path.name == "copilot" and path.is_dir())


def convert_workspace(path: Path, web: Kind | None, report: Report) -> Conversion | None:
    """Make an app of a workspace.

    Args:
        path: The workspace's root, or its folder ``copilot``.
        web: The construct of services that requests reach; None to find out whether there are any.
        report: Takes what became of each key.

    Returns:
        The app; None where there are errors.
    """
    path = Path(os.path.abspath(path))  # noqa: PTH100  # lexical
    root = path.parent if path.name == "copilot" and not (path / "copilot").is_dir() else path
    return _Workspace(root, report).converted(web or Kind.HOSTING)


def has_web_services(path: Path) -> bool:
    """Return whether requests reach a workload of a workspace, as far as it can be read."""
    root = path.parent if path.name == "copilot" and not (path / "copilot").is_dir() else path
    return any(
        text_of(node.get("type")) in {WEB, APP_RUNNER}
        for _, _, node in _Workspace(root.absolute(), Report()).manifests()
    )


@dataclass(frozen=True, slots=True)
class _Kind:
    """A workload's name, its type, and the construct that it becomes."""

    name: str
    type: str
    construct: Kind


class _Workspace:
    def __init__(self, root: Path, report: Report) -> None:
        self._root = root
        self._folder = root / "copilot"
        self._report = report

    def converted(self, web: Kind) -> Conversion | None:
        application = self._application()
        manifests = list(self.manifests())
        environments = self._environments([node for _, _, node in manifests])
        if not manifests and not self._report.has_errors:
            self._report.error(
                None, (), f"{shown_from_here(self._folder)} has no manifest.yml of a workload"
            )
        files: dict[Path, bytes | Path] = {}
        sources: list[Source] = []
        found: dict[str, dict[str, Workload]] = {}
        names = frozenset(name for name, _, _ in manifests)
        ids = {NETWORK_ID: "the stack of the network"}
        for name, shown, node in manifests:
            kind = self._kind(shown, node)
            self._beside(name)
            if kind is None:
                continue
            construct = web if kind in {WEB, APP_RUNNER} else Kind.WORKER
            if name in found:
                self._report.error(node.at, ("name",), f"another workload is called {name!r}, too")
                continue
            if (own_id := construct_id(name)) in ids:
                self._report.error(
                    node.key_at("name"),
                    ("name",),
                    f"{name!r} and {ids[own_id]} would both be {own_id}Stack in the app; write "
                    "another name here, in a copy where Copilot still deploys it",
                )
                continue
            ids[own_id] = repr(name)
            base, of_environments = self._workloads(
                _Kind(name, kind, construct),
                node,
                Context(
                    root=self._root,
                    application=application,
                    environment=environments[0],
                    others=names - {name},
                    report=self._report,
                ),
                environments,
            )
            found[name] = of_environments
            comment = f"Made of {shown} by serverless-containers init."
            own = self._root / f"{name}.compose.yaml"
            files[own] = compose_text(base.model, comment).encode()
            for environment, workload in of_environments.items():
                if changes := difference(base.model, workload.model):
                    there = self._root / f"{name}.compose.{environment}.yaml"
                    files[there] = compose_text(changes, comment).encode()
            sources.append(
                Source(
                    name=name,
                    kind=construct,
                    path=own,
                    keywords=tuple(base.keywords),
                    models={
                        environment: Placed(workload.model, node.at)
                        for environment, workload in of_environments.items()
                    },
                )
            )
        if manifests and not sources and not self._report.has_errors:
            self._report.error(None, (), "no workload of a type that can be carried over")
        if self._report.has_errors:
            return None
        return Conversion(
            # Copilot's own stacks are called APPLICATION-ENVIRONMENT-SERVICE.
            name=stack_name(f"cdk-{application}"),
            taken=application,
            sources=tuple(sources),
            environments=tuple(_environment(each, found) for each in environments),
            files=files,
        )

    def manifests(self) -> Iterator[tuple[str, str, MappingNode]]:
        """Give the name, the file and the content of each workload's manifest."""
        try:
            folders = sorted(each for each in self._folder.iterdir() if each.is_dir())
        except OSError as error:
            self._report.error(
                None, (), f"{shown_from_here(self._folder)}: {error.strerror or error}"
            )
            return
        for folder in folders:
            file = folder / "manifest.yml"
            if folder.name in _NO_WORKLOADS or not exists(file):
                continue
            shown = shown_from_here(file)
            if self._leads_out(file, shown):
                continue
            node = read_mapping(file, shown, self._report)
            if node is None:
                continue
            name = text_of(node.get("name")) or folder.name
            if not _NAME.fullmatch(name):
                self._report.error(
                    Location(shown, 1, 1),
                    ("name",),
                    f"expected lower-case letters, digits and hyphens, got {name!r}",
                )
                continue
            yield name, shown, node

    def _leads_out(self, file: Path, shown: str) -> bool:
        real = Path(os.path.realpath(file))
        if real.is_relative_to(os.path.realpath(self._root)):
            return False
        self._report.error(
            None, (), f"{shown} is a symbolic link, or behind one, that leads out of the workspace"
        )
        return True

    def _application(self) -> str:
        file = self._folder / ".workspace"
        shown = shown_from_here(file)
        if not is_file(file) or self._leads_out(file, shown):
            return self._root.name or "app"
        node = read_mapping(file, shown, self._report)
        name = text_of(node.get("application")) if node is not None else None
        return name or self._root.name or "app"

    def _environments(self, manifests: list[MappingNode]) -> list[str]:
        """Return the environments' names: those with a folder, and those that manifests name."""
        found: dict[str, None] = {}
        folder = self._folder / "environments"
        if folder.is_dir():
            for each in sorted(folder.iterdir()):
                file = each / "manifest.yml"
                if each.is_dir() and exists(file) and each.name != "addons":
                    found[each.name] = None
                    self._environment_manifest(file)
            self._addons(folder / "addons")
            self._overrides(folder)
        for pipelines in ("pipelines", "pipeline"):
            if (there := self._folder / pipelines).is_dir():
                self._report.left(
                    Location(shown_from_here(there), 1, 1),
                    (),
                    "a pipeline from one environment to the next: --github-workflow writes a "
                    "workflow that deploys the first one, and the others when it is asked to",
                )
        for manifest in manifests:
            environments = manifest.get("environments")
            if isinstance(environments, MappingNode):
                found.update(dict.fromkeys(environments))
        names = [name for name in found if _NAME.fullmatch(name)]
        for name in set(found) - set(names):
            self._report.error(None, ("environments", name), f"{name!r} is no environment's name")
        for name in names:
            self._zones(name, folder / name / "manifest.yml")
        # The one that is tried first is not the one that matters most.
        return sorted(names, key=matters) or ["test"]

    def _zones(self, name: str, file: Path) -> None:
        """Report where an environment is: Copilot keeps that elsewhere, and has two zones."""
        zones = "three zones" if matters(name) else "one zone (high_availability=True: three)"
        self._report.changed(
            Location(shown_from_here(file), 1, 1) if exists(file) else None,
            ("environments", name),
            f"{zones} in place of two, in the account and region of the CDK CLI until "
            "stacks/environments.py names others",
        )

    def _environment_manifest(self, file: Path) -> None:
        shown = shown_from_here(file)
        if self._leads_out(file, shown):
            return
        node = read_mapping(file, shown, self._report)
        if node is None:
            return
        manifest = Section(node, (), self._report)
        manifest.take("name")
        manifest.take("type")
        for key, why in _OF_AN_ENVIRONMENT.items():
            manifest.left(key, why)
        manifest.rest()

    def _kind(self, shown: str, node: MappingNode) -> str | None:
        given = node.get("type")
        kind = text_of(given)
        at = given.at if given is not None else node.at
        if kind in CONVERTED:
            return kind
        if kind in OTHERS:
            self._report.left(at, ("type",), f"{kind}: {OTHERS[kind]}")
            return None
        known = (*CONVERTED, *OTHERS)
        near = nearest(kind, known) if kind else None
        hint = f"; did you mean {near!r}?" if near else f"; the types are {', '.join(known)}"
        self._report.error(
            at,
            ("type",),
            f"{kind!r} is no type of Copilot's{hint}" if kind else f"{shown} has no type{hint}",
        )
        return None

    def _workloads(
        self, kind: "_Kind", node: MappingNode, context: Context, environments: list[str]
    ) -> tuple[Workload, dict[str, Workload]]:
        """Return a workload as all environments have it, and as each one does."""

        def workload(manifest: MappingNode, environment: str) -> Workload:
            seen = replace(context, environment=environment)
            return convert_workload(kind.name, kind.type, manifest, seen, kind.construct)

        self._report.left(
            node.at,
            (),
            "the variables that Copilot sets by itself (COPILOT_APPLICATION_NAME and its like): "
            "write those that the program reads under environment",
        )
        base = workload(node, environments[0])
        overrides = context.section(node).section("environments")
        found = {}
        for environment in environments:
            over = overrides.section(environment) if overrides else None
            manifest: Node = node
            if over is not None:
                self._same_everywhere(over.node, environment)
                manifest = merged(without_alternatives(node, over.node), over.node)
            found[environment] = workload(
                manifest if isinstance(manifest, MappingNode) else node, environment
            )
        return base, found

    def _same_everywhere(self, over: MappingNode, environment: str) -> None:
        http = over.get("http")
        if isinstance(http, MappingNode):
            for key in ("healthcheck", "deregistration_delay", "stickiness"):
                if key in http:
                    self._report.left(
                        http.key_at(key),
                        ("environments", environment, "http", key),
                        "it is the same in all environments: change the construct in stacks/",
                    )

    def _beside(self, name: str) -> None:
        """Report what stands beside a manifest."""
        folder = self._folder / name
        self._addons(folder / "addons")
        self._overrides(folder)

    def _overrides(self, folder: Path) -> None:
        if exists(folder / "overrides"):
            self._report.left(
                Location(shown_from_here(folder / "overrides"), 1, 1),
                (),
                "there are no overrides of templates: the app is the place for them",
            )

    def _addons(self, folder: Path) -> None:
        if not folder.is_dir():
            return
        for file in sorted(folder.iterdir()):
            if file.suffix in {".yml", ".yaml"} and not self._leads_out(
                file, shown_from_here(file)
            ):
                self._addon(file)

    def _addon(self, file: Path) -> None:
        """Report the resources of a template, which belong into the app."""
        shown = shown_from_here(file)
        content = read_text(file, shown, self._report)
        if content is None:
            return
        try:
            root = yaml.compose(content, Loader=_TemplateLoader)
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            at = Location(shown, mark.line + 1, mark.column + 1) if mark else None
            self._report.error(at, (), str(error.problem))
            return
        except yaml.YAMLError:
            self._report.error(Location(shown, 1, 1), (), "the file is no YAML that can be read")
            return
        if file.stem == "addons.parameters":
            self._report.left(Location(shown, 1, 1), (), "parameters of addons: see those")
            return
        for key, resource in _entries(_entry(root, "Resources")):
            given = _entry(resource, "Type")
            kind = given.value if isinstance(given, yaml.ScalarNode) else "?"
            way = _ADDONS.get(kind, "a grant of the CDK's, or custom-policies.json")
            at = Location(shown, key.start_mark.line + 1, key.start_mark.column + 1)
            self._report.left(
                at,
                ("Resources", str(key.value)),
                f"{kind}: it stays in Copilot's stack with its data. Import it into the app by its "
                f"name, or make a new one, and give it to the construct: {way}",
            )
        for key, _ in _entries(_entry(root, "Outputs")):
            variable = re.sub("(?<=[a-z0-9])(?=[A-Z])", "_", str(key.value)).upper()
            self._report.left(
                Location(shown, key.start_mark.line + 1, key.start_mark.column + 1),
                ("Outputs", str(key.value)),
                f"Copilot gives containers its value as {variable}: what reads it needs "
                f'environment={{"{variable}": …}} of the construct',
            )


# Without libyaml PyYAML is eight times slower, and as right. Its safe loader is a Composer itself.
_LOADERS: Any = (Composer, yaml.CSafeLoader) if hasattr(yaml, "CSafeLoader") else (yaml.SafeLoader,)


class _TemplateLoader(*_LOADERS):  # type: ignore[misc]
    """A loader of templates, in which the tags of CloudFormation's functions mean nothing.

    PyYAML's own composer, whose depth ends where that of Compose files does: it takes time that
    grows with the square of it.
    """

    _depth = 0

    def __init__(self, stream: str) -> None:
        _LOADERS[-1].__init__(self, stream)
        Composer.__init__(self)

    def compose_node(self, parent: "yaml.Node | None", index: Any) -> "yaml.Node | None":  # noqa: ANN401  # untyped library
        self._depth += 1
        if self._depth > limits.DEEPEST_NESTING:
            raise yaml.MarkedYAMLError(
                problem=f"the file is nested deeper than {limits.DEEPEST_NESTING} levels",
                problem_mark=self.peek_event().start_mark,
            )
        node: yaml.Node | None = super().compose_node(parent, index)
        self._depth -= 1
        return node


def _entries(node: "yaml.Node | None") -> list[tuple["yaml.Node", "yaml.Node"]]:
    """The entries of a mapping whose keys are texts, as all are that a template may have."""
    pairs = node.value if isinstance(node, yaml.MappingNode) else []
    return [pair for pair in pairs if isinstance(pair[0], yaml.ScalarNode)]


def _entry(node: "yaml.Node | None", name: str) -> "yaml.Node | None":
    return next((value for key, value in _entries(node) if key.value == name), None)


_OF_AN_ENVIRONMENT = {
    "network": "the app makes a network of its own: to use one that is there, give the constructs "
    "vpc=ec2.Vpc.from_lookup(…) in place of the cluster",
    "cdn": "ContainerHosting is behind CloudFront anyway",
    "http": "each service has an ingress of its own; certificates are arguments of it",
    "observability": "ContainerCluster takes container_insights",
}


_LOG_RETENTION = 30
"""Days for which Copilot keeps the logs of a service whose manifest does not say it."""


def _log_retention(workloads: Collection[Workload]) -> int | None:
    """Return the days for which the service's logs are kept that keeps them longest."""
    if all(each.log_retention is None for each in workloads):
        return None
    return max(each.log_retention or _LOG_RETENTION for each in workloads)


def _environment(name: str, found: Mapping[str, Mapping[str, Workload]]) -> EnvironmentSpec:
    workloads = {service: each[name] for service, each in found.items()}
    scaling: dict[str, Scaling] = {
        service: each.scaling for service, each in workloads.items() if each.scaling
    }
    return EnvironmentSpec(
        name=name,
        network_profile="PRIVATE" if any(each.private for each in workloads.values()) else "PUBLIC",
        high_availability=matters(name),
        spot=bool(workloads) and all(each.spot for each in workloads.values()),
        retain=matters(name),
        log_retention=_log_retention(workloads.values()),
        scaling=scaling,
        execute=tuple(service for service, each in workloads.items() if each.execute),
    )
