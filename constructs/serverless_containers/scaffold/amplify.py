"""A container API of Amplify's: the folder ``amplify/backend/api/<name>``.

It holds ``src`` with a Compose file or a Dockerfile, ``secrets``, ``custom-policies.json`` and the
template that the Amplify CLI has made; ``amplify/backend/backend-config.json`` says how the API was
configured ("Serverless containers", Amplify CLI documentation).
"""

import json
import os
import re
import shlex
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from serverless_containers.compose import load_project
from serverless_containers.compose.files import SECRET_PREFIX, exists, is_file
from serverless_containers.compose.model import Project
from serverless_containers.compose.quota import Quota
from serverless_containers.compose.yaml.nodes import MappingNode
from serverless_containers.compose.yaml.parse import Document, parse
from serverless_containers.findings import Findings, KeyPath, Lines, Location
from serverless_containers.json_source import (
    JsonArray,
    JsonNode,
    JsonObject,
    JsonScalar,
    kind_of,
    parse_json,
)
from serverless_containers.plan import PlanOptions
from serverless_containers.plan.source import plan_source
from serverless_containers.scaffold.compose_text import Placed, Value, compose_text
from serverless_containers.scaffold.conversion import Conversion, Source, shown_from_here
from serverless_containers.scaffold.model import EnvironmentSpec, Keyword, Kind, matters, stack_name
from serverless_containers.scaffold.report import Report
from serverless_containers.scaffold.sections import read_text

_COMPOSE = ("docker-compose.yaml", "docker-compose.yml")
_SETTINGS = "x-serverless-containers"
_LEFT_OUT = {"node_modules", ".git", ".venv", "__pycache__"}
_LEFT_OUT_BECAUSE = "a build or a checkout makes it anew"
_MOST_FILES = 5000
"""Files of ``src`` that are copied; more are a build's or a package manager's."""
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")
_REGION = re.compile(r"[a-z]{2}(-[a-z]+)+-[0-9]")
_ENVIRONMENT = re.compile(r"[a-z][a-z0-9]{1,15}")


def is_container_api(path: Path) -> bool:
    """Return whether a folder is that of a container API."""
    return any(is_file(path / "src" / name) for name in (*_COMPOSE, "Dockerfile"))


def container_apis(path: Path) -> tuple[Path, ...]:
    """Return the container APIs in a folder: itself, or those of the Amplify project in it."""
    if is_container_api(path) or (path / "src").is_dir():
        return (path,)
    for folder in (path / "amplify/backend/api", path / "backend/api", path):
        try:
            found = sorted(each for each in folder.iterdir() if is_container_api(each))
        except OSError:
            continue
        if found:
            return tuple(found)
    return ()


def convert_api(path: Path, destination: Path, report: Report) -> Conversion | None:
    """Make an app of a container API.

    Args:
        path: Its folder.
        destination: The folder in which its sources are put, below its name.
        report: Takes what became of each file and key.

    Returns:
        The app; None where there are errors.
    """
    return _Api(Path(os.path.abspath(path)), report).converted(destination)  # noqa: PTH100


