"""Parts that all services of a project share: source, network, cluster, secrets and images.

Services import it, and so does the pipeline; it imports neither, and of an ingress it knows only
what that requires of a network.
"""
