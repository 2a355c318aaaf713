"""Loader of a project: a folder, or files, in; the model and findings out."""

import gc
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from serverless_containers.compose import limits, rules
from serverless_containers.compose.canonical import canonical_model, without_unused
from serverless_containers.compose.consistency import Consistency
from serverless_containers.compose.decode import Decoder, Place, Values
from serverless_containers.compose.discover import Sources, discover, project_variables
from serverless_containers.compose.dockerfiles import Dockerfiles
from serverless_containers.compose.files import Reader, exists, find_template
from serverless_containers.compose.keys.values import Json
from serverless_containers.compose.model import Build, Project
from serverless_containers.compose.naming import folder_name, project_name, report_common_name
from serverless_containers.compose.normalise import named_args, normalise
from serverless_containers.compose.printed import escaped, printed
from serverless_containers.compose.profiles import active_profiles, split_by_profile
from serverless_containers.compose.quota import StoppedError
from serverless_containers.compose.tree import Scope, Trees
from serverless_containers.compose.variables.dotenv import DotenvError, read_dotenv
from serverless_containers.compose.variables.environment import (
    environment_files,
    report_dotenv,
    resolve_service,
)
from serverless_containers.compose.yaml.nodes import MappingNode, Node, replaced, text_at
from serverless_containers.findings import Findings, Location

_ENVIRONMENT = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")
"""It becomes part of names of files, secrets and tags."""


def load_project(
    source: Path,
    *,
    files: Sequence[Path] = (),
    environment: str | None = None,
    override: bool = True,
    env_files: Sequence[Path] = (),
    profiles: Sequence[str] = (),
    variables: Mapping[str, str] | None = None,
    findings: Findings,
) -> Project | None:
    """Read a Compose project.

    Args:
        source: The project's folder, a Compose file, or a Dockerfile.
        files: The Compose files to merge, relative to the folder. Default: Docker Compose's
            choice; COMPOSE_FILE counts where there is no environment.
        environment: The environment, such as ``dev``: ``compose.dev.yaml`` beside the base file is
            merged onto it, and ``compose.override.yaml`` is left out. Default: no environment.
        override: Whether ``compose.override.yaml`` is merged where there is no environment, as
            ``docker compose`` does. A deployment leaves it out.
        env_files: Files of variables, relative to the folder. Default: ``.env``, if it is there.
        profiles: The active profiles, ``*`` for all. Default: COMPOSE_PROFILES, which may stand in
            ``.env``.
        variables: The variables for ``${NAME}``, over those of the files. Default: PWD alone,
            which is the project's folder, so that the result does not depend on the machine.
        findings: Where problems are reported, all of them in one run.

    Returns:
        The project; None when errors leave none. A project that is returned with errors lacks what
        they are about.
    """
    if environment is not None and not _ENVIRONMENT.fullmatch(environment):
        findings.report(
            rules.ENVIRONMENT_NAME,
            None,
            ("environment",),
            "expected letters, digits and _.- after a letter or digit, at most 64, got "
            f"{environment!r}",
            "give the environment a name that is known when files are read",
        )
        return None
    try:
        with _without_collector():
            return _load(
                source,
                variables,
                findings,
                files=files,
                environment=environment,
                override=override,
                env_files=env_files,
                profiles=profiles,
            )
    except StoppedError:
        return None


def _load(
    source: Path,
    variables: Mapping[str, str] | None,
    findings: Findings,
    *,
    files: Sequence[Path],
    environment: str | None,
    override: bool,
    env_files: Sequence[Path],
    profiles: Sequence[str],
) -> Project | None:
    given = dict(variables or {})
    if not files and environment is None:
        files = _named_files(source, env_files, given, findings)
    sources = discover(
        source, files=files, environment=environment, override=override, findings=findings
    )
    if sources is None:
        return None
    if variables is None:
        # As for a shell that `docker compose` is called from in the project's folder.
        given["PWD"] = str(sources.directory)
    named = project_variables(sources, env_files, given)
    default = sources.directory / ".env"
    is_missing = not env_files and not exists(default)
    reader = Reader(
        sources.directory, findings, template=find_template(default) if is_missing else None
    )
    known = {**_dotenv(sources, env_files, given, reader), **given}
    if not sources.files:
        project = _from_dockerfile(sources, known, reader)
    else:
        project = _Load(sources, known, tuple(profiles), reader).project()
    return project and replace(project, env_files=(*named, *project.env_files))


def to_canonical(project: Project) -> dict[str, Json]:
    """A project as ``docker compose config --format json`` prints it.

    Args:
        project: The project.
    """
    with _without_collector():
        model = escaped(printed(project.canonical))
    return model if isinstance(model, dict) else {}


@contextmanager
def _without_collector() -> Iterator[None]:
    # A tree of a thousand services is half a million objects without a cycle among them: the
    # collector would walk them again and again, for a third of the whole time.
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _named_files(
    source: Path, env_files: Sequence[Path], given: Mapping[str, str], findings: Findings
) -> Sequence[Path]:
    """The files that COMPOSE_FILE names, which may stand in `.env`."""
    folder = source.absolute()
    if not os.path.isdir(folder):  # noqa: PTH112  # has an answer for a name that is too long
        return ()
    known = {**_dotenv(Sources(folder, ()), env_files, given, Reader(folder, findings)), **given}
    separator = known.get("COMPOSE_PATH_SEPARATOR") or ":"
    return [Path(name) for name in known.get("COMPOSE_FILE", "").split(separator) if name]


