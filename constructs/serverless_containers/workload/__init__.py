"""What runs: the service, its task, its network, and what they are given."""
