"""Shows what runs on a terminal."""

from collections.abc import Iterable

from rich.table import Table

from serverless_containers.local.inspection import Clients
from serverless_containers.local.report import make_console
from serverless_containers.local.watching import services


def show_services(regions: Iterable[Clients]) -> None:
    """Print the services of each region, their tasks and their last events."""
    console = make_console()
    for clients in regions:
        for service in services(clients):
            console.print(
                f"\n{service.name} ({clients.region}): {service.running} of {service.desired} "
                f"tasks run, the last deployment is {service.rollout}",
                markup=False,
                highlight=False,
                soft_wrap=True,
            )
            table = Table(box=None)
            for title in ("Task", "Status", "Health", "Containers"):
                table.add_column(title, overflow="fold")
            for task in service.tasks:
                containers = ", ".join(f"{name} {state}" for name, state in task.containers.items())
                table.add_row(task.id, task.status, task.health, containers)
            console.print(table)
            for event in service.events:
                console.print(f"  {event}", markup=False, highlight=False, soft_wrap=True)
