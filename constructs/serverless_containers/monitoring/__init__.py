"""Monitoring of a service: its metrics in one shape, its alarms, and the events that ECS forgets.

`signals` says what each ingress measures, so that nothing else asks which ingress it is. Neither
it nor the rest knows of a plan or a service: names and metrics are handed in.
"""
