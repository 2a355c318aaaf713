"""``serverless-containers init``."""

import json
import os
import re
import shlex
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import click

from serverless_containers.cli.documents import write_json
from serverless_containers.cli.errors import errors_in_words
from serverless_containers.cli.exit_codes import ExitCode
from serverless_containers.cli.output import encodable, print_error, print_findings, print_line
from serverless_containers.compose import load_project
from serverless_containers.compose.files import exists, is_file
from serverless_containers.findings import Findings, dotted
from serverless_containers.findings.formats import printable, summarise
from serverless_containers.findings.places import Places
from serverless_containers.plan import PlanOptions, TaskPlan
from serverless_containers.plan.build_context.ignore import IgnoreRules
from serverless_containers.plan.build_context.walk import is_left_out
from serverless_containers.plan.rules import ENTRYPOINT_AMBIGUOUS, ENTRYPOINT_CHOSEN
from serverless_containers.plan.source import plan_source
from serverless_containers.scaffold.amplify import container_apis, convert_api
from serverless_containers.scaffold.compose_text import compose_text, origin_of
from serverless_containers.scaffold.conversion import Conversion
from serverless_containers.scaffold.copilot.workspace import (
    convert_workspace,
    has_web_services,
    is_workspace,
)
from serverless_containers.scaffold.files import app_files, is_region, workflow_file
from serverless_containers.scaffold.model import (
    LONGEST_STACK_NAME,
    NETWORK_ID,
    AppSpec,
    EnvironmentSpec,
    Keyword,
    Kind,
    Service,
    is_stack_name,
    stack_name,
)
from serverless_containers.scaffold.python_files import literal
from serverless_containers.scaffold.report import Report
from serverless_containers.scaffold.writing import FilesInTheWayError, Written, write_all
from serverless_containers.toolchain import PINNED_CDK_CLI

