"""The build of a pipeline: its CodeBuild project, buildspec and variables."""

from collections.abc import Mapping, Sequence
from typing import Any

from aws_cdk import (
    Acknowledgment,
    ArnFormat,
    CfnWaitConditionHandle,
    Duration,
    RemovalPolicy,
    Stack,
    Token,
    Validations,
)
from aws_cdk import aws_codebuild as codebuild
from aws_cdk import aws_ecr as ecr
from aws_cdk import aws_iam as iam
from aws_cdk import aws_logs as logs
from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct

from serverless_containers.arguments.ranges import whole_minutes
from serverless_containers.findings import Findings
from serverless_containers.findings.uncaught import hide_traceback
from serverless_containers.iam.trust import confine_build_role
from serverless_containers.iam.wildcards import (
    acknowledge_wildcards,
    allow_without_resource,
)
from serverless_containers.pipeline.props import PipelineProps
from serverless_containers.pipeline.source import BoundSource
from serverless_containers.plan import Architecture, TaskPlan
from serverless_containers.plan.buildspec import (
    BuildspecOptions,
    RegistryLogin,
    Variable,
    make_buildspec,
    plan_images,
    repository_variable,
)

_QUEUED = 15
"""Minutes that a build waits for a machine: as long as an account that may run one build at a time
needs for the build before. The default of 8 hours outlasts whoever waits for it ("Builds in AWS
CodeBuild", AWS CodeBuild User Guide)."""
_SHORTEST, _LONGEST_WAIT = 5, 720
"""Minutes that a build takes at least ("CreateProject", AWS CodeBuild API Reference), and that
CloudFormation waits at most ("AWS::CloudFormation::WaitCondition")."""
_MARGIN = _QUEUED + 5
"""Minutes by which CloudFormation waits longer than a build: for the queue, and for the pipeline to
start. What fails before the first command of the build can tell nobody, and is waited for that
long."""
_PULL_AND_PUSH = (
    "ecr:BatchCheckLayerAvailability",
    "ecr:BatchGetImage",
    "ecr:CompleteLayerUpload",
    "ecr:GetDownloadUrlForLayer",
    "ecr:InitiateLayerUpload",
    "ecr:PutImage",
    "ecr:UploadLayerPart",
)
"""The actions of ``docker pull``, ``docker push`` and a new tag for an image."""
_LOGIN = "REGISTRY_"


def seconds_to_wait(build_timeout: Duration) -> str:
    """Return how long CloudFormation waits for a build, in seconds: 20 minutes longer.

    Args:
        build_timeout: The time that a build may take; 5 to 700 minutes. For one that is known only
            at deployment, CloudFormation waits for 12 hours.

    Raises:
        ValueError: If it is no whole number of minutes, too short for CodeBuild, or too long for
            CloudFormation.
    """
    minutes = whole_minutes(
        "build_timeout",
        build_timeout,
        _SHORTEST,
        _LONGEST_WAIT - _MARGIN,
        source="CreateProject, AWS CodeBuild API Reference; CloudFormation waits 12 hours for the "
        f"images, of which {_MARGIN} minutes are for the pipeline to start and to queue",
    )
    known = not Token.is_unresolved(minutes)
    return str(int(minutes + _MARGIN if known else _LONGEST_WAIT) * 60)


