"""The ingress of a ContainerApi."""
