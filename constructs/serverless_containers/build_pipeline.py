"""A pipeline from source to running containers."""

import hashlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Unpack

import jsii
from aws_cdk import (
    Annotations,
    CfnWaitCondition,
    CfnWaitConditionHandle,
    Duration,
    IStableStringProducer,
    Lazy,
    Names,
    RemovalPolicy,
    Stack,
    Token,
)
from aws_cdk import aws_codebuild as codebuild
from aws_cdk import aws_codepipeline as codepipeline
from aws_cdk import aws_codepipeline_actions as actions
from aws_cdk import aws_ecr as ecr
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_iam as iam
from aws_cdk import aws_logs as logs
from aws_cdk import aws_ssm as ssm
from constructs import Construct, IDependable

from serverless_containers.arguments.keywords import checks_keywords
from serverless_containers.arguments.ranges import check_range
from serverless_containers.iam.wildcards import BUCKET_ACTIONS, acknowledge_wildcards
from serverless_containers.pipeline.build import (
    ImageBuild,
    login_variables,
    pipeline_buildspec,
    run_variables,
    seconds_to_wait,
)
from serverless_containers.pipeline.props import PipelineProps
from serverless_containers.pipeline.repositories import ImageRepositories
from serverless_containers.pipeline.source import BoundSource, PipelineSource, SourceBindOptions
from serverless_containers.pipeline.stages import (
    BUILD_NAMESPACE,
    DeployStage,
    allow_action,
    make_artifact_bucket,
    start_with_permissions,
)
from serverless_containers.plan import Architecture, ContainerPlan, PlanOptions, TaskPlan
from serverless_containers.plan.buildspec import Variable, to_yaml
from serverless_containers.workload.project.images import (
    BoundImages,
    BuiltImages,
    ImagesBindOptions,
)
from serverless_containers.workload.project.source import read_source

_LONGEST_RETENTION = 2_147_483_647
_RETENTION = "Lifecycle policy parameters, Amazon ECR User Guide"
_FAILED = codepipeline.PipelineNotificationEvents.PIPELINE_EXECUTION_FAILED


@jsii.implements(IStableStringProducer)
class _Late:
    """A text that is known by the time of synthesis."""

    def __init__(self, tell: Callable[[], str]) -> None:
        self._tell = tell

    def produce(self) -> str:
        """Tell it."""
        return self._tell()


