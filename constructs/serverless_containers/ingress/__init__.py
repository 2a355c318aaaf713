"""How requests reach a service."""
