"""The parts of the ingress of a web site: the edge, the load balancer, and what joins them."""
