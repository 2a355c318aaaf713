"""Shows a run, and what goes on running, on a terminal."""

import re
import time
from collections import Counter
from collections.abc import Generator, Iterable
from contextlib import contextmanager
from itertools import groupby

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from serverless_containers.local.clients import LocalClients
from serverless_containers.local.deploy.run import Note
from serverless_containers.local.engine.detect import HOW_TO_GET_ONE
from serverless_containers.local.result import LocalResult, ResourceStatus
from serverless_containers.local.running.services import services

_WIDTH_OF_A_FILE = 160
_API = re.compile(r"//(?P<api>[0-9a-f]{8})\.execute-api\.")
_SITE = re.compile(r"(?P<site>[a-z0-9]+)\.cloudfront\.net")
_EXPORTS = ("ExportsOutput", "PublishOutput")
"""Prefixes that the CDK gives to outputs that only other stacks read."""
_ALARM, _COMPOSITE_ALARM = "AWS::CloudWatch::Alarm", "AWS::CloudWatch::CompositeAlarm"
_SHOWN = ("AWS::CloudWatch::Dashboard", "AWS::Logs::QueryDefinition")
_SCALING = (
    "AWS::ApplicationAutoScaling::ScalableTarget",
    "AWS::ApplicationAutoScaling::ScalingPolicy",
)
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


def show(console: Console, result: LocalResult) -> None:
    """Print what exists, the outputs, and what the diff found."""
    for stack, resources in groupby(result.resources, key=lambda found: found.stack):
        # A title of the table would be folded at the table's width.
        console.print(f"\n[bold]{escape(stack)}[/]", highlight=False, soft_wrap=True)
        table = Table(box=None)
        table.add_column("Type", no_wrap=True)
        table.add_column("Name", overflow="fold")
        table.add_column("Status", no_wrap=True)
        notes = []
        for found in resources:
            table.add_row(
                found.type.removeprefix("AWS::"),
                escape(found.name),
                f"[{_STYLES[found.status]}]{found.status}[/]",
            )
            if found.note:
                notes.append(f"  {found.name}: {found.note}")
        console.print(table)
        for note in notes:
            console.print(note, markup=False, highlight=False, soft_wrap=True)
        for key, value in result.outputs.get(stack, {}).items():
            if key.startswith(_EXPORTS):
                continue
            console.print(f"  {key} = {value}", markup=False, highlight=False, soft_wrap=True)
        console.print()
    counts = Counter(found.status for found in result.resources)
    console.print(
        ", ".join(f"{counts[status]} {status}" for status in ResourceStatus if counts[status]),
        highlight=False,
    )
    if result.made_up_secrets:
        console.print(
            f"Made up, because nobody pushed them: {', '.join(result.made_up_secrets)}",
            markup=False,
            highlight=False,
            soft_wrap=True,
        )
    console.print(
        f"Containers run at {result.engine}"
        if result.engine
        else f"Containers: not running (no Docker engine); {HOW_TO_GET_ONE}",
        markup=False,
        highlight=False,
        soft_wrap=True,
    )
    if line := monitoring_line(result):
        console.print(line, markup=False, highlight=False, soft_wrap=True)
    console.print(
        "cdk diff: no differences"
        if result.diff_empty
        else "[bold red]cdk diff found differences[/]; they are in .local/diff.log"
    )


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


def urls_of(result: LocalResult) -> list[str]:
    """The URLs of the HTTP APIs and sites among the outputs, in a form that resolves everywhere.

    A host name below ``localhost`` resolves in browsers and in curl; elsewhere a path does as well.
    """
    found = (_API.search(value) for values in result.outputs.values() for value in values.values())
    apis = dict.fromkeys(match["api"] for match in found if match)
    return [f"{result.endpoint}/_aws/execute-api/{api}/$default" for api in apis]


def sites_of(result: LocalResult) -> list[str]:
    """The URLs by which a browser on this machine opens the sites among the outputs."""
    found = (_SITE.search(value) for values in result.outputs.values() for value in values.values())
    port = result.endpoint.rpartition(":")[2]
    sites = dict.fromkeys(match["site"] for match in found if match)
    return [f"http://{site}.cloudfront.localhost:{port}/" for site in sites]


def show_kept(console: Console, result: LocalResult) -> None:
    """Print how to use and how to stop an emulator that runs on."""
    console.print(f"\nThe embedded AWS runs on at {result.endpoint}. To use it:", highlight=False)
    for url in urls_of(result):
        console.print(f"  curl '{url}/'", markup=False, highlight=False, soft_wrap=True)
    for url in sites_of(result):
        console.print(f"  in a browser: {url}", markup=False, highlight=False, soft_wrap=True)
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
                console.print(f"  {event}", markup=False, highlight=False, soft_wrap=True)
