"""What a file may ask of the machine that reads it.

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

MOST_NODES = 2_000_000
"""Values of one document, aliases expanded."""

DEEPEST_INCLUDE = 50
"""Files that include each other in a row, and services that extend each other in a row."""
