"""``serverless-containers local``."""

import sys
import traceback
from collections.abc import Callable
from pathlib import Path

import click

from serverless_containers.local.failure import LocalError

_MISSING = (
    "this command needs packages that are not installed ({name}): "
    "pip install 'serverless-containers[local]'"
)


@click.group(name="local", invoke_without_command=True)
@click.option("--app", help="The CDK app's command. By default that of cdk.json.")
@click.option(
    "--stacks",
    metavar="PATTERN",
    help="The stacks to deploy, as the CDK CLI selects them. By default those of the stage that "
    "the context value 'environment' names, else of the stage 'dev', else all.",
)
@click.option(
    "-c", "--context", multiple=True, metavar="KEY=VALUE", help="Context for the CDK app."
)
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=0,
    help="The port on 127.0.0.1. By default a free one.",
)
@click.option(
    "--region", default="us-east-1", show_default=True, help="The region of stacks without one."
)
@click.option("--keep", is_flag=True, help="Leave the embedded AWS running.")
@click.option(
    "--json",
    "json_file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the result to this file.",
)
@click.pass_context
def command(
    ctx: click.Context,
    *,
    app: str | None,
    stacks: str | None,
    context: tuple[str, ...],
    port: int,
    region: str,
    keep: bool,
    json_file: Path | None,
) -> None:
    """Deploy the CDK app in this folder to an AWS embedded in this machine.

    Starts it, deploys with the real CDK CLI, asks the service APIs what exists, and stops it.
    """
    if ctx.invoked_subcommand is not None:
        return

    def deploy() -> int:
        from serverless_containers.local.report import (  # noqa: PLC0415  # slow to load
            ConsoleProgress,
            make_console,
            show,
            show_kept,
        )
        from serverless_containers.local.run import Options, run  # noqa: PLC0415

        console = make_console()
        options = Options(
            folder=Path.cwd(),
            app=app,
            stacks=stacks,
            context=context,
            port=port,
            region=region,
            keep=keep,
        )
        result = run(options, ConsoleProgress(console))
        if json_file is not None:
            json_file.write_text(result.to_json())
        show(console, result)
        if result.kept:
            show_kept(console, result)
        return 0 if result.holds else 1

    _guarded(deploy)


@command.command()
def stop() -> None:
    """Stop the embedded AWS that `local --keep` left running for this folder."""

    def end() -> int:
        from serverless_containers.local.run import stop as stop_kept  # noqa: PLC0415

        emulator = stop_kept(Path.cwd())
        click.echo(
            f"Stopped the embedded AWS on port {emulator.port}."
            if emulator
            else "No embedded AWS runs for this folder."
        )
        return 0

    _guarded(end)


def _guarded(work: Callable[[], int]) -> None:
    """Run the work and exit with its code; whatever goes wrong is told in words."""
    from serverless_containers.local.process import (  # noqa: PLC0415
        Terminated,
        terminations_raised,
    )

    try:
        with terminations_raised():
            code = work()
    except ImportError as error:
        raise click.ClickException(_MISSING.format(name=error.name)) from error
    except LocalError as error:
        for line in error.details:
            click.echo(f"  {line}", err=True)
        raise click.ClickException(str(error)) from error
    except Terminated as ended:
        click.echo("Stopped; nothing is left running.", err=True)
        code = ended.exit_code
    except click.ClickException:
        raise
    except Exception as error:
        from serverless_containers.local.project import Project  # noqa: PLC0415

        log = Project(Path.cwd()).log("error")
        log.write_text(traceback.format_exc())
        raise click.ClickException(
            f"this is a defect of serverless-containers ({type(error).__name__}: {error}); "
            f"its traceback is in {log}"
        ) from error
    sys.exit(code)
