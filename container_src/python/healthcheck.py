"""Run by the container's HEALTHCHECK: the image has no curl."""

from urllib.request import urlopen

# Raises, and so exits with 1, on a refused connection, a timeout and any status above 399.
# Less than the 5 s after which the health check itself is killed.
urlopen("http://127.0.0.1:5000/health", timeout=4)
