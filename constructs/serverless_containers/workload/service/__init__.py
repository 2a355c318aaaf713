"""An ECS service of a project: its task, how many of them run, and what they may do.

The ingresses import it.
"""
