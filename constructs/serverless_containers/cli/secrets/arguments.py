"""The parameters that several commands for secrets have, declared once."""

import functools
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import click

from serverless_containers.cli.arguments import (
    Command,
    ProjectArguments,
    declare,
    project_arguments,
)
from serverless_containers.cli.secrets.selection import SecretSelection, select

_LETTERS_NUMBERS_SPACES = frozenset("LNZ")
"""Unicode's categories, by their first letters: "Tag", AWS Systems Manager API Reference."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SelectionArguments:
    """The secrets that are meant, as they are given on the command line.

    Attributes:
        project: The project.
        entrypoint: The service that receives the traffic. Default: the files tell.
        only: The keys of the secrets in the Compose file. Default: all of them.
    """

    project: ProjectArguments
    entrypoint: str | None = None
    only: tuple[str, ...] = ()

    def select(self) -> SecretSelection:
        """Read the project and select secrets; see `select`."""
        return select(self.project, entrypoint=self.entrypoint, only=self.only)


def selection_arguments(command: Callable[..., None]) -> Callable[..., None]:
    """Declare which secrets are meant; the command gets them as ``arguments``."""

    @functools.wraps(command)
    def wrapped(
        *,
        project: ProjectArguments,
        entrypoint: str | None,
        only: tuple[str, ...],
        **others: Any,  # noqa: ANN401  # the command's own
    ) -> None:
        arguments = SelectionArguments(project=project, entrypoint=entrypoint, only=only)
        command(arguments=arguments, **others)

    declared = declare(
        click.option(
            "--entrypoint",
            metavar="NAME",
            help="The service that receives the traffic, if the files do not tell.",
        ),
        click.option(
            "--only",
            multiple=True,
            metavar="NAME",
            help="A secret's key in the Compose file; may be repeated. By default all of them.",
        ),
    )(wrapped)
    return project_arguments(declared)


def storage_arguments(command: Command) -> Command:
    """Declare how secrets are to be stored: ``kms_key`` and ``tags``."""
    return declare(
        click.option(
            "--tag",
            "tags",
            multiple=True,
            metavar="KEY=VALUE",
            callback=_tags,
            help="A tag that they have; may be repeated. serverless-containers:project, "
            "serverless-containers:environment and serverless-containers:source are added to those "
            "that are named after the project.",
        ),
        click.option(
            "--kms-key",
            metavar="KEY",
            help="The id, ARN or alias of the KMS key that encrypts them. By default a secret "
            "keeps its own, and a new one gets the account's.",
        ),
    )(command)


def _tags(
    _context: click.Context, _option: click.Parameter, given: tuple[str, ...]
) -> dict[str, str]:
    tags = {}
    for each in given:
        key, separator, value = each.partition("=")
        # "Tag", AWS Secrets Manager API Reference; likewise for parameters.
        if not (separator and 1 <= len(key) <= 128 and len(value) <= 256):
            raise click.BadParameter(
                f"expected KEY=VALUE with at most 128 and 256 characters, got {each!r}"
            )
        if key.lower().startswith("aws:"):
            raise click.BadParameter(f"tags that start with aws: are AWS's own, got {each!r}")
        if key.lower().startswith("serverless-containers:"):
            raise click.BadParameter(
                "tags that start with serverless-containers: tell whose a secret is, and are set "
                f"by this program alone, got {each!r}"
            )
        if not all(map(_is_allowed, key + value)):
            raise click.BadParameter(
                f"in a tag AWS allows letters, digits, spaces and _ . : / = + - @, got {each!r}"
            )
        tags[key] = value
    return tags


def _is_allowed(character: str) -> bool:
    return character in "_.:/=+-@" or unicodedata.category(character)[0] in _LETTERS_NUMBERS_SPACES
