"""The ECR repositories of the images that a pipeline builds."""

import json
from collections.abc import Mapping, Sequence

from aws_cdk import RemovalPolicy
from aws_cdk import aws_ecr as ecr
from constructs import Construct

from serverless_containers.plan.buildspec import MOVING_TAGS, lifecycle_policy


class ImageRepositories(Construct):
    """One repository for each service that is built.

    Images are scanned when they are pushed. Their tags are immutable but for those that move along
    with releases; these protect an image from expiring.

    Args:
        services: The services, by their names.
        retention_days: The time for which an image is kept that nothing runs or may go back to.
        removal_policy: The removal policy of the repositories, and the images, with the stack.

    Attributes:
        by_service: The repositories by service.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        services: Sequence[str],
        retention_days: int,
        removal_policy: RemovalPolicy,
    ) -> None:
        super().__init__(scope, construct_id)
        policy = json.dumps(lifecycle_policy(retention_days=retention_days), sort_keys=True)
        self.by_service: Mapping[str, ecr.Repository] = {
            service: self._repository(service, policy, removal_policy) for service in services
        }

    def _repository(
        self, service: str, policy: str, removal_policy: RemovalPolicy
    ) -> ecr.Repository:
        repository = ecr.Repository(
            self,
            service,
            image_scan_on_push=True,
            encryption=ecr.RepositoryEncryption.AES_256,
            image_tag_mutability=ecr.TagMutability.IMMUTABLE_WITH_EXCLUSION,
            image_tag_mutability_exclusion_filters=[
                ecr.ImageTagMutabilityExclusionFilter.wildcard(tag) for tag in MOVING_TAGS
            ],
            removal_policy=removal_policy,
            empty_on_delete=removal_policy is RemovalPolicy.DESTROY,
        )
        resource = repository.node.default_child
        if not isinstance(resource, ecr.CfnRepository):
            raise TypeError("a repository has a CloudFormation resource")
        resource.lifecycle_policy = ecr.CfnRepository.LifecyclePolicyProperty(
            lifecycle_policy_text=policy
        )
        return repository