class ImageBuild(Construct):
    """Builds images on the architecture that they run on, and pushes them.

    Its role pulls from and pushes to these repositories, reads the state of this service and of its
    own stack, describes task definitions, and writes its log. The project's own commands run with
    that role.

    Args:
        buildspec: Its buildspec, as plain data.
        repositories: The repositories of the images, in the order of the buildspec.
        variables: The buildspec's variables.
        secret_variables: Variables that CodeBuild reads from Secrets Manager, each with its key.
        architecture: The instruction set.
        cluster_name: The cluster that the images run in.
        service_name: The service that they run in.
        timeout: The time that a build may take.
        compute_type: The machine.
        log_retention: The time for which the log is kept, which outlives the stack.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        buildspec: Mapping[str, Any],
        repositories: Sequence[ecr.IRepository],
        variables: Mapping[Variable, str],
        secret_variables: Mapping[str, tuple[secretsmanager.ISecret, str]],
        architecture: Architecture,
        cluster_name: str,
        service_name: str,
        timeout: Duration,
        compute_type: codebuild.ComputeType,
        log_retention: logs.RetentionDays,
    ) -> None:
        super().__init__(scope, construct_id)
        self.log_group = logs.LogGroup(
            self,
            "Logs",
            retention=log_retention,
            # What a build that fails the stack's creation has written must outlive the stack.
            removal_policy=RemovalPolicy.RETAIN,
        )
        plain = {
            **{
                repository_variable(place): repository.repository_uri
                for place, repository in enumerate(repositories, start=1)
            },
            **{str(name): value for name, value in variables.items()},
        }
        self.project = codebuild.PipelineProject(
            self,
            "Project",
            build_spec=codebuild.BuildSpec.from_object_to_yaml(dict(buildspec)),
            environment=codebuild.BuildEnvironment(
                build_image=codebuild.LinuxArmBuildImage.AMAZON_LINUX_2023_STANDARD_3_0
                if architecture is Architecture.ARM64
                else codebuild.LinuxBuildImage.AMAZON_LINUX_2023_5,
                compute_type=compute_type,
                # Docker runs inside the build.
                privileged=True,
            ),
            environment_variables={
                **{
                    name: codebuild.BuildEnvironmentVariable(value=value)
                    for name, value in plain.items()
                },
                **{
                    name: codebuild.BuildEnvironmentVariable(
                        type=codebuild.BuildEnvironmentVariableType.SECRETS_MANAGER,
                        value=f"{secret.secret_arn}:{key}",
                    )
                    for name, (secret, key) in secret_variables.items()
                },
            },
            # No limit of concurrent builds, which fails the one that is too many ("StartBuild",
            # AWS CodeBuild API Reference): a pipeline runs one execution of a stage at a time.
            timeout=timeout,
            queued_timeout=Duration.minutes(_QUEUED),
            grant_report_group_permissions=False,
            logging=codebuild.LoggingOptions(
                cloud_watch=codebuild.CloudWatchLoggingOptions(log_group=self.log_group)
            ),
        )
        for secret, _ in secret_variables.values():
            secret.grant_read(self.project)
        self._allow(repositories, cluster_name, service_name)
        self._acknowledge()

    def _allow(
        self, repositories: Sequence[ecr.IRepository], cluster_name: str, service_name: str
    ) -> None:
        stack = Stack.of(self)
        for actions, resources in (
            (_PULL_AND_PUSH, [each.repository_arn for each in repositories]),
            (("ecs:DescribeServices",), [service_arn(self, cluster_name, service_name)]),
            (
                ("cloudformation:DescribeStacks", "cloudformation:ListStackResources"),
                [stack.stack_id],
            ),
        ):
            self.project.add_to_role_policy(
                iam.PolicyStatement(actions=list(actions), resources=resources)
            )
        role = self.project.role
        if role is None:
            raise TypeError("a project that was made here has a role")
        confine_build_role(role)
        allow_without_resource(
            role,
            "WithoutResource",
            iam.PolicyStatement(actions=["ecr:GetAuthorizationToken"], resources=["*"]),
            describe_task_definitions(self),
            reason="ecr:GetAuthorizationToken and ecs:DescribeTaskDefinition support no "
            "resource-level permission.",
        )

    def _acknowledge(self) -> None:
        acknowledge_wildcards(
            self.project,
            resources=[
                Stack.of(self).format_arn(
                    service="logs",
                    resource="log-group",
                    resource_name=f"/aws/codebuild/{self.project.project_name}:*",
                    arn_format=ArnFormat.COLON_RESOURCE_NAME,
                )
            ],
            reason="The streams of the project's own log group.",
        )
        Validations.of(self.project).acknowledge(
            Acknowledgment(
                id="AwsSolutions-CB3",
                reason="Building images takes Docker, which takes a privileged build.",
            ),
            Acknowledgment(
                id="AwsSolutions-CB4",
                reason="Artifacts are encrypted by S3's key; they hold no more than the source.",
            ),
        )


def pipeline_buildspec(
    plan: TaskPlan, bound: BoundSource, architecture: Architecture, props: PipelineProps
) -> dict[str, object]:
    """Return the buildspec of a pipeline, for a plan and its source.

    Args:
        plan: The plan.
        bound: The source.
        architecture: The instruction set that the images run on.
        props: The pipeline's keyword arguments.

    Raises:
        InvalidSourceError: If a build needs what the pipeline does not have.
        ValueError: If there is nothing to build.
    """
    findings = Findings()
    builds = plan_images(plan.containers, plan.directory, findings)
    if findings.errors:
        hide_traceback()
        findings.raise_errors()
    return make_buildspec(
        builds,
        BuildspecOptions(
            architecture=architecture,
            source_folder=bound.folder,
            tag_by_content=bound.any_push,
            before_build=tuple(props.get("before_build", ())),
            after_build=tuple(props.get("after_build", ())),
            scan=tuple(props.get("scan", ())),
            logins=tuple(
                RegistryLogin(
                    registry=registry,
                    username_variable=f"{_LOGIN}{place}_USERNAME",
                    password_variable=f"{_LOGIN}{place}_PASSWORD",
                )
                for place, registry in enumerate(sorted(props.get("registry_logins", {})), start=1)
            ),
        ),
    )


def login_variables(
    logins: Mapping[str, secretsmanager.ISecret],
) -> dict[str, tuple[secretsmanager.ISecret, str]]:
    """The variables with which a build logs in to registries, each with its secret and key.

    Args:
        logins: The secrets by the registries' host names.
    """
    return {
        f"{_LOGIN}{place}_{key.upper()}": (logins[registry], key)
        for place, registry in enumerate(sorted(logins), start=1)
        for key in ("username", "password")
    }


def run_variables(
    handle: CfnWaitConditionHandle, tag: str | None
) -> dict[str, codebuild.BuildEnvironmentVariable]:
    """Return the environment variables of the runs of one version.

    It stands in the pipeline, not in the project: whatever makes a new wait condition must also be
    a change of the pipeline, which restarts it, or nobody would ever signal.

    Args:
        handle: The wait condition's handle.
        tag: The tag of the images, if the source has one.
    """
    variables = {Variable.WAIT_HANDLE_URL: handle.ref}
    if tag is not None:
        variables[Variable.SOURCE_TAG] = tag
    return {
        str(name): codebuild.BuildEnvironmentVariable(value=value)
        for name, value in variables.items()
    }


def describe_task_definitions(scope: Construct, *more: str) -> iam.PolicyStatement:
    """Allow task definitions of this region to be described.

    ecs:DescribeTaskDefinition takes neither a resource nor a condition key of ECS's ("Actions,
    resources, and condition keys for Amazon Elastic Container Service", Service Authorization
    Reference): the region is all that it can be confined to.

    Args:
        scope: A construct of the stack.
        more: Further actions, for which the same holds.
    """
    return iam.PolicyStatement(
        actions=["ecs:DescribeTaskDefinition", *more],
        resources=["*"],
        conditions={"StringEquals": {"aws:RequestedRegion": Stack.of(scope).region}},
    )


def service_arn(scope: Construct, cluster_name: str, service_name: str) -> str:
    """The ARN of a service that is known by name only."""
    return Stack.of(scope).format_arn(
        service="ecs",
        resource="service",
        resource_name=f"{cluster_name}/{service_name}",
        arn_format=ArnFormat.SLASH_RESOURCE_NAME,
    )
