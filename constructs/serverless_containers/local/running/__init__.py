"""Questions to an embedded AWS that was kept: its services, logs, variables and tokens."""
