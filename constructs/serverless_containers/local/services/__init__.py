"""Services of ECS: how many tasks, of which version, and who gets their traffic."""
