"""An API Gateway HTTP API as an ingress: its authorization, domain and access log.

ContainerApi imports it.
"""
