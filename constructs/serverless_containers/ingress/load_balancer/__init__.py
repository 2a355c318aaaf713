"""The load balancer of a site: its listeners, targets, sign-in and rollouts."""
