"""``serverless-containers local``."""

import contextlib
import shlex
import sys
import tempfile
import traceback
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import click

from serverless_containers.cli.errors import describe_os_error, full_disks, has_remedy
from serverless_containers.cli.exit_codes import ExitCode
from serverless_containers.cli.extras import MissingExtraError, require_extra
from serverless_containers.cli.output import print_error, print_line, print_output
from serverless_containers.local.failure import LocalError


def _deploying(function: Callable[..., None]) -> Callable[..., None]:
    """Add the options of a deployment."""
    for option in (
        click.option(
            "--json",
            "json_file",
            type=click.Path(dir_okay=False, path_type=Path),
            help="Write the result to this file.",
        ),
        click.option(
            "--region",
            default="us-east-1",
            show_default=True,
            help="The region of stacks without one.",
        ),
        click.option(
            "--port",
            type=click.IntRange(0, 65535),
            default=0,
            help="The port on 127.0.0.1. By default a free one.",
        ),
        click.option(
            "-c", "--context", multiple=True, metavar="KEY=VALUE", help="Context for the CDK app."
        ),
        click.option(
            "--stacks",
            metavar="PATTERN",
            help="The stacks to deploy, as the CDK CLI selects them. By default those of the stage "
            "that the context value 'environment' names, else of the stage 'dev', else all.",
        ),
        click.option(
            "--enforce-iam", is_flag=True, help="Refuse calls that no policy of the app allows."
        ),
        click.option(
            "--engine",
            type=click.Choice(["containers", "processes", "either"]),
            help="What runs the containers: a Docker engine in reach; the commands that services "
            "name under x-serverless-containers: {dev: …}, as processes of this machine, with all "
            "that you may do on it; or these where no engine is in reach. By default what runs "
            "them at an embedded AWS that was left running, else containers.",
        ),
        click.option("--resources", is_flag=True, help="List every resource and every output."),
        click.option("--app", help="The CDK app's command. By default that of cdk.json."),
    ):
        function = option(function)
    return function


@click.group(name="local", invoke_without_command=True)
@_deploying
@click.option("--keep", is_flag=True, help="Leave the embedded AWS running.")
@click.pass_context
def command(ctx: click.Context, /, *, keep: bool, **options: Any) -> None:  # noqa: ANN401
    """Deploy the CDK app in this folder to an AWS embedded in this machine.

    Without a command it is started, deployed to with the real CDK CLI, asked what exists, and
    stopped. With a Docker engine in reach the containers run.
    """
    if ctx.invoked_subcommand is None:
        _run(lambda: _deploy(keep=keep, **options))


@command.command()
@_deploying
@click.option(
    "--watch",
    is_flag=True,
    help="Wait for files to change: services that are processes start anew with theirs; of all "
    "others the app is deployed anew, with its images.",
)
def up(*, watch: bool, **options: Any) -> None:  # noqa: ANN401  # click's
    """Start the embedded AWS, deploy to it, and leave it running."""

    def deploy() -> int:
        code = _deploy(keep=True, **options)
        if watch:
            _watch(options)
        return code

    _run(deploy)


def _watch(options: Mapping[str, Any]) -> None:
    from serverless_containers.local.process import Terminated  # noqa: PLC0415

    # All of it: whenever it is interrupted, the embedded AWS runs on.
    with contextlib.suppress(Terminated, KeyboardInterrupt):
        _follow_changes(options)
    print_line("To stop the embedded AWS: serverless-containers local down")


