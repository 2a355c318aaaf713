"""CloudFront as an ingress: distribution, origin, certificates, records, firewall.

ContainerHosting imports it; it imports `load_balancer`.
"""