_PATH = click.Path(path_type=Path)
_NAME_END = re.compile(r"[\s/'\"]")
"""End of a name of a path, in the files that are made."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Options:
    """Options of the command line; None is left to the files, or asked for."""

    kind: Kind | None
    entrypoint: str | None
    port: int | None
    region: str | None
    name: str | None
    output: Path
    environments: bool
    workflow: bool
    yes: bool


@contextmanager
def _names_in_utf8() -> Iterator[None]:
    """Tell of a name that no file which is made can hold; it decorates, too.

    Raises:
        click.ClickException: If the name of a file or folder is not UTF-8.
    """
    try:
        yield
    except UnicodeEncodeError as error:
        # All else in the files is read as UTF-8.
        start, end = error.start, error.end
        before, after = _NAME_END.split(error.object[:start]), _NAME_END.split(error.object[end:])
        name = printable(f"{before[-1]}{error.object[start:end]}{after[0]}")
        raise click.ClickException(
            f"{encodable(name, 'ascii')}: the name of this file or folder is not UTF-8; rename it"
        ) from error


@click.command(name="init")
@errors_in_words()
@_names_in_utf8()
@click.argument("source", metavar="[PATH]", type=_PATH, required=False)
@click.option(
    "--from",
    "origin",
    type=_PATH,
    metavar="PATH",
    help="A workspace of AWS Copilot's, or a container API of Amplify's, amplify/backend/api/NAME: "
    "Compose files and an app are made of it, and a report.",
)
@click.option("--api", "kind", flag_value=Kind.API.value, help="Put it behind an HTTP API.")
@click.option(
    "--hosting", "kind", flag_value=Kind.HOSTING.value, help="Make it a web site behind CloudFront."
)
@click.option(
    "--worker", "kind", flag_value=Kind.WORKER.value, help="Make it a worker without requests."
)
@click.option("--entrypoint", metavar="NAME", help="The service that receives the traffic.")
@click.option(
    "--port",
    type=click.IntRange(1, 65535),
    metavar="PORT",
    help="The port of that service which does.",
)
@click.option("--region", metavar="REGION", help="The region. By default that of the CDK CLI.")
@click.option(
    "--name", metavar="NAME", help="The stack's name. By default that of the Compose project."
)
@click.option(
    "-o",
    "--output",
    type=_PATH,
    default=Path("cdk"),
    show_default=True,
    metavar="DIR",
    help="The app's folder. Files that are there stay: it is an error that lists them.",
)
@click.option(
    "--environments",
    is_flag=True,
    help="Make stages for dev, staging and prod, with a network of each one's own.",
)
@click.option(
    "--github-workflow",
    "workflow",
    is_flag=True,
    help="Make a workflow of GitHub's, too, that checks, synthesizes and deploys.",
)
@click.option("-y", "--yes", is_flag=True, help="Ask nothing, and take the likeliest answer.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON, for programs.")
def command(
    *,
    source: Path | None,
    origin: Path | None,
    kind: str | None,
    entrypoint: str | None,
    port: int | None,
    region: str | None,
    name: str | None,
    output: Path,
    environments: bool,
    workflow: bool,
    yes: bool,
    as_json: bool,
) -> None:
    """Make a CDK app that deploys a folder.

    PATH is a folder with a Compose file or a Dockerfile, or such a file; by default the current
    folder. What its files do not say, and no option, is asked for; without a terminal it is an
    error that names the option. Nothing is overwritten, and either every file is written or none.
    """
    if region is not None and not is_region(region):
        raise click.BadParameter(f"{region!r} is no region, such as eu-west-1", param_hint="region")
    if name is not None and not is_stack_name(name):
        raise click.BadParameter(
            f"{name!r} is no name of a stack: a letter, then letters, digits and hyphens, at most "
            "64 of them",
            param_hint="name",
        )
    options = _Options(
        kind=Kind(kind) if kind else None,
        entrypoint=entrypoint,
        port=port,
        region=region,
        name=name,
        output=Path(os.path.abspath(output)),  # noqa: PTH100  # lexical
        environments=environments,
        workflow=workflow,
        yes=yes,
    )
    if origin is None:
        made = _around(source or Path(), options)
        _write(made.files)
        _tell(made, Report(), as_json=as_json)
        return
    for given, option in ((source, "PATH"), (entrypoint, "--entrypoint"), (port, "--port")):
        if given is not None:
            raise click.UsageError(f"{option} and --from exclude each other: its files say that")
    _carry_over(origin, options, as_json=as_json)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Made:
    """Files that are to be written, and the lines that are said of them.

    Attributes:
        files: The files, by their absolute paths.
        notes: What is worth knowing.
        steps: The next commands.
    """

    files: Mapping[Path, bytes | Path]
    notes: Sequence[str] = ()
    steps: Sequence[str] = ()


def _around(source: Path, options: _Options) -> _Made:
    """Plan the app around a folder."""
    entrypoint, kind, plan, findings = _planned(source, options)
    keywords = []
    if kind is not Kind.WORKER:
        if entrypoint is not None:
            keywords.append(Keyword(text=f"entrypoint={literal(entrypoint)}"))
        if options.port is not None:
            keywords.append(Keyword(text=f"port={options.port}"))
    names = {Kind.API: "api", Kind.HOSTING: "site", Kind.WORKER: "worker"}
    strict = not findings.made_strict().errors
    app = AppSpec(
        name=options.name or stack_name(plan.name),
        services=(
            Service(
                name=names[kind],
                kind=kind,
                source=_from(source, options.output),
                keywords=tuple(keywords),
            ),
        ),
        environments=_ENVIRONMENTS[strict] if options.environments else (),
        region=options.region,
        library=_library(),
        workflow=_from(options.output, _root(options.output)) if options.workflow else None,
    )
    files: dict[Path, bytes | Path] = {}
    files.update(_files_of(app, options.output))
    ignored, notes = _ignored([plan], options.output)
    files.update(ignored)
    if counted := summarise(findings):
        check = shlex.join(["serverless-containers", "check", str(source)])
        notes.insert(0, counted if counted == "no findings" else f"{counted}: {check}")
    return _Made(files=files, notes=notes, steps=_steps(app, options, plan, source))


_ENVIRONMENTS = {
    strict: (
        EnvironmentSpec(name="dev", spot=True),
        EnvironmentSpec(name="staging", strict=strict or None),
        EnvironmentSpec(
            name="prod",
            network_profile="PRIVATE",
            high_availability=True,
            strict=strict or None,
            retain=True,
        ),
    )
    for strict in (True, False)
}
"""The environments of `--environments`, by whether nothing in the files is guessed."""


def _carry_over(origin: Path, options: _Options, *, as_json: bool) -> None:
    """Make an app of another tool's files, and report what became of them."""
    report = Report()
    conversion = _converted(origin, options, report)
    made = None if conversion is None else _of(conversion, options, report)
    if conversion is not None and made is not None:
        written, is_kept = _write(made.files), False
        try:
            plans = _check(conversion, report)
            ignored, notes = _ignored(plans, options.output)
            if not report.has_errors:
                _write(ignored)
                is_kept = True
        finally:
            if not is_kept:
                written.undo()
        made = replace(made, files={**made.files, **ignored}, notes=notes) if is_kept else None
    _tell(made or _Made(files={}), report, as_json=as_json)
    if made is None:
        print_error("nothing is written: there are errors")
        sys.exit(ExitCode.FAILED)


