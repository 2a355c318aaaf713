"""From files to one canonical tree: the phases of each file, in Compose's order."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from serverless_containers.compose import include, limits, paths, rules
from serverless_containers.compose.checks import check_resources
from serverless_containers.compose.extends import Extends, Load, Loaded
from serverless_containers.compose.files import Reader, is_file
from serverless_containers.compose.passes import (
    enforce_unique,
    expand,
    fill_defaults,
    merge,
    resolve_paths,
)
from serverless_containers.compose.validate import validate
from serverless_containers.compose.variables.dotenv import DotenvError, read_dotenv
from serverless_containers.compose.variables.environment import report_dotenv, resolve_environment
from serverless_containers.compose.variables.interpolate import interpolate
from serverless_containers.compose.yaml.nodes import MappingNode, Node, is_null, without
from serverless_containers.compose.yaml.overrides import clear
from serverless_containers.compose.yaml.parse import Document, parse
from serverless_containers.compose.yaml.weight import weigh
from serverless_containers.findings import KeyPath, Location


@dataclass(frozen=True, slots=True)
class Scope:
    """Folder and variables that a set of files is read with.

    Attributes:
        directory: The folder that their paths are relative to.
        variables: The variables for interpolation.
        trail: The files that include each other down to these.
    """

    directory: str
    variables: Mapping[str, str]
    trail: tuple[str, ...] = ()

    def into(self, file: str) -> "Scope":
        """The scope of what a file includes."""
        return Scope(self.directory, self.variables, (*self.trail, file))


@dataclass(slots=True)
class Trees:
    """Reads, completes and merges the files of a project.

    Attributes:
        reader: Reads files, and holds the findings.
        broken: The names of the services of which the schema has left something out.
    """

    reader: Reader
    broken: set[str] = field(default_factory=set)
    _parsed: dict[Path, tuple[Document, ...] | None] = field(default_factory=dict)

    def parse(
        self, file: Path, at: Location | None = None, keys: KeyPath = ()
    ) -> tuple[Document, ...] | None:
        """The documents of a file, which is read once.

        Args:
            file: The file.
            at: Where it is named, None for a file that nothing names.
            keys: The keys that lead there.
        """
        if file not in self._parsed:
            content = self.reader.read(file, at, keys)
            self._parsed[file] = (
                None
                if content is None
                else parse(
                    content,
                    file=self.reader.shown(file),
                    findings=self.reader.findings,
                    quota=self.reader.quota,
                )
            )
        return self._parsed[file]

    def merge_files(
        self, files: list[tuple[Path, tuple[Document, ...]]], scope: Scope
    ) -> MappingNode | None:
        """Make one tree of several files.

        Args:
            files: The files and their documents, the later merged onto the earlier.
            scope: What the files are read with.
        """
        merged: MappingNode | None = None
        for file, documents in files:
            for document in documents:
                merged = self._add(merged, document, str(file), scope)
        if merged is None:
            return None
        findings = self.reader.findings
        merged = fill_defaults(merged)
        check_resources(merged, findings)
        merged = resolve_paths(merged, scope.directory, findings)
        return resolve_environment(merged, scope.variables, self.reader)

    def _add(
        self, merged: MappingNode | None, document: Document, file: str, scope: Scope
    ) -> MappingNode:
        findings = self.reader.findings
        self._count(document.root)
        root = interpolate(document.root, scope.variables, self.reader)
        extends = Extends(scope.directory, self._extended_file(scope.variables), self.reader)
        root = extends.apply(root, file, document.overrides)
        if "include" in root:
            root = self._include(root, scope.into(file))
        if merged is not None:
            root = merge(clear(merged, document.overrides), root, findings)
        self._count(root)
        root = validate(enforce_unique(root), findings, self.broken)
        root = without(root, "include")
        if "version" in root:
            findings.report(
                rules.VERSION_IGNORED,
                root.key_at("version"),
                ("version",),
                "`version` has no meaning any more",
                "remove it",
            )
            root = without(root, "version")
        return enforce_unique(expand(root, self.reader))

    def _count(self, root: Node) -> None:
        """Count a tree that the phases go through, as one may go through them many times."""
        # Also a file of one value has to be read, and goes through every phase.
        self.reader.count_values(weigh(root)[0] + limits.VALUES_OF_A_FILE, root.at)

    def _extended_file(self, variables: Mapping[str, str]) -> Load:
        def load(name: str, node: Node, keys: KeyPath) -> Loaded | None:
            documents = self.parse(Path(name), node.at, keys)
            if not documents:
                return None
            findings = self.reader.findings
            root: MappingNode | None = None
            overrides: tuple[KeyPath, ...] = ()
            for document in documents:
                self._count(document.root)
                new = interpolate(document.root, variables, self.reader)
                if root is not None:
                    new = merge(clear(root, document.overrides), new, findings)
                root = enforce_unique(expand(enforce_unique(new), self.reader))
                overrides = document.overrides
            return None if root is None else Loaded(root, overrides)

        return load

    def _include(self, root: MappingNode, scope: Scope) -> MappingNode:
        findings = self.reader.findings
        trail = scope.trail
        kept = root
        if is_null(root.entries["include"]):
            return without(root, "include")
        for entry in include.inclusions(root, scope.directory, findings):
            if entry.files[0] in trail or len(trail) > limits.DEEPEST_INCLUDE:
                circle = " → ".join(self.reader.shown(name) for name in (*trail, entry.files[0]))
                findings.report(
                    rules.INCLUDE_INVALID,
                    entry.node.at,
                    entry.path,
                    f"files include each other: {circle}",
                    "remove one of them",
                )
                continue
            imported = self._imported(entry, scope)
            if imported is not None:
                kept = include.add_resources(kept, imported, findings)
        return kept

    def _imported(self, entry: include.Inclusion, scope: Scope) -> MappingNode | None:
        parsed = [
            (Path(name), self.parse(Path(name), entry.node.at, entry.path)) for name in entry.files
        ]
        files = [(name, documents) for name, documents in parsed if documents]
        if not files:
            return None
        variables = {**self._variables(entry, scope.variables), **scope.variables}
        return self.merge_files(files, Scope(entry.directory, variables, scope.trail))

    def _variables(self, entry: include.Inclusion, variables: Mapping[str, str]) -> dict[str, str]:
        names = entry.env_files
        if names is None:
            default = paths.join(entry.directory, ".env")
            names = (default,) if is_file(Path(default)) else ()
        values: dict[str, str] = {}

        def look(name: str) -> str | None:
            return variables.get(name, values.get(name))

        for name in names:
            content = self.reader.read(
                Path(name),
                entry.node.at,
                entry.path,
                most=limits.LARGEST_VARIABLES,
                folders=(entry.directory,),
            )
            if content is None:
                continue
            try:
                read_dotenv(content, values, look, self.reader.quota)
            except DotenvError as error:
                report_dotenv(error, self.reader.shown(name), entry.path, self.reader)
        return values
