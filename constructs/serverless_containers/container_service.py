"""A Compose project as a service that no requests reach."""

from pathlib import Path
from typing import Unpack

from constructs import Construct

from serverless_containers.arguments.keywords import checks_keywords
from serverless_containers.ingress.base import ContainerServiceBase
from serverless_containers.workload.project.network import NO_INGRESS
from serverless_containers.workload.service.props import ContainerServiceProps


class ContainerService(ContainerServiceBase):
    """Runs a folder with a Compose file, or a lone Dockerfile, as a worker: without an ingress.

    Nothing outside a task reaches it, whatever ports the files name, and there are neither a load
    balancer nor an API to pay for. Consumers of queues, schedulers and bots need no more; what
    answers requests is a ContainerApi or a ContainerHosting.

    Grants to the construct go to the task role, rules of security groups to the tasks' groups.
    """

    @checks_keywords
    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        source: str | Path,
        **props: Unpack[ContainerServiceProps],
    ) -> None:
        """Run a Compose project that no requests reach.

        Args:
            scope: The construct above.
            construct_id: Its id there.
            source: The folder with the Compose file or the lone Dockerfile, or the Compose file
                itself.
            **props: The keyword arguments of its service; see `ContainerServiceProps`.

        Raises:
            InvalidSourceError: With every error in the files, if there is one.
            ValueError: If arguments contradict each other.
        """
        scaling = props.get("scaling")
        if scaling is not None and scaling.requests_per_task is not None:
            raise ValueError(
                "scaling: no requests reach a ContainerService; give TaskScaling cpu_percent, "
                "memory_percent or metrics, such as the backlog per task of a queue"
            )
        super().__init__(scope, construct_id, source=source, requirements=NO_INGRESS, **props)
        self._monitor()
