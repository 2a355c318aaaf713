"""Shows a run, and what goes on running, on a terminal."""

import time
from collections import Counter
from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager
from itertools import groupby
from urllib.parse import urlsplit

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from serverless_containers.findings.formats import printable
from serverless_containers.local.clients import LocalClients
from serverless_containers.local.deploy.answers import Kind
from serverless_containers.local.deploy.run import Note
from serverless_containers.local.engine.detect import HOW_TO_GET_ONE
from serverless_containers.local.result import PROCESSES, Inspected, LocalResult, ResourceStatus
from serverless_containers.local.running.services import services

_WIDTH_OF_A_FILE = 160
_EXPORTS = ("ExportsOutput", "PublishOutput")
"""Prefixes that the CDK gives to outputs that only other stacks read."""
_ALARM, _COMPOSITE_ALARM = "AWS::CloudWatch::Alarm", "AWS::CloudWatch::CompositeAlarm"
_SHOWN = ("AWS::CloudWatch::Dashboard", "AWS::Logs::QueryDefinition")
_SCALING = (
    "AWS::ApplicationAutoScaling::ScalableTarget",
    "AWS::ApplicationAutoScaling::ScalingPolicy",
)
_OR_PROCESSES = (
    "`--engine processes` runs the commands that services name under x-serverless-containers: "
    "{dev: …} in their place"
)
_FIRST_ERROR = 400
_ASKS_FOR_A_TOKEN = (401, 403)
_STYLES = {
    ResourceStatus.REAL: "green",
    ResourceStatus.RECORDED: "yellow",
    ResourceStatus.NOT_RUNNING: "yellow",
    ResourceStatus.NO_IMAGE: "yellow",
    ResourceStatus.PROCESSES: "green",
    ResourceStatus.NO_PROCESS: "yellow",
    ResourceStatus.UNCHECKED: "dim",
    ResourceStatus.MISSING: "bold red",
}


def make_console() -> Console:
    """A console that wraps no table where nobody looks at a terminal: in a file or a pipe."""
    console = Console()
    return console if console.is_terminal else Console(width=_WIDTH_OF_A_FILE)


class ConsoleProgress:
    """Shows each step with a spinner, and afterwards with its time.

    Args:
        console: Where to.
    """

    def __init__(self, console: Console) -> None:
        self._console = console

    @contextmanager
    def step(self, doing: str) -> Generator[Note, None, None]:
        """Show one step."""
        began = time.monotonic()
        with self._console.status(escape(doing)) as status:
            yield lambda note: status.update(escape(f"{doing}: {note}"))
        self._console.print(
            f"[green]✓[/] {escape(doing)} [dim]({time.monotonic() - began:.1f} s)[/]",
            highlight=False,
        )


def show(console: Console, result: LocalResult, *, resources: bool = False) -> None:
    """Print what answers, what exists, and what the diff found.

    Args:
        console: Where to.
        result: The run.
        resources: Whether to print every resource and every output.
    """
    show_answers(console, result)
    if resources:
        _show_resources(console, result)
    _show_counts(console, result)
    if result.made_up_secrets:
        _line(console, f"Made up, because nobody pushed them: {', '.join(result.made_up_secrets)}")
    _line(console, _runner(result))
    if line := monitoring_line(result):
        _line(console, line)
    console.print(
        "cdk diff: no differences"
        if result.diff_empty
        else "[bold red]cdk diff found differences[/]; they are in .local/diff.log"
    )
    _line(console, f"Done in {sum(result.seconds.values()):.1f} s")


def show_answers(console: Console, result: LocalResult) -> None:
    """Print each address with what answered there, and how to ask again while it goes on."""
    console.print()
    for each in result.answers:
        status = "does not answer" if each.status is None else f"answers {each.status}"
        style = "green" if each.status is not None and each.status < _FIRST_ERROR else "yellow"
        console.print(f"[bold]{each.kind}[/] [{style}]{status}[/]", end="", highlight=False)
        _line(console, f" {each.text}" if each.text else "")
        if not result.kept:
            _line(console, f"  GET {each.url}")
        elif each.status in _ASKS_FOR_A_TOKEN and each.kind is Kind.API:
            token = "$(serverless-containers local token)"  # noqa: S105  # a command
            _line(console, f"  curl -H \"Authorization: Bearer {token}\" '{each.url}'")
        else:
            _line(console, f"  curl '{each.url}'")
        if result.kept and each.kind is Kind.SITE:
            site = urlsplit(each.url)
            _line(console, f"  in a browser: {site.scheme}://{site.netloc}/")
    if result.answers:
        console.print()


def _show_resources(console: Console, result: LocalResult) -> None:
    for stack, resources in groupby(result.resources, key=lambda found: found.stack):
        # A title of the table would be folded at the table's width.
        console.print(f"\n[bold]{escape(stack)}[/]", highlight=False, soft_wrap=True)
        table = Table(box=None)
        table.add_column("Type", no_wrap=True)
        table.add_column("Name", overflow="fold")
        table.add_column("Status", no_wrap=True)
        for found in resources:
            table.add_row(
                found.type.removeprefix("AWS::"),
                escape(found.name),
                f"[{_STYLES[found.status]}]{found.status}[/]",
            )
        console.print(table)
        for key, value in result.outputs.get(stack, {}).items():
            if not key.startswith(_EXPORTS):
                _line(console, f"  {key} = {value}")
        console.print()


