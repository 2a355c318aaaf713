"""Ingresses: the resources through which requests reach a service.

`base` is the base of the public constructs, which alone import this room. Each kind of ingress has
a room of its own: `http_api`, `load_balancer`, and `cloudfront`, which builds on `load_balancer`.
They import `workload` and the pipeline, neither of which knows of an ingress.
"""
