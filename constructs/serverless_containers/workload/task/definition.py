"""A Fargate task definition whose execution role can do as little as it takes."""

from typing import Any

from aws_cdk import CfnDeletionPolicy
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_iam as iam

from serverless_containers.iam.trust import confine_task_role
from serverless_containers.iam.wildcards import allow_without_resource

_LOGIN = ["ecr:GetAuthorizationToken"]


class TaskDefinition(ecs.FargateTaskDefinition):
    """A task definition that makes its execution role itself, once something asks for it.

    Attributes:
        log_router_driver: The logs of the router that the CDK adds where none was added. None: a
            log group that the CDK makes, and keeps its lines for ever.
    """

    log_router_driver: ecs.LogDriver | None = None

    def add_firelens_log_router(
        self,
        id: str,  # noqa: A002  # the CDK's name
        *,
        firelens_config: Any,  # noqa: ANN401  # a struct, or what the CDK makes of one
        image: ecs.ContainerImage,
        logging: ecs.LogDriver | None = None,
        memory_reservation_mib: float | None = None,
        **given: Any,  # noqa: ANN401  # the CDK's others
    ) -> ecs.FirelensLogRouter:
        """Add a log router. The CDK calls it too, in synthesis, with an image of AWS's."""
        return super().add_firelens_log_router(
            id,
            firelens_config=firelens_config,
            image=image,
            logging=self.log_router_driver or logging,
            memory_reservation_mib=memory_reservation_mib,
            **given,
        )

    def obtain_execution_role(self) -> iam.IRole:
        """The role with which ECS starts the task, made by the first call."""
        role = self.execution_role
        if role is None:
            # The id that the CDK gives it.
            role = _ExecutionRole(
                self,
                "ExecutionRole",
                assumed_by=iam.ServicePrincipal("ecs-tasks.amazonaws.com"),
            )
            confine_task_role(role)
        return role

    @property
    def execution_role(self) -> iam.IRole | None:
        """The role with which ECS starts the task, if anything has asked for one."""
        role = self.node.try_find_child("ExecutionRole")
        return role if isinstance(role, iam.Role) else None


class _ExecutionRole(iam.Role):
    """A role that logs in to ECR by a policy of its own.

    Each grant of an image allows ``ecr:GetAuthorizationToken`` anew, on every resource, because it
    takes none. Among the role's other statements it would hide another ``*`` from cdk-nag.
    """

    def add_to_principal_policy(
        self, statement: iam.PolicyStatement
    ) -> iam.AddToPrincipalPolicyResult:
        """Add a statement to the role's policy, or to the one for logging in."""
        if statement.actions != _LOGIN:
            return super().add_to_principal_policy(statement)
        policy = self.node.try_find_child("RegistryLogin") or allow_without_resource(
            self,
            "RegistryLogin",
            statement,
            reason="ecr:GetAuthorizationToken supports no resource-level permission.",
        )
        return iam.AddToPrincipalPolicyResult(statement_added=True, policy_dependable=policy)


def keep_earlier_revisions(definition: ecs.TaskDefinition) -> None:
    """Keep the revisions that a later one takes the place of.

    CloudFormation deregisters a revision once another one has replaced it, and a service cannot be
    updated to an inactive one ("DeregisterTaskDefinition", Amazon ECS API Reference): there would
    be no way back but by building anew. Revisions cost nothing; the stack's deletion deregisters
    the last one alone.

    Args:
        definition: The task definition.
    """
    resource = definition.node.default_child
    if isinstance(resource, ecs.CfnTaskDefinition):
        resource.cfn_options.update_replace_policy = CfnDeletionPolicy.RETAIN
        # CloudFormation asks for both to be said.
        resource.cfn_options.deletion_policy = CfnDeletionPolicy.DELETE
