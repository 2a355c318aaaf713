"""``python -m serverless_containers.cli``."""

from serverless_containers.cli import main

main()
