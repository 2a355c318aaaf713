"""The emulator that was kept, for those that ask about what was deployed to it."""

import os
from pathlib import Path

from serverless_containers.local.clients import LocalClients
from serverless_containers.local.emulator.emulator import Emulator
from serverless_containers.local.failure import LocalError
from serverless_containers.local.folder import LocalFolder
from serverless_containers.local.processes.commands import Commands, read_file
from serverless_containers.local.result import PROCESSES
from serverless_containers.local.running.token import find_pool, make_token


def clients_of(folder: Path) -> tuple[LocalClients, ...]:
    """The clients of each region that was deployed to.

    Raises:
        LocalError: If no emulator runs, or nothing was deployed to it.
    """
    emulator = _kept(folder)
    deployed = LocalFolder(folder).deployed()
    return tuple(
        LocalClients(emulator.credentials(deployed["account"]), region=region)
        for region in deployed["regions"]
    )


def variables_of(folder: Path) -> dict[str, str]:
    """The variables by which any AWS tool reaches the emulator, whatever its configuration says.

    Raises:
        LocalError: If no emulator runs, or nothing was deployed to it.
    """
    clients = clients_of(folder)[0]
    return clients.credentials.variables(clients.region) | {
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    }


def engine_of(folder: Path) -> str:
    """The runner of containers: an engine's address, or ``processes``; empty if there is none.

    Raises:
        LocalError: If no emulator runs.
    """
    emulator = _kept(folder)
    return PROCESSES if emulator.processes else emulator.engine


def commands_of(folder: Path) -> Commands:
    """Return what runs as processes; nothing where containers run.

    Raises:
        LocalError: If no emulator runs.
    """
    return read_file(Path(_kept(folder).folder))


def sources_of(folder: Path) -> tuple[Path, ...]:
    """Return the folders that the tasks of the app are made of."""
    return LocalFolder(folder).sources()


def _kept(folder: Path) -> Emulator:
    local = LocalFolder(folder)
    emulator = local.kept()
    if emulator is not None:
        return emulator
    if other := local.holder():
        raise LocalError(
            f"a run {other} is still deploying: ask when it is done, or look at "
            f"{local.log('deploy')} and {local.log('emulator')}"
        )
    raise LocalError(
        "no embedded AWS runs for this folder: `serverless-containers local up` starts one"
    )


def token_of(folder: Path, *, access: bool) -> str:
    """A token of a test user of the user pool that was deployed.

    Raises:
        LocalError: If no emulator runs, or no user pool was deployed to it.
    """
    clients = clients_of(folder)
    pool = find_pool(LocalFolder(folder).deployed()["outputs"])
    region = pool.pool.partition("_")[0]
    mine = next((each for each in clients if each.region == region), clients[0])
    return make_token(mine, pool, access=access)
