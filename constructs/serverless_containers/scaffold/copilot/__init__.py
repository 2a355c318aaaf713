"""Workspaces of AWS Copilot, read from their manifests."""
