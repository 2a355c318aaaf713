"""YAML text to a tree in which every value knows where it stands."""
