"""Compose files: text in, an immutable model and findings out. Pure Python, no CDK."""
