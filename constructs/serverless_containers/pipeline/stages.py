"""The stages around a build: where artifacts are kept, and how a service is rolled out."""

from collections.abc import Sequence

from aws_cdk import Acknowledgment, ArnFormat, Duration, RemovalPolicy, Stack, Validations
from aws_cdk import aws_codebuild as codebuild
from aws_cdk import aws_codepipeline as codepipeline
from aws_cdk import aws_codepipeline_actions as actions
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from constructs import Construct

from serverless_containers.iam.wildcards import (
    acknowledge_wildcards,
    allow_without_resource,
)
from serverless_containers.pipeline.build import describe_task_definitions, service_arn
from serverless_containers.plan.buildspec.model import Exported

_STARTING = 30
"""Minutes for tasks to start and become healthy."""
_LONGEST = 60
"""Minutes that a Deploy action waits at most ("Amazon ECS standard deployment action", AWS
CodePipeline User Guide)."""
BUILD_NAMESPACE = "Build"
"""The namespace in which later stages find the variables that the build exports."""


def make_artifact_bucket(scope: Construct, *, retention_days: int) -> s3.Bucket:
    """The bucket through which stages hand on what they made.

    It outlives the stack, since it is not empty and emptying it would take a Lambda function; what
    is in it expires all the same.

    Args:
        scope: The construct above it.
        retention_days: The time for which artifacts are kept.
    """
    bucket = s3.Bucket(
        scope,
        "Artifacts",
        encryption=s3.BucketEncryption.S3_MANAGED,
        enforce_ssl=True,
        block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
        lifecycle_rules=[
            s3.LifecycleRule(
                expiration=Duration.days(retention_days),
                noncurrent_version_expiration=Duration.days(1),
                abort_incomplete_multipart_upload_after=Duration.days(1),
            )
        ],
        removal_policy=RemovalPolicy.RETAIN,
    )
    Validations.of(bucket).acknowledge(
        Acknowledgment(
            id="AwsSolutions-S1",
            reason="Only the pipeline reads and writes it, and CodePipeline keeps the history.",
        )
    )
    return bucket