class _Api:
    def __init__(self, folder: Path, report: Report) -> None:
        self._folder = folder
        self._name = folder.name
        self._report = report
        self._src = folder / "src"
        is_in_project = folder.parts[-3:-1] == ("backend", "api")
        self._project_folder = folder.parents[2] if is_in_project else folder

    def converted(self, destination: Path) -> Conversion | None:
        if not _NAME.fullmatch(self._name):
            # A folder of this name is made.
            self._report.error(None, (), f"{self._name!r} is no name of an API of Amplify's")
            return None
        target = destination / self._name
        config = self._config()
        project, compose = self._project(config)
        files: dict[Path, bytes | Path] = dict(self._copies(target, compose))
        moves: list[str] = []
        if project is not None:
            files.update(self._compose(project, compose, config, target))
            moves.extend(self._secrets(project, target, files))
        self._policies(target, files)
        self._template()
        keywords = self._construct(config)
        environments = self._environments()
        if self._report.has_errors:
            return None
        source = Source(
            name="api",
            kind=Kind.API,
            path=target,
            keywords=tuple(keywords),
            managed=True,
            models={} if compose else self._of_dockerfile(environments),
            copied_from=self._src,
        )
        return Conversion(
            name=stack_name(self._name),
            sources=(source,),
            environments=tuple(
                EnvironmentSpec(name=name, region=region, retain=matters(name))
                for name, region in environments.items()
            ),
            files=files,
            steps=(*moves, _push(target, next(iter(environments)))) if moves else (),
        )

    def _of_dockerfile(self, environments: Iterable[str]) -> dict[str, Placed]:
        """Return what the Compose file is made of where there is none."""
        at = Location(shown_from_here(self._src / "Dockerfile"), 1, 1)
        return {name: Placed({}, at) for name in environments}

    # What Amplify knows of it.

    def _config(self) -> "_Json | None":
        """Return the API's entry in backend-config.json."""
        file = self._project_folder / "backend/backend-config.json"
        if not exists(file):
            self._report.left(
                None,
                (),
                f"{shown_from_here(file)} does not exist: who may call the API, and what else it "
                "depends on, is not known",
            )
            return None
        root = self._json(file)
        apis = root.below("api") if root else None
        return apis.below(self._name) if apis else None

    def _json(self, file: Path) -> "_Json | None":
        read = self._parsed(file)
        if read is None:
            return None
        content, node = read
        text = content.decode("utf-8-sig")
        root = _Json(node, text, Lines(shown_from_here(file), text), (), self._report)
        if not isinstance(node, JsonObject):
            self._report.error(root.at, (), f"expected an object, got {kind_of(node)}")
            return None
        return root

    def _parsed(self, file: Path) -> tuple[bytes, JsonNode] | None:
        """Read a JSON file, and report where it cannot be read."""
        shown = shown_from_here(file)
        if self._leads_out(file) or (content := read_text(file, shown, self._report)) is None:
            return None
        try:
            return content, parse_json(content.decode("utf-8-sig"))
        except json.JSONDecodeError as error:
            self._report.error(Location(shown, error.lineno, error.colno), (), error.msg)
            return None

    def _construct(self, config: "_Json | None") -> list[Keyword]:
        """Return the arguments of the construct."""
        keywords: list[Keyword] = []
        if config is None:
            return keywords
        service = config.text("service")
        if service not in {None, "ElasticContainer"}:
            config.error("service", f"expected ElasticContainer, got {service!r}: no container API")
        if config.boolean("restrictAccess"):
            keywords.append(
                Keyword(text="authorization=Authorization.cognito()", names=("Authorization",))
            )
            config.changed(
                "restrictAccess",
                "callers sign in to a user pool that is made: for the users that there are, give "
                "Authorization.cognito(user_pool=UserPool.from_user_pool_id(…))",
            )
        config.left(
            "gitHubInfo",
            "the folder is built: for a repository's pushes give images=BuildPipeline(…) with "
            "PipelineSource.github, for which somebody approves a connection",
        )
        mechanism = config.text("deploymentMechanism")
        if mechanism == "FULLY_MANAGED":
            config.carried("deploymentMechanism", "images=BuildPipeline.managed()")
        elif mechanism is not None:
            config.changed(
                "deploymentMechanism",
                f"{mechanism}: a pipeline builds the folder; BuiltImages.repositories(…) takes "
                "images that are in ECR already",
            )
        for each in config.items("dependsOn"):
            self._dependency(each)
        for key in ("categoryPolicies", "environmentMap"):
            config.left(
                key,
                "give the construct resources=[…], with variables of the same names, or a "
                "grant of the CDK's",
            )
        return keywords

    def _dependency(self, dependency: "_Json") -> None:
        category = dependency.text("category")
        name = dependency.text("resourceName") or "?"
        ways = {
            "storage": f"resources=[ResourceAccess.table(table, name={name!r})], or .bucket for a "
            "bucket, of a table that Table.from_table_name imports",
            "auth": "authorization=Authorization.cognito(user_pool=…)",
            "function": f"resources=[ResourceAccess.function(function, name={name!r})]",
        }
        way = ways.get(category or "", "a grant of the CDK's")
        self._report.left(
            dependency.at,
            dependency.path,
            f"{category} {name} stays in Amplify's stack; give the construct {way}",
        )

    def _template(self) -> None:
        """Report what somebody may have changed in the template that the Amplify CLI makes."""
        for file in sorted(self._folder.glob("*-cloudformation-template.*")):
            self._report.left(
                Location(shown_from_here(file), 1, 1),
                (),
                "it is made by the Amplify CLI of what was read here; changes by hand belong into "
                "the app",
            )
        for name in ("cli-inputs.json", "parameters.json"):
            if exists(self._folder / name):
                parameters = self._json(self._folder / name)
                for key in parameters.names() if parameters else ():
                    assert parameters is not None  # noqa: S101  # of () there is no key
                    parameters.left(key, "a parameter of the Amplify CLI's template")

    def _environments(self) -> dict[str, str | None]:
        """Return the environments, and the region of each where Amplify says it."""
        file = self._project_folder / "team-provider-info.json"
        root = self._json(file) if exists(file) else None
        names = [name for name in root.names() if _ENVIRONMENT.fullmatch(name)] if root else []
        if root is not None:
            for name in names:
                root.carried(name, "an environment in stacks/environments.py")
        # The one that is tried first is not the one that matters most.
        ordered = sorted(names, key=matters) or ["dev"]
        return {name: self._region(root, name) for name in ordered}

    def _region(self, root: "_Json | None", environment: str) -> str | None:
        entry = root.below(environment) if root is not None else None
        provider = entry.below("awscloudformation") if entry else None
        region = provider.text("Region") if provider else None
        if region is None or provider is None:
            return None
        if not _REGION.fullmatch(region):
            provider.error("Region", f"{region!r} is no region's name")
            return None
        provider.carried("Region", "region in stacks/environments.py")
        return region

    # Its sources.

    def _project(self, config: "_Json | None") -> tuple[Project | None, Path | None]:
        """Return the Compose project in ``src``, and its file, if it has one."""
        shown = shown_from_here(self._src)
        # The misspelling is Amplify's.
        is_elsewhere = (
            config is not None and config.text("deploymentMechanism") == "INDENPENDENTLY_MANAGED"
        )
        if config is not None and is_elsewhere and not is_container_api(self._folder):
            config.error(
                "deploymentMechanism",
                "the sources are in the repository of gitHubInfo: clone it, and give init that "
                "folder",
            )
            return None, None
        found = [self._src / name for name in _COMPOSE if is_file(self._src / name)]
        if len(found) > 1:
            self._report.error(
                None, (), f"{shown} has {' and '.join(each.name for each in found)}; keep one"
            )
            return None, None
        if not found and not is_file(self._src / "Dockerfile"):
            self._report.error(None, (), f"{shown} has neither docker-compose.yml nor a Dockerfile")
            return None, None
        if self._leads_out(found[0] if found else self._src / "Dockerfile"):
            return None, None
        findings = Findings()
        project = load_project(found[0] if found else self._src, override=False, findings=findings)
        for finding in findings.errors:
            at = finding.at
            place = Location(f"{shown}/{at.file}", at.line, at.column) if at else None
            message = f"{finding.message}; {finding.fix}" if finding.fix else finding.message
            self._report.error(place, finding.path, message)
        return project, found[0] if found else None

    def _compose(
        self,
        project: Project,
        compose: Path | None,
        config: "_Json | None",
        target: Path,
    ) -> Iterator[tuple[Path, bytes | Path]]:
        """Give the Compose file of the app."""
        settings = self._exposed(project, config)
        definition = compose or self._src / "Dockerfile"
        # All of Amplify's tasks had this size.
        self._report.changed(
            Location(shown_from_here(definition), 1, 1),
            (),
            "the task is as large as its containers need; Amplify's had 0.5 vCPU and 1 GB: "
            "x-serverless-containers: {cpu: 512, memory: 1024}",
        )
        if compose is None:
            # The port is the Dockerfile's EXPOSE.
            plan = plan_source(self._src, PlanOptions(ingress=None), Findings())
            port = settings.get("port") or (plan.port if plan else None)
            service: dict[str, Value] = {"build": ".", **({"ports": [str(port)]} if port else {})}
            model: dict[str, Value] = {
                "name": _project_name(self._name),
                "services": {_project_name(self._name): service},
            }
            comment = f"Made of {shown_from_here(self._src)} by serverless-containers init."
            self._report.carried(
                Location(shown_from_here(self._src / "Dockerfile"), 1, 1),
                (),
                "the build of a Compose file's only service",
            )
            yield target / "compose.yaml", compose_text(model, comment).encode()
            return
        text = read_text(compose, shown_from_here(compose), self._report)
        if text is None:
            return
        self._report.carried(Location(shown_from_here(compose), 1, 1), (), "copied as it is")
        if settings and not _has_settings(project):
            lines = "".join(f"  {name}: {json.dumps(value)}\n" for name, value in settings.items())
            appended = text.rstrip(b"\n") + f"\n{_SETTINGS}:\n{lines}".encode()
            if not _are_settings_of(appended, text):
                self._report.error(
                    Location(shown_from_here(compose), 1, 1),
                    (),
                    "the container of exposedContainer cannot be appended to a file that ends with "
                    "..., or whose keys are in braces or indented: write "
                    f"{_SETTINGS}: {json.dumps(settings)} among its keys, beside services",
                )
            text = appended
        yield target / compose.name, text

    def _exposed(self, project: Project, config: "_Json | None") -> dict[str, str | int]:
        exposed = config.below("exposedContainer") if config else None
        if exposed is None or config is None:
            return {}
        name, port = exposed.text("name"), exposed.number("port")
        if name is None or port is None:
            return {}
        if name not in project.services:
            config.error(
                "exposedContainer",
                f"there is no service {name!r}; there are {', '.join(project.services)}",
            )
            return {}
        known = {each.target for each in project.services[name].ports}
        published = {str(each.published): each.target for each in project.services[name].ports}
        if port not in known and str(port) in published:
            # Amplify took the host's side of "8080:80" for the container's.
            port = published[str(port)]
            config.changed("exposedContainer", f"port {port}, on which the container listens")
        else:
            config.carried("exposedContainer", "entrypoint and port of x-serverless-containers")
        return {"entrypoint": name, "port": port}

    def _copies(self, target: Path, compose: Path | None) -> Iterator[tuple[Path, Path]]:
        """Give the files of ``src`` that are copied."""
        if not self._src.is_dir():
            return
        count = 0
        for folder, names, files in os.walk(self._src):
            # The .git of a submodule is a file that leads to its repository.
            for name in sorted({*names, *files} & _LEFT_OUT):
                self._report.left(
                    Location(shown_from_here(Path(folder, name)), 1, 1), (), _LEFT_OUT_BECAUSE
                )
            names[:] = sorted(set(names) - _LEFT_OUT)
            for name in [*names, *sorted(set(files) - _LEFT_OUT)]:
                file = Path(folder, name)
                relative = file.relative_to(self._src)
                if file.is_symlink():
                    self._report.left(
                        Location(shown_from_here(file), 1, 1),
                        (),
                        "a symbolic link is not copied; copy what it leads to",
                    )
                elif name in files and not self._is_left(file, relative, compose):
                    count += 1
                    yield target / relative, file
            if count > _MOST_FILES:
                self._report.error(
                    None,
                    (),
                    f"{shown_from_here(self._src)} has more than {_MOST_FILES} files; remove what "
                    "is no source",
                )
                return

    def _is_left(self, file: Path, relative: Path, compose: Path | None) -> bool:
        shown = Location(shown_from_here(file), 1, 1)
        if relative.as_posix() == "buildspec.yml":
            self._report.left(shown, (), "the pipeline writes its own")
            return True
        if file.name.startswith(SECRET_PREFIX):
            self._report.error(shown, (), "a secret's file does not belong into src; move it out")
            return True
        if not file.is_file():
            self._report.left(shown, (), "it is no regular file")
            return True
        if file.name.startswith(".env"):
            self._report.carried(
                shown,
                (),
                "copied, with the permissions that it has: keep it out of the repository where its "
                "values are secret, with a line in .gitignore, or make secrets of them",
            )
        return file == compose

    def _leads_out(self, file: Path) -> bool:
        real = Path(os.path.realpath(file))
        if real.is_relative_to(os.path.realpath(self._project_folder)):
            return False
        self._report.error(
            None,
            (),
            f"{shown_from_here(file)} is a symbolic link, or behind one, that leads out of the "
            "project; copy what it leads to",
        )
        return True

    def _secrets(
        self, project: Project, target: Path, files: dict[Path, bytes | Path]
    ) -> Iterator[str]:
        """Give the commands that move secrets to the new folder; none is read here."""
        moved = []
        for name, secret in project.secrets.items():
            path = getattr(secret, "file", None)
            if path is None:
                continue
            old = Path(os.path.normpath(self._src / path))
            relative = Path(os.path.relpath(old, self._src))
            new = Path(os.path.normpath(target / relative))
            at = secret.at()
            at = replace(at, file=f"{shown_from_here(self._src)}/{at.file}")
            if not new.parent.is_relative_to(target.parent) or new == target:
                # A .gitignore is written beside it.
                self._report.error(
                    at,
                    ("secrets", name),
                    f"its file would be outside of {shown_from_here(target.parent)}, or "
                    f"{shown_from_here(target)} itself: name one in ../secrets",
                )
                continue
            beside = self._folder / "secrets" / old.name
            if not exists(old) and exists(beside):
                # The folder in which Amplify keeps them.
                old = beside
            missing = "" if exists(old) else f"; {shown_from_here(old)} is not there"
            moved.append((old, new))
            self._report.changed(
                at,
                ("secrets", name),
                f"<project>/<environment>/{name} in Secrets Manager; no value is read: keep its "
                f"file at {shown_from_here(new)}, and push it{missing}",
            )
        folders = {new.parent for _, new in moved}
        for folder in sorted(folders):
            if not exists(folder / ".gitignore"):
                files[folder / ".gitignore"] = f"{SECRET_PREFIX}*\n".encode()
        for old, new in moved:
            yield shlex.join(["install", "-m", "600", shown_from_here(old), shown_from_here(new)])

    def _policies(self, target: Path, files: dict[Path, bytes | Path]) -> None:
        file = self._folder / "custom-policies.json"
        if not exists(file):
            return
        read = self._parsed(file)
        if read is None:
            return
        content, node = read
        shown = shown_from_here(file)
        if isinstance(node, JsonArray) and all(_is_empty(each) for each in node.items):
            self._report.left(Location(shown, 1, 1), (), "it grants nothing, as Amplify makes it")
            return
        files[target / "custom-policies.json"] = content
        self._report.carried(Location(shown, 1, 1), (), "copied: permissions of the task role")