def _show_counts(console: Console, result: LocalResult) -> None:
    """Print how many resources there are, and name those that are not real."""
    counts = Counter(found.status for found in result.resources)
    stacks = len({found.stack for found in result.resources})
    told = ", ".join(f"{counts[status]} {status}" for status in ResourceStatus if counts[status])
    stated = f"{len(result.resources)} resources in {stacks} stacks"
    console.print(
        f"{stated}: {told} [dim](--resources lists them)[/]" if told else stated,
        highlight=False,
        soft_wrap=True,
    )
    for alike in _not_real(result):
        first = alike[0]
        kind = first.type.removeprefix("AWS::")
        named = f"{kind} {first.name}" if len(alike) == 1 else f"{len(alike)} {kind}"
        console.print(f"  [{_STYLES[first.status]}]{first.status}[/]: ", end="", highlight=False)
        _line(console, f"{named}: {first.note}" if first.note else named)


def _not_real(result: LocalResult) -> Iterator[list[Inspected]]:
    """The resources that are not real: those of a type of which the same is to be said together."""
    alike: dict[tuple[str, str, str], list[Inspected]] = {}
    for each in result.resources:
        # What is missing is looked for one by one.
        name = each.name if each.status is ResourceStatus.MISSING else ""
        alike.setdefault((each.status, f"{each.type} {name}", each.note), []).append(each)
    for status in ResourceStatus:
        for (each_status, _, note), found in alike.items():
            if each_status == status and (status is not ResourceStatus.REAL or note):
                yield found


def _runner(result: LocalResult) -> str:
    if result.engine == PROCESSES:
        return "Containers: processes of this machine, by the dev commands of their services"
    if result.engine:
        return f"Containers run at {result.engine}"
    return f"Containers: not running (no Docker engine); {HOW_TO_GET_ONE}; or {_OR_PROCESSES}"


def _line(console: Console, text: str) -> None:
    """Print a line as it is."""
    console.print(text, markup=False, highlight=False, soft_wrap=True)


def monitoring_line(result: LocalResult) -> str:
    """Say what of a deployment's monitoring and scaling is evaluated; empty where there is none.

    Nothing here writes the metrics of AWS's services. An alarm of a metric follows what is put by
    ``PutMetricData`` alone; what is only recorded follows nothing.
    """
    counts = Counter(
        (found.type, found.status is ResourceStatus.RECORDED) for found in result.resources
    )
    simple = counts[_ALARM, False]
    recorded = counts[_ALARM, True] + counts[_COMPOSITE_ALARM, True]
    shown = sum(counts[kind, either] for kind in _SHOWN for either in (True, False))
    scaling = sum(counts[kind, either] for kind in _SCALING for either in (True, False))
    parts = (
        (simple, f"{_number(simple, 'alarm')} of metrics that no service writes here"),
        (recorded, f"{_number(recorded, 'alarm')} of expressions or other alarms only recorded"),
        (shown, f"{_number(shown, 'dashboard or query', 'dashboards and queries')} stored"),
        (scaling, f"{_number(scaling, 'part')} of scaling only recorded: nothing scales"),
    )
    told = [part for number, part in parts if number]
    return f"Monitoring: not evaluated here; {', '.join(told)}" if told else ""


def _number(count: int, one: str, several: str = "") -> str:
    return f"{count} {one if count == 1 else several or one + 's'}"


def show_kept(console: Console, result: LocalResult) -> None:
    """Print how to use and how to stop an emulator that runs on."""
    console.print(f"\nThe embedded AWS runs on at {result.endpoint}. To use it:", highlight=False)
    console.print("  any tool of AWS, with the key of this run:", highlight=False)
    console.print('    eval "$(serverless-containers local env)"', markup=False, highlight=False)
    console.print("To stop it: serverless-containers local down", highlight=False)


def show_services(regions: Iterable[LocalClients], *, engine: str) -> None:
    """Print the services of each region, their tasks and their last events.

    Args:
        regions: The clients of each region.
        engine: What runs the containers. Without anything the tasks are only recorded, whatever
            state the embedded AWS gives them.
    """
    console = make_console()
    for clients in regions:
        for service in services(clients):
            tasks = (
                f"{service.running} of {service.desired} tasks run"
                if engine
                else f"{ResourceStatus.NOT_RUNNING}; "
                f"{len(service.tasks)} of {service.desired} tasks are recorded"
            )
            console.print(
                f"\n{service.name} ({clients.region}): {tasks}, the last deployment is "
                f"{service.rollout}",
                markup=False,
                highlight=False,
                soft_wrap=True,
            )
            table = Table(box=None)
            for title in ("Task", "Status", "Health", "Containers"):
                table.add_column(title, overflow="fold")
            for task in service.tasks:
                if engine:
                    status, health = task.status, task.health
                    containers = ", ".join(map(" ".join, task.containers.items()))
                else:
                    status, health = "only recorded", "-"
                    containers = ", ".join(task.containers)
                table.add_row(task.id, status, health, containers)
            console.print(table)
            for event in service.events:
                # It may hold the last line that a container wrote.
                _line(console, f"  {printable(event)}")
