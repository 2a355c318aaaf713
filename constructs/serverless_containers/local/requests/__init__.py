"""Requests on their way to tasks."""
