"""An Application Load Balancer as an ingress: its listener, targets, sign-in and rollouts.

It knows its clients by a `RequestSource` alone. `cloudfront` and ContainerHosting import it.
"""