def _converted(origin: Path, options: _Options, report: Report) -> Conversion | None:
    if is_workspace(origin):
        if options.kind is Kind.WORKER:
            raise click.UsageError("--worker: the manifests say which services are workers")
        kind: Kind | None = options.kind
        if kind is None and has_web_services(origin):
            kind = Kind.HOSTING if options.yes else _ask_kind(options)
        return convert_workspace(origin, kind, report)
    apis = container_apis(origin)
    if len(apis) == 1:
        if options.kind not in {None, Kind.API}:
            raise click.UsageError("--from: a container API of Amplify's becomes one here: --api")
        return convert_api(apis[0], Path.cwd(), report)
    if apis:
        raise click.UsageError(
            f"--from {origin}: there are several container APIs; name one of "
            f"{', '.join(map(str, apis))}"
        )
    raise click.UsageError(
        f"--from {origin}: expected a folder with copilot/*/manifest.yml, or a container API of "
        "Amplify's with src/docker-compose.yml or src/Dockerfile"
    )


def _of(conversion: Conversion, options: _Options, report: Report) -> _Made | None:
    """Return the files of the app that deploys what was carried over; None where it cannot be."""
    if options.name is not None and options.name == conversion.taken:
        raise click.UsageError(
            f"--name {options.name}: stacks of Copilot's are called so, and would be overwritten; "
            f"give another one, such as {conversion.name}"
        )
    app = AppSpec(
        name=options.name or conversion.name,
        services=tuple(
            Service(
                name=each.name,
                kind=each.kind,
                source=_from(each.path, options.output),
                keywords=each.keywords,
                managed=each.managed,
            )
            for each in conversion.sources
        ),
        environments=conversion.environments,
        region=options.region,
        library=_library(),
        workflow=_from(options.output, _root(options.output)) if options.workflow else None,
    )
    _check_stack_names(app.name, conversion, report)
    if report.has_errors:
        return None
    files = {**conversion.files, **_files_of(app, options.output)}
    return _Made(files=files, steps=[*conversion.steps, *deploy_steps(app, options.output)])


def _check_stack_names(app: str, conversion: Conversion, report: Report) -> None:
    """Report what makes the name of a stack longer than CloudFormation takes."""
    environment = max((each.name for each in conversion.environments), key=len)
    # The network of an environment has a stack, too.
    for source in (*conversion.sources, None):
        name = f"{app}-{environment}-{source.name if source else NETWORK_ID.lower()}"
        if len(name) <= LONGEST_STACK_NAME:
            continue
        placed = source.models.get(environment) if source else None
        origin = origin_of(placed, ("name",)) if placed else None
        report.error(
            origin.at if origin else None,
            origin.path if origin else ("environments", environment),
            f"a stack would be called {name}, which has {len(name)} characters, and may have "
            f"{LONGEST_STACK_NAME}; give a shorter --name, or a shorter name here, in a copy where "
            "Copilot still deploys it",
        )


def _check(conversion: Conversion, report: Report) -> list[TaskPlan]:
    """Report what a deployment would find wrong with what was written; return the plans."""
    plans = []
    for source in conversion.sources:
        planned = set()
        for environment in conversion.environments:
            findings = Findings()
            options = PlanOptions(
                ingress=source.kind is not Kind.WORKER,
                execute=source.name in environment.execute,
                health_checked=source.kind is Kind.HOSTING,
                may_delay_stop=True,
            )
            scales = source.name in environment.scaling
            if (model := source.models.get(environment.name)) is not None:
                # A plan walks the build contexts: once for all environments that are alike.
                alike = (compose_text({source.name: model}, ""), options, scales)
                if alike in planned:
                    continue
                planned.add(alike)
            plan = plan_source(source.path, options, findings, environment=environment.name)
            folder = source.path if source.path.is_dir() else source.path.parent
            places = Places(source.path, folder)
            for finding in findings:
                file = places.absolute(finding.at.file) if finding.at else source.path
                shown = places.displayed(finding)
                if finding.at is None or file in conversion.files:
                    # With an error the file is not kept.
                    shown = source.origin(shown, file, environment.name)
                report.take(Findings([shown]))
            if plan and plan.exclusive and scales:
                report.error(
                    model.at if model else None,
                    ("count",) if model else (),
                    f"{source.name} cannot scale in {environment.name}: {plan.exclusive.service} "
                    "must not run twice; use a managed store, or give count a number",
                )
            if plan:
                plans.append(plan)
    return plans


