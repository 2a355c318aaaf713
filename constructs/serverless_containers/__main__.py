"""The command line as a module: ``python -m serverless_containers``."""

from serverless_containers.cli import main

main()