class DeployStage(Construct):
    """Rolls a service out, unless CloudFormation is doing so.

    A condition skips the stage when the build found the stack being changed: then CloudFormation
    owns the rollout, and rolls the stack back if it fails. It is a ``VariableCheck``, the one rule
    besides LambdaInvoke that can skip; "Stage conditions", AWS CodePipeline User Guide.

    Args:
        pipeline: The pipeline, to which the stage is added.
        build_output: The artifact that holds imagedefinitions.json.
        cluster_name: The cluster.
        service_name: The service.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        pipeline: codepipeline.Pipeline,
        build_output: codepipeline.Artifact,
        cluster_name: str,
        service_name: str,
    ) -> None:
        super().__init__(scope, construct_id)
        # As the CDK has it for roles that it makes: an action's role is assumed by the pipeline's.
        self._role = iam.Role(self, "Role", assumed_by=iam.ArnPrincipal(pipeline.role.role_arn))
        self._allow(cluster_name, service_name)
        action = actions.EcsDeployAction(
            action_name="Deploy",
            service=ecs.BaseService.from_service_arn_with_cluster(
                self, "Service", service_arn(self, cluster_name, service_name)
            ),
            input=build_output,
            # The CDK would let the action change every service of the account.
            role=self._role.without_policy_updates(),
            deployment_timeout=Duration.minutes(_STARTING),
        )
        self._pipeline = pipeline
        pipeline.artifact_bucket.grant_read(self._role)
        pipeline.add_stage(
            stage_name="Deploy",
            actions=[action],
            before_entry=codepipeline.Conditions(
                conditions=[
                    codepipeline.Condition(
                        result=codepipeline.Result.SKIP,
                        rules=[
                            codepipeline.Rule(
                                name="PipelineOwnsRollout",
                                provider="VariableCheck",
                                version="1",
                                configuration={
                                    "Variable": f"#{{{BUILD_NAMESPACE}.{Exported.OWNER}}}",
                                    "Value": "pipeline",
                                    "Operator": "EQ",
                                },
                            )
                        ],
                    )
                ]
            ),
        )

    def wait_for_rollout(self, minutes: float | None) -> None:
        """Wait for a rollout that takes its time.

        Args:
            minutes: The minutes that it takes besides starting tasks. None: that is not known.

        Raises:
            ValueError: If it is longer than the action waits.
        """
        total = _LONGEST if minutes is None else _STARTING + minutes
        if total > _LONGEST:
            raise ValueError(
                f"the rollout takes {minutes:g} minutes besides the {_STARTING} in which tasks "
                f"start; the pipeline's Deploy action waits for {_LONGEST} at most: shorten the "
                "steps or the bake time, or let CloudFormation roll out "
                "(BuiltImages.repositories, or Docker)"
            )
        resource = self._pipeline.node.default_child
        if isinstance(resource, codepipeline.CfnPipeline) and total != _STARTING:
            place = f"Stages.{self._pipeline.stage_count - 1}.Actions.0.Configuration"
            resource.add_property_override(f"{place}.DeploymentTimeout", int(total))

    def allow_to_run(self, definition: ecs.TaskDefinition) -> None:
        """Let the stage run tasks with the roles of a definition.

        The permission is made beside the definition: that may be in a stack that is deployed after
        the pipeline's, which cannot name the roles.
        """
        roles = [definition.task_role, definition.execution_role]
        iam.Policy(
            definition,
            "PipelineMayRun",
            roles=[self._role],
            statements=[
                iam.PolicyStatement(
                    actions=["iam:PassRole"],
                    resources=[role.role_arn for role in roles if role is not None],
                    conditions={"StringEquals": {"iam:PassedToService": "ecs-tasks.amazonaws.com"}},
                )
            ],
        )

    def _allow(self, cluster_name: str, service_name: str) -> None:
        """The permissions of "Amazon ECS deploy action", without what is not this service's."""
        stack = Stack.of(self)
        tasks = stack.format_arn(
            service="ecs",
            resource="task",
            resource_name=f"{cluster_name}/*",
            arn_format=ArnFormat.SLASH_RESOURCE_NAME,
        )
        cluster = stack.format_arn(
            service="ecs",
            resource="cluster",
            resource_name=cluster_name,
            arn_format=ArnFormat.SLASH_RESOURCE_NAME,
        )
        for statement in (
            iam.PolicyStatement(
                actions=["ecs:DescribeServices", "ecs:UpdateService"],
                resources=[service_arn(self, cluster_name, service_name)],
            ),
            iam.PolicyStatement(actions=["ecs:DescribeTasks"], resources=[tasks]),
        ):
            self._role.add_to_policy(statement)
        allow_without_resource(
            self._role,
            "WithoutResource",
            iam.PolicyStatement(
                actions=["ecs:ListTasks"],
                resources=["*"],
                conditions={"ArnEquals": {"ecs:cluster": cluster}},
            ),
            describe_task_definitions(self, "ecs:RegisterTaskDefinition"),
            iam.PolicyStatement(
                actions=["ecs:TagResource"],
                resources=["*"],
                conditions={"StringEquals": {"ecs:CreateAction": ["RegisterTaskDefinition"]}},
            ),
            reason="Task definitions are described by no resource; the other actions are confined "
            "by conditions.",
        )
        acknowledge_wildcards(
            self._role, resources=[tasks], reason="The tasks of this service's cluster."
        )


def allow_action(
    pipeline: codepipeline.Pipeline,
    action: codepipeline.IAction,
    statements: Sequence[iam.PolicyStatement],
) -> None:
    """Allow the role of an action more than the CDK does.

    Args:
        pipeline: The pipeline, which has made the role.
        action: Its action.
        statements: The statements that allow it.
    """
    if not statements:
        return
    name = action.action_properties.action_name
    role = next(
        each
        for each in pipeline.node.find_all()
        if isinstance(each, iam.Role) and f"/{name}/" in each.node.path
    )
    for statement in statements:
        role.add_to_policy(statement)


def start_with_permissions(pipeline: codepipeline.Pipeline, project: codebuild.IProject) -> None:
    """Keep a pipeline, which runs as soon as it is made, until its actions may do anything.

    Args:
        pipeline: The pipeline.
        project: Its CodeBuild project.
    """
    resource = pipeline.node.default_child
    if not isinstance(resource, codepipeline.CfnPipeline):
        raise TypeError("a pipeline has a CloudFormation resource")
    for construct in (*pipeline.node.find_all(), *project.node.find_all()):
        if isinstance(construct, iam.CfnPolicy):
            resource.node.add_dependency(construct)
