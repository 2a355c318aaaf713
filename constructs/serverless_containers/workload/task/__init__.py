"""The task definition of a service: containers, storage, files and the execution role.

`service` imports it; it imports `project`.
"""