def _push(project: Path, environment: str) -> str:
    there = shown_from_here(project)
    return shlex.join(["serverless-containers", "secrets", "push", there, "--env", environment])


def _has_settings(project: Project) -> bool:
    node = project.node
    return isinstance(node, MappingNode) and _SETTINGS in node


def _are_settings_of(appended: bytes, text: bytes) -> bool:
    """Return whether settings behind the text of a Compose file are keys of its last document."""
    before, after = _documents(text), _documents(appended)
    return len(before) == len(after) > 0 and _SETTINGS in after[-1].root


def _documents(text: bytes) -> tuple[Document, ...]:
    quota = Quota()
    quota.grant(len(text))
    return parse(text, file="", findings=Findings(), quota=quota) or ()


def _is_empty(statement: JsonNode) -> bool:
    """Return whether a statement is the one that the Amplify CLI makes: without any action."""
    if not isinstance(statement, JsonObject):
        return False
    action = statement.get("Action")
    return action is not None and isinstance(action.value, JsonArray) and not action.value.items


def _project_name(text: str) -> str:
    return re.sub(r"[^a-z0-9_-]", "-", text.lower()).lstrip("_-") or "api"


class _Json:
    """An object of a JSON file, with the places of its members."""

    def __init__(
        self, node: JsonNode, text: str, lines: Lines, path: KeyPath, report: Report
    ) -> None:
        self._node = node
        self._text = text
        self._lines = lines
        self.path = path
        self._report = report

    @property
    def at(self) -> Location:
        return self._place(self._node.start)

    def names(self) -> list[str]:
        node = self._node
        return [each.name for each in node.members] if isinstance(node, JsonObject) else []

    def _place(self, start: int) -> Location:
        return self._lines.at(start)

    def _member(self, key: str) -> JsonNode | None:
        member = self._node.get(key) if isinstance(self._node, JsonObject) else None
        if member is None or (isinstance(member.value, JsonScalar) and member.value.value is None):
            return None
        return member.value

    def _of(self, node: JsonNode, *keys: str | int) -> "_Json":
        return _Json(node, self._text, self._lines, (*self.path, *keys), self._report)

    def _wrong(self, key: str, node: JsonNode, expected: str) -> None:
        self._report.error(
            self._place(node.start), (*self.path, key), f"expected {expected}, got {kind_of(node)}"
        )

    def below(self, key: str) -> "_Json | None":
        node = self._member(key)
        if node is None:
            return None
        if not isinstance(node, JsonObject):
            self._wrong(key, node, "an object")
            return None
        return self._of(node, key)

    def items(self, key: str) -> Iterator["_Json"]:
        node = self._member(key)
        if node is None:
            return
        if not isinstance(node, JsonArray):
            self._wrong(key, node, "a list")
            return
        for index, item in enumerate(node.items):
            yield self._of(item, key, index)

    def text(self, key: str) -> str | None:
        node = self._member(key)
        if node is None or (isinstance(node, JsonScalar) and isinstance(node.value, str)):
            return None if node is None else str(getattr(node, "value", ""))
        self._wrong(key, node, "text")
        return None

    def number(self, key: str) -> int | None:
        node = self._member(key)
        if node is None:
            return None
        written = self._text[node.start : node.end].strip('"')
        if isinstance(node, JsonScalar) and written.isascii() and written.isdecimal():
            return int(written)
        self._wrong(key, node, "a whole number")
        return None

    def boolean(self, key: str) -> bool | None:
        node = self._member(key)
        if node is None:
            return None
        if isinstance(node, JsonScalar) and isinstance(node.value, bool):
            return node.value
        self._wrong(key, node, "true or false")
        return None

    def _key_place(self, key: str) -> Location:
        member = self._node.get(key) if isinstance(self._node, JsonObject) else None
        return self._place(member.start if member else self._node.start)

    def error(self, key: str, message: str) -> None:
        self._report.error(self._key_place(key), (*self.path, key), message)

    def left(self, key: str, why: str) -> None:
        if self._member(key) is not None:
            self._report.left(self._key_place(key), (*self.path, key), why)

    def changed(self, key: str, becomes: str) -> None:
        self._report.changed(self._key_place(key), (*self.path, key), becomes)

    def carried(self, key: str, becomes: str) -> None:
        self._report.carried(self._key_place(key), (*self.path, key), becomes)
