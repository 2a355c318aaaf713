"""Limits of what a file may ask of the machine that reads it.

Each bound is far above what a person writes, and low enough that a file made to exhaust the reader
is refused instead.
"""

LARGEST_FILE = 64 * 1024 * 1024
"""Bytes of one Compose file."""

LARGEST_VARIABLES = 1024 * 1024
"""Bytes of one file of variables or labels; a whole task definition has at most 64 KiB."""

LARGEST_DOCKERFILE = 1024 * 1024
"""Bytes of one Dockerfile."""

DEEPEST_NESTING = 90
"""Levels of one document, aliases expanded."""

MOST_VALUES = 200_000
"""Values of a project beyond one for each byte of its files: what aliases, ``<<``, extends,
include, ranges of ports and files of variables repeat. A thousand services have fifty thousand."""

MOST_CHARACTERS = 4 * 1024 * 1024
"""Characters of a project beyond those of its files: what variables are replaced by, and files that
are read for several services. All containers of a task have 64 KB ("Amazon ECS service quotas",
Amazon ECS Developer Guide, size of a task definition)."""

DEEPEST_INCLUDE = 50
"""Files that include each other in a row, and services that extend each other in a row."""

MOST_PORTS = 1_000
"""Ports of one service, ranges expanded. Fewer fit into the 64 KB of a task definition ("Amazon ECS
service quotas", Amazon ECS Developer Guide)."""

MOST_POOLS = 100
"""Address pools of a network in each of two files, which are merged each with each."""

VALUES_OF_A_FILE = 50
"""Values that each use of a file counts beside its own: files that include each other are few."""

COST_OF_REREADING = 4
"""Weight of a character that is read once more: it is not copied, but evaluated anew."""