def _follow_changes(options: Mapping[str, Any]) -> None:
    from serverless_containers.local.running import watch  # noqa: PLC0415
    from serverless_containers.local.running.failures import Failures  # noqa: PLC0415
    from serverless_containers.local.running.files import changes  # noqa: PLC0415
    from serverless_containers.local.running.kept import (  # noqa: PLC0415
        clients_of,
        commands_of,
        sources_of,
    )

    folder = Path.cwd().resolve()
    failures = Failures(clients_of(folder))

    def show_failures() -> None:
        for failed in failures.new():
            print_line(f"A task of {failed.service} {failed.what}: {failed.cause}")
            for line in failed.lines:
                print_output(f"  {line.container} |", line.text)
        sys.stdout.flush()

    def restart(families: frozenset[str]) -> None:
        count = watch.restart_tasks(clients_of(folder), families)
        failures.forget()
        started = f"{count} task{'' if count == 1 else 's'}"
        print_line(f"Started anew: {started}" if count else "Its task is starting already")

    def deploy_again() -> None:
        nonlocal failures
        try:
            _deploy(keep=True, again=True, **options)
        except click.ClickException as error:
            # It is told as what fails in a deployment is, and does not end the watch.
            raise LocalError(error.format_message()) from error
        finally:
            # What failed meanwhile is the deployment's to tell.
            with contextlib.suppress(LocalError):
                failures = Failures(clients_of(folder))

    groups = changes(
        lambda: watch.folders_to_watch(folder, commands_of(folder), sources_of(folder)),
        written=None if options["json_file"] is None else options["json_file"].resolve(),
    )
    print_line("Waiting for files to change; Ctrl-C ends that, and leaves the embedded AWS running")
    watch.watch(
        groups,
        app=folder,
        commands=lambda: commands_of(folder),
        deploy=deploy_again,
        restart=restart,
        tell=print_line,
        look=show_failures,
    )


@command.command()
@_deploying
def deploy(**options: Any) -> None:  # noqa: ANN401  # click's
    """Deploy once more to the embedded AWS that `up` left running.

    Without --app, --stacks, --context and --region: what was deployed to it before.
    """
    _run(lambda: _deploy(running=True, **options))


def _deploy(
    *,
    json_file: Path | None,
    engine: str | None = None,
    resources: bool = False,
    again: bool = False,
    **options: Any,  # noqa: ANN401  # click's
) -> int:
    require_extra("local")
    from serverless_containers.local.deploy.run import EngineChoice, Options, run  # noqa: PLC0415
    from serverless_containers.local.report import (  # noqa: PLC0415  # slow to load
        ConsoleProgress,
        make_console,
        show,
        show_kept,
    )

    console = make_console()
    result = run(
        Options(folder=Path.cwd(), engine=EngineChoice(engine) if engine else None, **options),
        ConsoleProgress(console),
    )
    show(console, result, resources=resources)
    if result.kept and not again:
        show_kept(console, result)
    if json_file is not None:
        try:
            json_file.write_text(result.to_json())
        except OSError as error:
            raise click.ClickException(f"--json: {describe_os_error(error)}") from error
    return ExitCode.OK if result.holds else ExitCode.FAILED


@command.command()
def status() -> None:
    """Tell which services and tasks run at the embedded AWS that `up` left running."""

    def tell() -> int:
        from serverless_containers.local.report import show_services  # noqa: PLC0415
        from serverless_containers.local.running.kept import clients_of, engine_of  # noqa: PLC0415

        folder = Path.cwd()
        show_services(clients_of(folder), engine=engine_of(folder))
        return ExitCode.OK

    _run(tell)


@command.command()
@click.argument("container", required=False)
@click.option("-f", "--follow", is_flag=True, help="Go on until it is interrupted.")
def logs(*, container: str | None, follow: bool) -> None:
    """Print what the containers wrote, or one of them."""

    def tell() -> int:
        from serverless_containers.local.result import ResourceStatus  # noqa: PLC0415
        from serverless_containers.local.running.kept import clients_of, engine_of  # noqa: PLC0415
        from serverless_containers.local.running.services import check_container, lines  # noqa: PLC0415

        regions = clients_of(Path.cwd())
        if container is not None:
            check_container(regions, container)
        if not engine_of(Path.cwd()):
            click.echo(
                f"The containers are {ResourceStatus.NOT_RUNNING}: they write nothing.", err=True
            )
        for clients in regions:
            for line in lines(clients, container, follow=follow):
                print_output(f"{line.container} |", line.text)
                if follow:
                    sys.stdout.flush()
        return ExitCode.OK

    _run(tell)