class BuildPipeline(Construct):
    """Builds the images of a Compose project, pushes them to ECR, and rolls them out.

    The pipeline starts by itself once CloudFormation has made it. The build tells CloudFormation
    through a wait condition that the images are there, or which container failed, by which command,
    and where the log is; what needs an image depends on `ready`. The wait condition's logical id
    holds the source's hash and the time of the wait, so that a change of either is waited for anew:
    CloudFormation updates no wait condition ("AWS::CloudFormation::WaitCondition").

    While CloudFormation changes the stack it owns the rollout; any other run (a push to GitHub,
    "Release change" in the console) rolls the service out itself.

    Images have the hash of their source, or of its commit, as their tag. ``latest`` moves along and
    is never deployed.

    Attributes:
        images: The images, for ContainerApi's ``images``.
        tag: The tag of the images: known at synthesis, or the name of the parameter that holds it.
        repositories: The repositories by service.
        pipeline: The pipeline.
        project: Its CodeBuild project.
    """

    @checks_keywords
    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        source: str | Path,
        cluster_name: str,
        service_name: str,
        plan: TaskPlan | None = None,
        environment_name: str | None = None,
        entrypoint: str | None = None,
        strict: bool | None = None,
        **props: Unpack[PipelineProps],
    ) -> None:
        """Build the images of a Compose project in a pipeline, which rolls them out.

        Args:
            scope: The construct above.
            construct_id: Its id there.
            source: The folder with the Compose file or the lone Dockerfile.
            cluster_name: The cluster that the service runs in. A plain name, because the service
                waits for the pipeline, which therefore cannot refer to it.
            service_name: The service's name, likewise.
            plan: The plan of the folder. Default: it is read.
            environment_name: The environment to read it for.
            entrypoint: The service that receives the traffic, where the files leave it open.
            strict: Whether guesses in reading it are errors. Default: the Compose file's, else
                False.
            **props: See `PipelineProps`.

        Raises:
            InvalidSourceError: If a build needs what the pipeline does not have.
            ValueError: If there is nothing to build, or ``build_timeout`` is out of its range.
        """
        super().__init__(scope, construct_id)
        retention_days = props.get("retention_days", 7)
        check_range(
            "retention_days", retention_days, 1, _LONGEST_RETENTION, unit=" days", source=_RETENTION
        )
        plan = plan or read_source(
            self,
            source,
            PlanOptions(entrypoint=entrypoint, ingress=None, strict=strict, docker_builds=False),
            environment=environment_name,
            suppress=(),
        )
        architecture = props.get("architecture") or plan.architecture or Architecture.X86_64
        origin = props.get("pipeline_source", PipelineSource.asset())
        bound = origin.bind(
            self, SourceBindOptions(folder=plan.directory, exclusions=plan.exclusions)
        )
        buildspec = pipeline_buildspec(plan, bound, architecture, props)
        # What is built is the source by this buildspec: a change of either is another image.
        fingerprint = hashlib.sha256(f"{bound.hash}\n{to_yaml(buildspec)}".encode()).hexdigest()
        self.source_tag = fingerprint[:12]
        services = [container.name for container in plan.built]
        removal_policy = props.get("removal_policy", RemovalPolicy.DESTROY)
        self.repositories: Mapping[str, ecr.Repository] = ImageRepositories(
            self,
            "Repositories",
            services=services,
            retention_days=retention_days,
            removal_policy=removal_policy,
        ).by_service
        # A plain name: a stack is given the value of a parameter that it knows by name.
        tag_name = None if bound.hash else f"/{Names.unique_resource_name(self, separator='/')}/tag"
        self._service_stack = Stack.of(self).stack_id
        self._name = Names.unique_resource_name(self, max_length=100, separator="-")
        timeout = props.get("build_timeout", Duration.minutes(30))
        wait = seconds_to_wait(timeout)
        awaited = f"{self.source_tag}In{wait}"
        handle = CfnWaitConditionHandle(self, f"Handle{awaited}")
        self.project = ImageBuild(
            self,
            "Build",
            buildspec=buildspec,
            repositories=list(self.repositories.values()),
            variables={
                Variable.CLUSTER_NAME: cluster_name,
                Variable.SERVICE_NAME: service_name,
                # Its id: asked by its name, a stack is judged as stack/<name>/*.
                Variable.STACK_NAME: Stack.of(self).stack_id,
                # Known once a service uses the images.
                Variable.SERVICE_STACK: Lazy.string(_Late(lambda: self._service_stack)),
                **({Variable.TAG_PARAMETER: tag_name} if tag_name else {}),
            },
            secret_variables=login_variables(props.get("registry_logins", {})),
            architecture=architecture,
            cluster_name=cluster_name,
            service_name=service_name,
            timeout=timeout,
            compute_type=props.get("compute_type", codebuild.ComputeType.SMALL),
            log_retention=props.get("log_retention", logs.RetentionDays.ONE_MONTH),
        ).project
        if tag_name is not None:
            self._allow_tag(tag_name)
        self._deploy, self.pipeline = self._make_pipeline(
            bound, cluster_name, service_name, retention_days, handle
        )
        Annotations.of(self).add_info_v2(
            "serverless-containers:pipeline-url",
            f"while CloudFormation waits for the images, {self._url_to_tell} shows the pipeline",
        )
        if "notifications" in props:
            self.pipeline.notify_on("Failures", props["notifications"], events=[_FAILED])
        self._condition = CfnWaitCondition(
            self,
            f"Built{awaited}",
            handle=handle.ref,
            count=1,
            timeout=wait,
        )
        self._condition.node.add_dependency(self.pipeline, self.project)
        self.images: BuiltImages = _ImagesOfPipeline(
            PipelineImages(
                pipeline=self,
                tag=tag_name or self.source_tag,
                tag_is_parameter=tag_name is not None,
                cluster_name=cluster_name,
                service_name=service_name,
            )
        )

    @staticmethod
    @checks_keywords
    def managed(**props: Unpack[PipelineProps]) -> BuiltImages:
        """The images of a pipeline that is made beside the service, in its stack.

        For ContainerApi's ``images``. The source must be the folder's asset, because the tag has to
        be known when the stack is made; a pipeline from GitHub has a stack of its own.

        Args:
            **props: See `PipelineProps`.
        """
        return _ManagedPipeline(props)

    @property
    def ready(self) -> tuple[IDependable, ...]:
        """Constructs that have to exist before the images are there."""
        return (self._condition,)

    @property
    def pipeline_name(self) -> str:
        """The name of the pipeline, which is known before it is made."""
        return self._name

    @property
    def console_url(self) -> str:
        """The URL of the pipeline in the console, for an output: its region may be a token."""
        region = Stack.of(self).region
        return self._url_in(f"{region}.", f"?region={region}")

    @property
    def _url_to_tell(self) -> str:
        # Without a region the console takes the one that it has shown last.
        is_known = not Token.is_unresolved(Stack.of(self).region)
        return self.console_url if is_known else self._url_in("", "")

    def _url_in(self, host: str, query: str) -> str:
        return (
            f"https://{host}console.aws.amazon.com/codesuite/codepipeline/pipelines/"
            f"{self._name}/view{query}"
        )

    def _allow_tag(self, name: str) -> None:
        """Let the build write the tag of the newest images to Parameter Store.

        It makes the parameter as well: one of the stack's would be written again, with the
        template's value, by any later change of its tags.
        """
        self.project.add_to_role_policy(
            iam.PolicyStatement(
                actions=["ssm:PutParameter"],
                resources=[
                    Stack.of(self).format_arn(
                        service="ssm", resource="parameter", resource_name=name.lstrip("/")
                    )
                ],
            )
        )

    def serve(self, stack: Stack) -> None:
        """Keep the images that the service's stack names, which it goes back to.

        Args:
            stack: The stack of the service.
        """
        own = Stack.of(self)
        # The name of a nested stack is known to the stack around it alone, which comes later.
        if stack is not own and stack.nested_stack_parent is None:
            self._service_stack = stack.stack_name
            arn = own.format_arn(
                service="cloudformation", resource="stack", resource_name=f"{stack.stack_name}/*"
            )
            self.project.add_to_role_policy(
                iam.PolicyStatement(actions=["cloudformation:ListStackResources"], resources=[arn])
            )
            acknowledge_wildcards(
                self.project,
                resources=[arn],
                reason="A stack's id ends with what CloudFormation chooses.",
            )

    def wait_for_rollout(self, minutes: float | None) -> None:
        """Let the Deploy stage wait for a rollout that takes its time.

        Args:
            minutes: The minutes that it takes besides starting tasks. None: that is not known.

        Raises:
            ValueError: If it is longer than a Deploy action waits.
        """
        self._deploy.wait_for_rollout(minutes)

    def allow_to_run(self, definition: ecs.TaskDefinition) -> None:
        """Let the pipeline roll out a task definition with these roles."""
        self._deploy.allow_to_run(definition)

    def _make_pipeline(
        self,
        bound: BoundSource,
        cluster_name: str,
        service_name: str,
        retention_days: int,
        handle: CfnWaitConditionHandle,
    ) -> tuple[DeployStage, codepipeline.Pipeline]:
        bucket = make_artifact_bucket(self, retention_days=retention_days)
        output = codepipeline.Artifact("Images")
        pipeline = codepipeline.Pipeline(
            self,
            "Pipeline",
            # Known while CloudFormation still waits, and prints no output.
            pipeline_name=self._name,
            pipeline_type=codepipeline.PipelineType.V2,
            # A newer source takes the place of one that waits.
            execution_mode=codepipeline.ExecutionMode.SUPERSEDED,
            restart_execution_on_update=True,
            artifact_bucket=bucket,
            triggers=list(bound.triggers) or None,
            stages=[
                codepipeline.StageProps(stage_name="Source", actions=[bound.action]),
                codepipeline.StageProps(
                    stage_name="Build",
                    actions=[
                        actions.CodeBuildAction(
                            action_name="Build",
                            project=self.project,
                            input=bound.output,
                            outputs=[output],
                            variables_namespace=BUILD_NAMESPACE,
                            environment_variables=run_variables(
                                handle, self.source_tag if bound.hash else None
                            ),
                        )
                    ],
                ),
            ],
        )
        allow_action(pipeline, bound.action, bound.statements)
        deploy = DeployStage(
            self,
            "Deploy",
            pipeline=pipeline,
            build_output=output,
            cluster_name=cluster_name,
            service_name=service_name,
        )
        for construct in (pipeline, deploy, self.project):
            acknowledge_wildcards(
                construct,
                resources=[bucket.arn_for_objects("*")],
                actions=BUCKET_ACTIONS,
                reason="Within the pipeline's own bucket, whose keys CodePipeline chooses, and the "
                "source that the CDK has put on S3.",
            )
        start_with_permissions(pipeline, self.project)
        return deploy, pipeline


