"""Ingresses: the resources through which requests reach a service.

The public constructs import it. Each kind has a room; `cloudfront` builds on `load_balancer`, and
neither knows of `http_api`.
"""
