"""Services that are deployed: found by their stacks, looked at, and changed, through AWS's APIs."""
