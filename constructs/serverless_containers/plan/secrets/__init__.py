"""The secrets of a project: their names, their stores, and what may be in their files."""