@command.command()
def env() -> None:
    """Print what makes a shell's tools of AWS speak to the embedded AWS that `up` left running.

    It holds the key of the run. Use it as eval "$(serverless-containers local env)".
    """

    def tell() -> int:
        from serverless_containers.local.running.kept import variables_of  # noqa: PLC0415

        # All or nothing: half of it would lead the shell's tools somewhere else.
        variables = variables_of(Path.cwd())
        # Either would win over the variables, or contradict them.
        click.echo("unset AWS_PROFILE AWS_SESSION_TOKEN")
        for name, value in variables.items():
            click.echo(f"export {name}={shlex.quote(value)}")
        return ExitCode.OK

    _run(tell)


@command.command()
@click.option("--access", is_flag=True, help="The access token, in place of the ID token.")
def token(*, access: bool) -> None:
    """Make a test user in the deployed user pool, sign it in, and print its token."""

    def tell() -> int:
        from serverless_containers.local.running.kept import token_of  # noqa: PLC0415

        click.echo(token_of(Path.cwd(), access=access))
        return ExitCode.OK

    _run(tell)


def _end() -> int:
    from serverless_containers.local.deploy.run import Stopped  # noqa: PLC0415
    from serverless_containers.local.deploy.run import stop as stop_kept  # noqa: PLC0415

    stopped = stop_kept(Path.cwd())
    if stopped.runs:
        click.echo("Ended the run that was under way.")
    if stopped.kept:
        click.echo(f"Stopped the embedded AWS on port {stopped.kept.port}.")
    if stopped == Stopped():
        click.echo("No embedded AWS runs for this folder.")
    return ExitCode.OK


@command.command()
def down() -> None:
    """Stop the embedded AWS of this folder, and remove all that it made."""
    _run(_end)


@command.command()
def stop() -> None:
    """Do what `down` does."""
    _run(_end)


def _run(work: Callable[[], int]) -> None:
    """Run the work and exit with its code; whatever goes wrong is told in words."""
    from serverless_containers.local.process import (  # noqa: PLC0415
        Terminated,
        terminations_raised,
    )

    try:
        with terminations_raised():
            code = work()
    except ImportError as error:
        raise MissingExtraError(error.name or str(error), "local") from error
    except LocalError as error:
        for line in error.details:
            print_error(f"  {line}")
        for folder in full_disks((Path.cwd(), Path(tempfile.gettempdir()))):
            click.echo(f"  the disk of {folder} is full; make room on it", err=True)
        raise click.ClickException(str(error)) from error
    except Terminated as ended:
        click.echo(f"Stopped; {_left_running()}", err=True)
        code = ended.exit_code
    except click.ClickException:
        raise
    except Exception as error:
        if isinstance(error, OSError) and has_remedy(error):
            raise click.ClickException(describe_os_error(error)) from error
        raise click.ClickException(
            f"this is a defect of serverless-containers ({type(error).__name__}: {error}); "
            f"{_kept_traceback()}"
        ) from error
    sys.exit(code)


def _left_running() -> str:
    """Tell what a run that was interrupted leaves: an embedded AWS that was to be kept runs on."""
    from serverless_containers.local.folder import LocalFolder  # noqa: PLC0415

    with contextlib.suppress(LocalError, OSError):
        if LocalFolder(Path.cwd()).kept() is not None:
            return "the embedded AWS runs on; to stop it: serverless-containers local down"
    return "nothing is left running."


def _kept_traceback() -> str:
    from serverless_containers.local.folder import LocalFolder  # noqa: PLC0415

    try:
        log = LocalFolder(Path.cwd()).log("error")
        log.write_text(traceback.format_exc())
    except OSError as error:
        return f"its traceback could not be written: {describe_os_error(error)}"
    return f"its traceback is in {log}"
