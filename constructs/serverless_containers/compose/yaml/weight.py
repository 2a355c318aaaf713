"""Size of a tree, what is shared in it counted at each use."""

from collections.abc import Collection

from serverless_containers.compose.yaml.nodes import MappingNode, Node, Scalar, Sequence
from serverless_containers.compose.yaml.overrides import Tagged

_HUGE = 1 << 62


def weigh(root: Node) -> tuple[int, int]:
    """Count the values and the levels of a tree.

    Looks at each node once, however often it is used, and does not recurse: nothing is known of the
    tree's depth before.

    Args:
        root: The tree.

    Returns:
        How many values it has, a shared one counted at each use, and how deep it is.
    """
    known: dict[int, tuple[int, int]] = {}
    waiting = [_untagged(root)]
    while waiting:
        node = waiting[-1]
        if type(node) is Scalar or id(node) in known:
            waiting.pop()
            continue
        below = [_untagged(child) for child in _below(node)]
        unknown = [child for child in below if type(child) is not Scalar and id(child) not in known]
        if unknown:
            waiting += unknown
            continue
        size, depth = 1, 0
        for child in below:
            child_size, child_depth = known.get(id(child), (1, 0))
            size += child_size
            depth = max(depth, child_depth + 1)
        # The number of a tree of shared trees of shared trees has as many digits as it has levels.
        known[id(node)] = min(size, _HUGE), depth
    return known.get(id(_untagged(root)), (1, 0))


def _below(node: Node) -> Collection[Node]:
    if isinstance(node, Sequence):
        return node.items
    return node.entries.values() if isinstance(node, MappingNode) else ()


def _untagged(node: Node) -> Node:
    while isinstance(node, Tagged):
        node = node.node
    return node
