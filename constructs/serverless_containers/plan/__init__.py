"""Fargate plans."""
