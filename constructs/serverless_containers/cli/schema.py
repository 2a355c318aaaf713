"""``serverless-containers schema``."""

from importlib.resources import files

import click

from serverless_containers.cli.output import write_document

_FILE = "plan/compose.schema.json"


@click.command(name="schema")
def command() -> None:
    """Print a JSON schema of Compose files with the settings of this library.

    It refers to the official schema by its address: editors and validators that know it complete
    and check the keys of both. `docs/guides/editor-and-ci.md` says how an editor is told of it.
    """
    text = files("serverless_containers").joinpath(_FILE).read_text(encoding="utf-8")
    write_document(text.rstrip("\n"))
