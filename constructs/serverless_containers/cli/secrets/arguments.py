"""What the commands for secrets are given."""

import unicodedata
from collections.abc import Callable
from typing import Any, TypeVar

import click

from serverless_containers.cli.arguments import project_arguments

_Command = TypeVar("_Command", bound=Callable[..., Any])

_LETTERS_NUMBERS_SPACES = frozenset("LNZ")
"""Unicode's categories, by their first letters: "Tag", AWS Systems Manager API Reference."""


class Misuse(click.UsageError):
    """A command that is not called as it should be."""

    # Not click's 2, by which `diff` says that there is something to push.
    exit_code = 1


class SecretsCommand(click.Command):
    """A command whose misuse is a `Misuse`."""

    def make_context(  # noqa: D102  # click's
        self,
        info_name: str | None,
        args: list[str],
        parent: click.Context | None = None,
        **extra: Any,  # noqa: ANN401  # click's signature
    ) -> click.Context:
        try:
            return super().make_context(info_name, args, parent, **extra)
        except click.UsageError as error:
            raise Misuse(error.format_message(), error.ctx) from None


def selecting(command: _Command) -> _Command:
    """Declare which secrets of which project are meant."""
    for declare in (
        click.option(
            "--only",
            multiple=True,
            metavar="NAME",
            help="A secret's key in the Compose file; may be repeated. By default all of them.",
        ),
        click.option(
            "--entrypoint",
            metavar="NAME",
            help="The service that receives the traffic, if the files do not tell.",
        ),
        project_arguments,
    ):
        command = declare(command)
    return command


def reaching(command: _Command) -> _Command:
    """Declare which AWS account and region are meant."""
    for declare in (
        click.option(
            "--region",
            metavar="NAME",
            help="The AWS region. By default that of the shell or profile.",
        ),
        click.option(
            "--aws-profile",
            metavar="NAME",
            help="The profile of the AWS configuration. By default the shell's.",
        ),
    ):
        command = declare(command)
    return command


def wanting(command: _Command) -> _Command:
    """Declare how secrets shall be kept."""
    for declare in (
        click.option(
            "--kms-key",
            metavar="KEY",
            help="The id, ARN or alias of the KMS key that encrypts them. By default a secret "
            "keeps its own, and a new one gets the account's.",
        ),
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
    ):
        command = declare(command)
    return command


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
