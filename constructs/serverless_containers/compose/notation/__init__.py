"""Notations of single values: durations, sizes, ports, mounts, commands, numbers as Go has them."""
