"""Dockerfiles: what they say of the image that they build, where ECS needs to know it.

Text in, data and findings out. The behaviour is that of BuildKit's Dockerfile frontend, as
https://docs.docker.com/reference/dockerfile/ describes it.
"""

from serverless_containers.compose.dockerfile.model import (
    Dockerfile,
    ExposedPort,
    ImageHealthCheck,
    PlacedPath,
)
from serverless_containers.compose.dockerfile.reader import read_dockerfile

__all__ = ["Dockerfile", "ExposedPort", "ImageHealthCheck", "PlacedPath", "read_dockerfile"]
