"""Pipelines: their source, and their build on this machine."""