class PipelineImages(BoundImages):
    """The images that a pipeline builds and rolls out.

    Args:
        pipeline: The pipeline.
        tag: The images' tag, or the name of the parameter that holds it.
        tag_is_parameter: Whether it is the name of a parameter.
        cluster_name: The cluster that the pipeline rolls out to.
        service_name: The service that it rolls out to.

    Attributes:
        pipeline: The pipeline.
    """

    def __init__(
        self,
        *,
        pipeline: BuildPipeline,
        tag: str,
        tag_is_parameter: bool,
        cluster_name: str,
        service_name: str,
    ) -> None:
        self.pipeline = pipeline
        self.cluster_name = cluster_name
        self.service_name = service_name
        self.ready = pipeline.ready
        self._tag = tag
        self._tag_is_parameter = tag_is_parameter

    def image(self, scope: Construct, container: ContainerPlan) -> ecs.ContainerImage:
        """Return the image in the repository of its service."""
        tag = self._tag
        if self._tag_is_parameter:
            if Stack.of(scope) is Stack.of(self.pipeline):
                raise ValueError(
                    "a pipeline from GitHub needs a stack of its own: the tag that it writes is "
                    "read when the service's stack is deployed; make a BuildPipeline in another "
                    "stack and pass its images"
                )
            # Resolved when a stack is deployed, so that a deployment never puts an old image back.
            tag = ssm.StringParameter.value_for_string_parameter(scope, self._tag)
        repository = self.pipeline.repositories[container.name]
        return ecs.ContainerImage.from_ecr_repository(repository, tag)

    def allow_to_run(self, definition: ecs.TaskDefinition) -> None:
        """Let the pipeline roll out the definition."""
        self.pipeline.allow_to_run(definition)

    def wait_for_rollout(self, minutes: float | None) -> None:
        """Let the pipeline's Deploy stage wait for the rollout."""
        self.pipeline.wait_for_rollout(minutes)


class _ImagesOfPipeline(BuiltImages):
    """The images of a pipeline that exists, for whichever service runs them."""

    def __init__(self, images: PipelineImages) -> None:
        self._images = images

    def bind(
        self,
        scope: Construct,
        options: ImagesBindOptions,  # noqa: ARG002  # the pipeline was told
    ) -> BoundImages:
        self._images.pipeline.serve(Stack.of(scope))
        return self._images


class _ManagedPipeline(BuiltImages):
    """The images of a pipeline that is made beside the service, if there is anything to build."""

    def __init__(self, props: PipelineProps) -> None:
        self._props = props

    def bind(self, scope: Construct, options: ImagesBindOptions) -> BoundImages:
        if not options.plan.built:
            return BuiltImages.local_build().bind(scope, options)
        props = self._props.copy()
        props["architecture"] = options.architecture
        pipeline = BuildPipeline(
            scope,
            "Pipeline",
            source=options.plan.directory,
            cluster_name=options.cluster_name,
            service_name=options.service_name,
            plan=options.plan,
            **props,
        )
        return pipeline.images.bind(scope, options)