def _planned(source: Path, options: _Options) -> tuple[str | None, Kind, TaskPlan, Findings]:
    """Plan the project's task, and find out, or ask, what the plan needs.

    Returns:
        The entrypoint where the files do not name it, the construct, the plan and its findings.
    """
    findings, entrypoint = Findings(), options.entrypoint
    plan = _plan(source, options, entrypoint, findings)
    if _is_open(findings):
        entrypoint = _ask_entrypoint(source, plan, options)
        findings = Findings()
        plan = _plan(source, options, entrypoint, findings)
    if plan is None or findings.errors:
        folder = source if source.is_dir() else source.parent
        print_findings(findings, Places(source, folder.absolute()), sys.stderr)
        print_error("nothing is written: the project has errors")
        sys.exit(ExitCode.FAILED)
    kind = options.kind
    if kind is None:
        kind = Kind.WORKER if plan.entrypoint is None else _ask_kind(options)
    return entrypoint, kind, plan, findings


def _plan(
    source: Path, options: _Options, entrypoint: str | None, findings: Findings
) -> TaskPlan | None:
    ingress = None if options.kind is None else options.kind is not Kind.WORKER
    return plan_source(
        source,
        PlanOptions(entrypoint=entrypoint, port=options.port, ingress=ingress, may_delay_stop=True),
        findings,
    )


def _is_open(findings: Findings) -> bool:
    """Return whether nothing is wrong, but that the entrypoint is a guess, or none is likelier."""
    codes = {finding.rule.code for finding in findings.errors} or {
        finding.rule.code for finding in findings
    }
    return codes == {ENTRYPOINT_AMBIGUOUS.code} or (
        not findings.errors and ENTRYPOINT_CHOSEN.code in codes
    )


def _ask_entrypoint(source: Path, plan: TaskPlan | None, options: _Options) -> str | None:
    default = plan.entrypoint if plan else None
    project = load_project(source, override=False, findings=Findings())
    names = [each.name for each in project.services.values() if each.ports] if project else []
    if default is not None and (options.yes or names in ([], [default])):
        return default
    return _ask("Which service receives the traffic?", names, default, "--entrypoint NAME")


def _ask_kind(options: _Options) -> Kind:
    if options.yes:
        return Kind.API
    answer = _ask(
        "What is it: an HTTP API (no load balancer), or a web site behind CloudFront?",
        ["api", "hosting"],
        "api",
        "--api or --hosting",
    )
    return Kind.HOSTING if answer == "hosting" else Kind.API


def _ask(question: str, choices: Sequence[str], default: str | None, option: str) -> str:
    if not _can_ask():
        likeliest = f", or --yes for {default}" if default else ""
        raise click.UsageError(
            f"{question} ({', '.join(choices)}) There is no terminal to ask at; give {option}"
            f"{likeliest}"
        )
    answer: str = click.prompt(question, type=click.Choice(choices), default=default, err=True)
    return answer


def _can_ask() -> bool:
    return sys.stdin.isatty()


def _library() -> str:
    """Return the line of requirements.txt that brings this library along, as it came here."""
    name = "serverless-containers"
    try:
        installed = distribution(name)
        origin = json.loads(installed.read_text("direct_url.json") or "{}")
    except (PackageNotFoundError, ValueError):
        return name
    url = origin.get("url")
    if not url:
        return f"{name}=={installed.version}"
    if vcs := origin.get("vcs_info"):
        url = f"{vcs['vcs']}+{url}@{vcs['commit_id']}"
    return f"{name} @ {url}"


