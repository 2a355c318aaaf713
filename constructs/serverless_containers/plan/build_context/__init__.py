"""What leaves this machine with a project, and what of it never should."""
