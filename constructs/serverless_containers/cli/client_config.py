"""``serverless-containers client-config``."""

import re
import sys
from dataclasses import dataclass
from pathlib import Path

import click

from serverless_containers.cli.arguments import NameType, outputs_option
from serverless_containers.cli.errors import errors_in_words
from serverless_containers.cli.output import write_document, write_line
from serverless_containers.client_config import (
    FORMATS,
    ClientConfig,
    ClientConfigError,
    Format,
    choose_stacks,
    configure_call,
    format_of,
    is_name,
    load_outputs,
    merge_into,
    to_client_config,
    write_new,
)

_PATH = click.Path(path_type=Path)
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_URL_PATH = re.compile(r"/[^\s?#\"'<>\\]*")


@click.command(name="client-config")
@errors_in_words()
@outputs_option("What `cdk deploy --outputs-file FILE` wrote.", required=True)
@click.option(
    "--format",
    "format_name",
    required=True,
    type=click.Choice(FORMATS),
    help="aws-exports.js, amplifyconfiguration.json for Swift and Android, amplify_outputs.json, "
    "or lines of variables.",
)
@click.option(
    "--merge", type=_PATH, metavar="FILE", help="Write into this file and keep what else is in it."
)
@click.option("-o", "--output", type=_PATH, metavar="FILE", help="Write this new file.")
@click.option("--force", is_flag=True, help="Let --output overwrite a file.")
@click.option(
    "--stack",
    "stacks",
    type=NameType(),
    multiple=True,
    metavar="NAME",
    help="A stack to write. By default the only one that is an API.",
)
@click.option(
    "--name",
    "names",
    multiple=True,
    metavar="API_NAME",
    help="What the application calls the API; one for each stack. By default its output ApiName.",
)
@click.option(
    "--api-type",
    type=click.Choice(["rest", "graphql"]),
    default="rest",
    show_default=True,
    help="Of GraphQL, which Amplify's files know from AppSync only, the call to make is printed.",
)
@click.option("--path", metavar="PATH", help="The GraphQL endpoint's path. By default /graphql.")
@click.option(
    "--prefix", metavar="TEXT", help="What the variables' names begin with, such as VITE_."
)
def command(
    *,
    outputs: Path,
    format_name: str,
    merge: Path | None,
    output: Path | None,
    force: bool,
    stacks: tuple[str, ...],
    names: tuple[str, ...],
    api_type: str,
    path: str | None,
    prefix: str | None,
) -> None:
    """Write the configuration file of a client application from a deployment's outputs.

    Without --merge and --output it goes to standard output.
    """
    try:
        options = _Options(
            format=format_name,
            merge=merge,
            output=output,
            force=force,
            names=names,
            is_graphql=api_type == "graphql",
            path=path,
            prefix=prefix,
        )
        options.check()
        chosen = choose_stacks(load_outputs(outputs), stacks, str(outputs))
        client = to_client_config(chosen, names)
        if options.is_graphql:
            _write_graphql(client.at(path or "/graphql"), options)
        else:
            _write(client, options)
    except ClientConfigError as error:
        raise click.ClickException(str(error)) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class _Options:
    format: str
    merge: Path | None
    output: Path | None
    force: bool
    names: tuple[str, ...]
    is_graphql: bool
    path: str | None
    prefix: str | None

    def check(self) -> None:
        """Refuse options that contradict each other, or would count for nothing."""
        if self.merge and self.output:
            raise ClientConfigError("--merge and --output exclude each other; give one of them")
        if self.force and not self.output:
            raise ClientConfigError("--force goes with --output")
        if self.prefix is not None and self.format != "env":
            raise ClientConfigError("--prefix goes with --format env")
        if self.prefix and not _VARIABLE.fullmatch(self.prefix):
            raise ClientConfigError(
                "--prefix: expected letters, digits and underscores, as in VITE_, "
                f"got {self.prefix!r}"
            )
        if self.path is not None and not self.is_graphql:
            raise ClientConfigError("--path goes with --api-type graphql")
        if self.path is not None and not _URL_PATH.fullmatch(self.path):
            raise ClientConfigError(
                f"--path: expected the path of a URL, as in /graphql, got {self.path!r}"
            )
        if wrong := [name for name in self.names if not is_name(name)]:
            raise ClientConfigError(f"--name: expected printable characters, got {wrong[0]!r}")

    @property
    def file(self) -> Path | None:
        return self.merge or self.output

    @property
    def output_format(self) -> Format:
        return format_of(self.format, prefix=self.prefix or "")


def _write(client: ClientConfig, options: _Options) -> None:
    output_format = options.output_format
    messages = sys.stdout
    if options.merge:
        write_line(merge_into(client, output_format, options.merge), messages)
    elif options.output:
        write_line(
            write_new(client, output_format, options.output, overwrite=options.force), messages
        )
    else:
        messages = sys.stderr
        write_document(output_format.fresh(client, None).removesuffix("\n"))
    for note in output_format.notes(client):
        write_line(f"note: {note}", messages)


def _write_graphql(client: ClientConfig, options: _Options) -> None:
    if len(client.apis) > 1:
        raise ClientConfigError(
            f"Amplify has one GraphQL endpoint, got {len(client.apis)}; name one --stack"
        )
    call = configure_call(client.apis[0])
    written = options.output_format.with_graphql(client)
    if not options.file and not written.apis:
        write_document(call)
        return
    if written.is_empty:
        write_line(f"{options.file}: not written, there is nothing but the endpoint", sys.stdout)
    else:
        _write(written, options)
    write_line(call, sys.stdout if options.file else sys.stderr)
