"""The parts of the door of a web site: the edge, the load balancer, and what joins them."""