def _from(path: Path, folder: Path) -> str:
    """Return a path as a POSIX path from a folder."""
    return Path(os.path.relpath(os.path.abspath(path), folder)).as_posix()  # noqa: PTH100


def _root(folder: Path) -> Path:
    """Return the root of the repository that a folder is in; the current folder outside of one."""
    for each in (folder, *folder.parents):
        if exists(each / ".git"):
            return each
    return Path.cwd()


def _files_of(app: AppSpec, output: Path) -> dict[Path, bytes]:
    files = {output / name: text.encode() for name, text in app_files(app).items()}
    if workflow := workflow_file(app):
        name, text = workflow
        files[_root(output) / name] = text.encode()
    return files


def _ignored(plans: Iterable[TaskPlan], output: Path) -> tuple[dict[Path, bytes | Path], list[str]]:
    """Keep the app out of the build contexts that it is in, and tell of what is not ours to write.

    A Compose file may name any folder as its context, also one around the whole project.
    """
    files: dict[Path, bytes | Path] = {}
    notes = []
    root = _root(output)
    for container in (each for plan in plans for each in plan.built):
        if container.build is None or "://" in container.build.context:
            continue
        context = Path(container.build.context)
        if not output.is_relative_to(context) or context == output:
            continue
        line = _from(output, context)
        ignore = context / ".dockerignore"
        if is_left_out(IgnoreRules.of(str(context), None), line):
            continue
        if not any(context.is_relative_to(folder) for folder in (root, Path.cwd())):
            notes.append(
                f"add the line {line} to {ignore}, outside of {root}, where nothing is written: "
                "the app is in the build context"
            )
        elif is_file(ignore):
            notes.append(f"add the line {line} to {ignore}: the app is in the build context")
        else:
            files[ignore] = f"{line}\n".encode()
    return files, list(dict.fromkeys(notes))


def _steps(app: AppSpec, options: _Options, plan: TaskPlan, source: Path) -> list[str]:
    environment = app.environments[0].name if app.environments else None
    steps = []
    if plan.secrets:
        of = f" --env {environment}" if environment else ""
        push = shlex.join(["serverless-containers", "secrets", "push", str(source)])
        steps.append(f"{push}{of}")
    return [*steps, *deploy_steps(app, options.output)]


def deploy_steps(app: AppSpec, output: Path) -> list[str]:
    """Return the commands that set an app up and deploy it.

    Args:
        app: The app.
        output: Its folder.
    """
    folder = os.path.relpath(output)
    of = stacks = ""
    if app.environments:
        name = app.environments[0].name
        of, stacks = f" -c environment={name}", f" '{name}/*'"
    elsewhere = [] if folder == "." else [f"cd {shlex.quote(folder)}"]
    return [
        *elsewhere,
        "python3 -m venv .venv && . .venv/bin/activate && pip install -r requirements.txt",
        "python -m pytest",
        f"npx aws-cdk@{PINNED_CDK_CLI} bootstrap{of}  # once in an account and region",
        f"npx aws-cdk@{PINNED_CDK_CLI} deploy{of}{stacks}",
    ]


def _write(files: Mapping[Path, bytes | Path]) -> Written:
    try:
        return write_all(files)
    except FilesInTheWayError as error:
        for file in error.files:
            print_error(f"{os.path.relpath(file)} is there already")
        print_error("nothing is written; move what is in the way, or give another --output")
        sys.exit(ExitCode.FAILED)


def _tell(made: _Made, report: Report, *, as_json: bool) -> None:
    written = [os.path.relpath(file) for file in made.files]
    notes = [*made.notes]
    if written and " @ file:" in _library():
        notes.append(
            "requirements.txt names this library by its place on this machine; where others "
            "install it, write its repository or version there"
        )
    if as_json:
        entries = [
            {
                "outcome": str(entry.outcome),
                "file": entry.at.file if entry.at else None,
                "line": entry.at.line if entry.at else None,
                "column": entry.at.column if entry.at else None,
                "path": dotted(entry.path),
                "message": entry.message,
            }
            for entry in report
        ]
        write_json({"files": written, "report": entries, "notes": notes, "next": made.steps})
        return
    for entry in report:
        print_line(str(entry))
    if summary := report.summary():
        print_line(summary)
    for file in written:
        print_line(f"  {file}")
    for note in notes:
        print_line(note)
    if made.steps:
        print_line("next:")
    for step in made.steps:
        print_line(f"  {step}")
