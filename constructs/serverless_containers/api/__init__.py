"""The door of a ContainerApi."""