def _dotenv(
    sources: Sources, env_files: Sequence[Path], given: Mapping[str, str], reader: Reader
) -> dict[str, str]:
    values: dict[str, str] = {}

    def look(name: str) -> str | None:
        return given.get(name, values.get(name))

    for file in project_variables(sources, env_files, given):
        if not env_files and not reader.is_inside(file, Location(reader.shown(file), 1, 1), ()):
            continue
        content = reader.read(file, most=limits.LARGEST_VARIABLES)
        if content is None:
            continue
        try:
            read_dotenv(content, values, look, reader.quota)
        except DotenvError as error:
            report_dotenv(error, reader.shown(file), (), reader)
    return values


class _Load:
    """One run over the files of one project."""

    def __init__(
        self,
        sources: Sources,
        variables: dict[str, str],
        profiles: tuple[str, ...],
        reader: Reader,
    ) -> None:
        self.sources = sources
        self.variables = variables
        self.profiles = profiles or active_profiles(variables)
        self.reader = reader
        self.findings = reader.findings

    def project(self) -> Project | None:
        trees = Trees(self.reader)
        parsed = [trees.parse(file) for file in self.sources.files]
        documents = [
            (file, docs) for file, docs in zip(self.sources.files, parsed, strict=True) if docs
        ]
        name = project_name(
            [document.root for _, docs in documents for document in docs],
            self.sources.directory,
            self.variables,
            self.findings,
        )
        self.variables["COMPOSE_PROJECT_NAME"] = name
        root = trees.merge_files(documents, Scope(str(self.sources.directory), self.variables))
        if root is None or not root.entries:
            if not self.findings.errors:
                shown = self.reader.shown(self.sources.files[0])
                self.findings.report(
                    rules.EMPTY_FILE,
                    Location(shown, 1, 1),
                    (),
                    "the Compose file is empty",
                    "start with `services:`",
                )
            return None
        services = root.get("services")
        named = {
            key: named_args(service)
            for key, service in (services.items() if isinstance(services, MappingNode) else ())
        }
        normal = normalise(root, name, self.variables, self.reader)
        return self._model(normal, name, trees.broken, named)

    def _model(
        self,
        root: MappingNode,
        name: str,
        broken: set[str],
        named: Mapping[str, Mapping[str, Location]],
    ) -> Project:
        enabled, disabled = split_by_profile(root.get("services"), self.profiles)
        resolved: dict[str, Node] = {
            key: resolve_service(service, ("services", key), self.variables, self.reader)
            for key, service in enabled.items()
        }
        if disabled:
            # Nothing of them is printed, and yet their values have to be right.
            canonical_model(_with_services(root, disabled), name, self.findings)
        read = [file for each in enabled.values() for file in environment_files(each)]
        root = _with_services(root, resolved)
        canonical = canonical_model(root, name, self.findings)
        values = canonical["services"]
        Consistency(
            root=root,
            services=values if isinstance(values, dict) else {},
            disabled=frozenset(disabled),
            broken=broken,
            findings=self.findings,
        ).check()
        return _project(
            root,
            name,
            canonical,
            self.sources,
            self.reader,
            named=named,
            env_files=tuple(dict.fromkeys(read)),
            disabled=tuple(sorted(disabled)),
        )


def _with_services(root: MappingNode, services: dict[str, Node]) -> MappingNode:
    given = root.get("services")
    marks = given.key_marks if isinstance(given, MappingNode) else {}
    mark = root.mark if given is None else given.mark
    return replaced(root, {"services": MappingNode(services, mark, marks)})


def _project(
    root: MappingNode,
    name: str,
    canonical: dict[str, Json],
    sources: Sources,
    reader: Reader,
    *,
    named: Mapping[str, Mapping[str, Location]],
    env_files: tuple[Path, ...] = (),
    disabled: tuple[str, ...] = (),
) -> Project:
    dockerfiles = Dockerfiles(reader)

    def project(_values: Values, _place: Place) -> Mapping[str, Any]:
        return {
            "name": name,
            "directory": sources.directory,
            "files": sources.files,
            "env_files": env_files,
            "disabled": disabled,
            "canonical": without_unused(canonical),
        }

    def build(values: Values, place: Place) -> Mapping[str, Any]:
        return {
            "named_args": named.get(str(place.path[1]), {}),
            "parsed_dockerfile": dockerfiles.find(values, place.node, place.path),
        }

    decoder = Decoder({Project: project, Build: build})
    return decoder.part(Project, canonical, Place(root, ()))


def _from_dockerfile(sources: Sources, variables: dict[str, str], reader: Reader) -> Project | None:
    """A project with one service, which is built from a lone Dockerfile."""
    dockerfile = sources.dockerfile
    if dockerfile is None:
        return None
    mark = (reader.shown(dockerfile), 1, 1)
    given = variables.get("COMPOSE_PROJECT_NAME")
    name = given or folder_name(sources.directory)
    if not given:
        report_common_name(name, Location(*mark), reader.findings)
    if not name:
        name = "app"
    build: dict[str, Node] = {
        "context": text_at(str(sources.directory), mark),
        "dockerfile": text_at(dockerfile.name, mark),
    }
    service: dict[str, Node] = {"build": MappingNode(build, mark)}
    services: dict[str, Node] = {name: MappingNode(service, mark)}
    root = MappingNode({"services": MappingNode(services, mark)}, mark)
    root = normalise(root, name, variables, reader)
    canonical = canonical_model(root, name, reader.findings)
    return _project(root, name, canonical, sources, reader, named={})
