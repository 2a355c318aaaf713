"""Shows what runs on a terminal."""

from collections.abc import Iterable

from rich.table import Table

from serverless_containers.local.inspection import Clients
from serverless_containers.local.report import make_console
from serverless_containers.local.result import Standing
from serverless_containers.local.running.services import services


def show_services(regions: Iterable[Clients], *, engine: str) -> None:
    """Print the services of each region, their tasks and their last events.

    Args:
        regions: The clients of each region.
        engine: The address of the engine that runs the containers. Without one the tasks are only
            recorded, whatever state the embedded AWS gives them.
    """
    console = make_console()
    for clients in regions:
        for service in services(clients):
            tasks = (
                f"{service.running} of {service.desired} tasks run"
                if engine
                else f"{Standing.NOT_RUNNING}; {len(service.tasks)} of {service.desired} tasks "
                "are recorded"
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
