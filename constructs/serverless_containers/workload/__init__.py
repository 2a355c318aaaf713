"""The workload: a Compose project on Fargate, whatever lets requests in to it.

`project` holds the parts that all services of a project share, `service` an ECS service, and `task`
its task definition. The ingresses and the public constructs import it, and the pipeline imports
`project`; it imports none of them.
"""
