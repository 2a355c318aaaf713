"""The formats of configuration, by the names of ``--format``."""

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from serverless_containers.client_config import amplify_js, amplify_native, amplify_outputs, env
from serverless_containers.client_config.errors import ClientConfigError
from serverless_containers.client_config.files import TextFile
from serverless_containers.client_config.javascript import exported_object
from serverless_containers.client_config.json_merge import (
    Document,
    UnmergeableError,
    merge_json,
    to_json,
)
from serverless_containers.client_config.merged import Merged
from serverless_containers.client_config.model import AuthorizationType, ClientConfig
from serverless_containers.findings import Location
from serverless_containers.json_source import JsonObject, kind_of, parse_json, parse_json_at

_JAVASCRIPT = (".js", ".mjs")
_JSON_INSTEAD = (
    "correct it, or merge into an amplifyconfiguration.json, which Amplify.configure takes as well"
)


class Format(Protocol):
    """A format of configuration."""

    def check_name(self, path: Path) -> None:
        """Refuse a file that nobody would read in this format.

        Raises:
            ClientConfigError: If it is one.
        """

    def fresh(self, client: ClientConfig, path: Path | None) -> str:
        """Write a new document, for a file or for none."""

    def merge(self, client: ClientConfig, file: TextFile) -> Merged:
        """Write into a file's text.

        Raises:
            ClientConfigError: If the text is not of this format.
        """

    def with_graphql(self, client: ClientConfig) -> ClientConfig:
        """Return what of a client with a GraphQL API goes into the file."""

    def notes(self, client: ClientConfig) -> Iterable[str]:
        """Return what the application has to do besides."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AmplifyFormat:
    """A configuration file of Amplify.

    Attributes:
        document: Makes what is to be in the file.
        tell: Says what the application has to do besides.
        suffixes: The names' ends that tell the file's kind.
        kept: Names that count only where the file has no such text.
    """

    document: Callable[[ClientConfig], Document]
    tell: Callable[[ClientConfig], Iterator[str]]
    suffixes: tuple[str, ...] = (".json",)
    kept: frozenset[str] = frozenset()

    def check_name(self, path: Path) -> None:
        """See `Format`."""
        if path.suffix.lower() not in self.suffixes:
            raise ClientConfigError(
                f"expected a file that ends in {' or '.join(self.suffixes)}, got {str(path)!r}"
            )

    def fresh(self, client: ClientConfig, path: Path | None) -> str:
        """See `Format`."""
        text = to_json(self.document(client))
        suffix = path.suffix.lower() if path else self.suffixes[0]
        if suffix in _JAVASCRIPT:
            return f"const awsExports = {text};\n\nexport default awsExports;\n"
        return f"{text}\n"

    def merge(self, client: ClientConfig, file: TextFile) -> Merged:
        """See `Format`."""
        document = self.document(client)
        try:
            return merge_json(file.text, self._root(file), document, kept=self.kept)
        except UnmergeableError as error:
            at = Location.at_offset(str(file.path), file.text, error.offset)
            raise ClientConfigError(
                f"{at}: {error}; correct it, or remove it to have it written anew"
            ) from None

    def with_graphql(self, client: ClientConfig) -> ClientConfig:
        """See `Format`: Amplify would call it as a REST API, or as AppSync's."""
        return client.without_apis()

    def notes(self, client: ClientConfig) -> Iterator[str]:
        """See `Format`."""
        if client.identity_pool is None:
            for api in client.apis:
                if api.authorization is AuthorizationType.IAM:
                    yield (
                        f"{api.name} takes signed requests, and its stack has no output "
                        "IdentityPoolId: the application has to bring AWS credentials"
                    )
        yield from self.tell(client)

    def _root(self, file: TextFile) -> JsonObject:
        text, name = file.text, str(file.path)
        is_javascript = file.path.suffix.lower() in _JAVASCRIPT
        start = exported_object(text) if is_javascript else 0
        if start is None:
            raise ClientConfigError(
                f"{name}: found no object that the file exports, as in export default {{…}}; "
                f"{_JSON_INSTEAD}"
            )
        try:
            root = parse_json_at(text, start) if is_javascript else parse_json(text)
        except json.JSONDecodeError as error:
            at = Location.at_offset(name, text, error.pos)
            what = f"{error.msg[:1].lower()}{error.msg[1:]}"
            raise ClientConfigError(
                f"{at}: the object that is exported must be JSON, as Amplify writes it: {what}; "
                f"{_JSON_INSTEAD}"
                if is_javascript
                else f"{at}: expected JSON: {what}; correct it"
            ) from None
        if not isinstance(root, JsonObject):
            at = Location.at_offset(name, text, root.start)
            raise ClientConfigError(f"{at}: expected an object, got {kind_of(root)}; correct it")
        return root


@dataclass(frozen=True, slots=True, kw_only=True)
class EnvFormat:
    """Lines of variables.

    Attributes:
        prefix: What each name begins with.
    """

    prefix: str = ""

    def check_name(self, path: Path) -> None:
        """See `Format`: such files have any name."""

    def fresh(self, client: ClientConfig, path: Path | None) -> str:  # noqa: ARG002  # the same for all
        """See `Format`."""
        return env.to_lines(env.variables(client, self.prefix))

    def merge(self, client: ClientConfig, file: TextFile) -> Merged:
        """See `Format`."""
        return env.merge_lines(file.text, env.variables(client, self.prefix))

    def with_graphql(self, client: ClientConfig) -> ClientConfig:
        """See `Format`: to variables an endpoint is a URL as any other."""
        return client

    def notes(self, client: ClientConfig) -> Iterator[str]:  # noqa: ARG002  # the lines say it all
        """See `Format`."""
        return iter(())


AMPLIFY_FORMATS = {
    "amplify-js": AmplifyFormat(
        document=amplify_js.document,
        tell=amplify_js.notes,
        suffixes=(*_JAVASCRIPT, ".json"),
        kept=amplify_js.KEPT,
    ),
    "amplify-native": AmplifyFormat(document=amplify_native.document, tell=amplify_native.notes),
    "amplify-outputs": AmplifyFormat(
        document=amplify_outputs.document, tell=amplify_outputs.notes, kept=amplify_outputs.KEPT
    ),
}
"""The formats that Amplify reads, by the names of `--format`."""

FORMATS = (*AMPLIFY_FORMATS, "env")


def format_of(name: str, *, prefix: str = "") -> Format:
    """Return the format of a name.

    Args:
        name: One of `FORMATS`.
        prefix: What each variable's name begins with.
    """
    return AMPLIFY_FORMATS[name] if name in AMPLIFY_FORMATS else EnvFormat(prefix=prefix)
