"""Removes everything that a run made at an engine."""

from concurrent.futures import ThreadPoolExecutor

from serverless_containers.local.engine.client import Engine

_AT_ONCE = 8


def sweep(engine: Engine, run: str, images: tuple[str, ...] = ()) -> int:
    """Remove a run's containers, networks, volumes and images.

    Args:
        engine: Where.
        run: The run's id.
        images: Names that the run gave to images.

    Returns:
        How many containers there were.

    Raises:
        EngineError: If the engine does not answer.
    """
    count = 0
    # What was being made meanwhile is found the next time.
    while containers := engine.containers(run):
        count += len(containers)
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            list(pool.map(engine.remove, containers))
    engine.sweep_networks(run)
    engine.sweep_volumes(run)
    for name in images:
        engine.untag(name)
    engine.sweep_images(run)
    return count
