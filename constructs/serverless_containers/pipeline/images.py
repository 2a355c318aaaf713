"""The images that a pipeline builds, for a service to run."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from aws_cdk import Stack
from aws_cdk import aws_ecr as ecr
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_ssm as ssm
from constructs import Construct, IDependable

from serverless_containers.plan import Architecture, ContainerPlan, TaskPlan
from serverless_containers.workload.images import BuiltImages

if TYPE_CHECKING:
    from serverless_containers.build_pipeline import BuildPipeline


class PipelineImages(BuiltImages):
    """The images of a pipeline.

    Args:
        pipeline: The pipeline.
        repositories: The repositories by service.
        tag: The images' tag, or the name of the parameter that holds it.
        tag_is_parameter: Which of them it is.
        cluster_name: The cluster that the pipeline rolls out to.
        service_name: The service.
        ready: What has to exist before the images are there.
        allow: Lets the pipeline run tasks of a definition.
    """

    def __init__(
        self,
        *,
        pipeline: "BuildPipeline",
        repositories: Mapping[str, ecr.IRepository],
        tag: str,
        tag_is_parameter: bool,
        cluster_name: str,
        service_name: str,
        ready: Sequence[IDependable],
        allow: Callable[[ecs.TaskDefinition], None],
    ) -> None:
        self.pipeline = pipeline
        self._serve = pipeline.serve
        self._stack = Stack.of(pipeline)
        self._repositories = repositories
        self._tag = tag
        self._tag_is_parameter = tag_is_parameter
        self._allow = allow
        self.cluster_name = cluster_name
        self.service_name = service_name
        self.ready = tuple(ready)

    def prepare(
        self,
        scope: Construct,
        plan: TaskPlan,  # noqa: ARG002  # the pipeline has one
        architecture: Architecture,  # noqa: ARG002
        *,
        cluster_name: str,  # noqa: ARG002
        service_name: str,  # noqa: ARG002
    ) -> BuiltImages:
        """Let the pipeline know whom it serves."""
        self._serve(Stack.of(scope))
        return self

    def image(
        self,
        scope: Construct,
        container: ContainerPlan,
        architecture: Architecture,  # noqa: ARG002  # the pipeline was told
    ) -> ecs.ContainerImage:
        """The image in the repository of its service."""
        tag = self._tag
        if self._tag_is_parameter:
            if Stack.of(scope) is self._stack:
                raise ValueError(
                    "a pipeline from GitHub needs a stack of its own: the tag that it writes is "
                    "read when the service's stack is deployed; make a BuildPipeline in another "
                    "stack and pass its images"
                )
            # Resolved when a stack is deployed, so that a deployment never puts an old image back.
            tag = ssm.StringParameter.value_for_string_parameter(scope, self._tag)
        return ecs.ContainerImage.from_ecr_repository(self._repositories[container.name], tag)

    def allow_to_run(self, definition: ecs.TaskDefinition) -> None:
        """Let the pipeline roll out the definition."""
        self._allow(definition)


class ManagedImages(BuiltImages):
    """The images of a pipeline that is yet to be made, beside a service.

    Args:
        make: Makes the pipeline, and gives its images.
    """

    def __init__(self, make: Callable[..., BuiltImages]) -> None:
        self._make = make

    def prepare(
        self,
        scope: Construct,
        plan: TaskPlan,
        architecture: Architecture,
        *,
        cluster_name: str,
        service_name: str,
    ) -> BuiltImages:
        """Make the pipeline, if there is anything to build."""
        if not plan.built:
            return self
        return self._make(
            scope,
            plan=plan,
            architecture=architecture,
            cluster_name=cluster_name,
            service_name=service_name,
        )

    def image(self, *_: object) -> ecs.ContainerImage:
        """Nothing is built here before the pipeline is made."""
        raise TypeError("the pipeline is made by prepare(), which gives the images")
