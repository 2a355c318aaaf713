"""The keys that the reader of Compose files knows."""

from serverless_containers.compose.keys.schema import PROJECT


def every_key():
    """Return the paths of all keys of a Compose file, ``*`` for an item of a list or for a name."""
    return set(_keys(PROJECT, ()))


def _keys(shape, path):
    for key, below in (shape.keys or {}).items():
        yield (*path, key)
        yield from _keys(below, (*path, key))
    for below in filter(None, (shape.items, shape.others)):
        yield from _keys(below, (*path, "*"))
