"""The containers as a web site."""

from collections.abc import Sequence
from pathlib import Path

from aws_cdk import Stack
from aws_cdk import aws_cognito as cognito
from constructs import Construct

from serverless_containers import (
    ContainerHosting,
    Firewall,
    ServiceProps,
    SignIn,
    TargetHealthCheck,
)
from stacks.alarms import monitoring_of
from stacks.environments import EnvironmentConfig, Site
from stacks.naming import is_sample
from stacks.outputs import service_outputs, tell
from stacks.zones import zone_of

_SAMPLE_HEALTH = "/health"
"""The path at which the sample application answers when it is well; it tells nothing else."""


class SiteStack(Stack):
    """The source folder behind CloudFront, with the data and the secrets of the API.

    Args:
        user_pool: The user pool of visitors who sign in. None: one is made.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        config: EnvironmentConfig,
        site: Site,
        stack_name: str,
        source: Path,
        containers: ServiceProps,
        query_folder: str,
        user_pool: cognito.IUserPool | None = None,
    ) -> None:
        super().__init__(
            scope,
            construct_id,
            stack_name=stack_name,
            description=f"Containers on Fargate behind CloudFront ({config.name})",
        )
        self.site = ContainerHosting(
            self,
            "Site",
            source=source,
            **(containers | {"monitoring": monitoring_of(self, config, query_folder=query_folder)}),
            domain_names=site.domain.name if site.domain else None,
            hosted_zone=zone_of(self, site.domain),
            sign_in=SignIn.cognito(
                user_pool=user_pool,
                public_paths=_public_paths(site, source),
                removal_policy=config.removal_policy,
            )
            if site.sign_in
            else None,
            firewall=Firewall(log_retention=config.log_retention) if site.firewall else None,
            health_check=_health_check(site, source),
        )
        self._tell()

    def _tell(self) -> None:
        """Say after a deployment where everything is, and what is left to do."""
        outputs = {
            "Url": self.site.url,
            "DistributionId": self.site.distribution.distribution_id,
            **service_outputs(self.site),
        }
        if self.site.sign_in is not None:
            outputs["UserPoolId"] = self.site.sign_in.user_pool.user_pool_id
            outputs["SignOutUrl"] = self.site.sign_in.sign_out_url
        for number, (name, record) in enumerate(self.site.records_to_create.items(), start=1):
            outputs[f"RecordToCreate{number}"] = f"{name} {record.type} {record.target}"
        tell(self, outputs)


def _is_sample(source: Path) -> bool:
    """Return whether the folder is the sample application, with nothing else in its place."""
    return is_sample(source) and (source / "express").is_dir()


def _public_paths(site: Site, source: Path) -> Sequence[str]:
    if site.public_paths is not None:
        return site.public_paths
    return [_SAMPLE_HEALTH] if _is_sample(source) else []


def _health_check(site: Site, source: Path) -> TargetHealthCheck | None:
    path = site.health_check_path or (_SAMPLE_HEALTH if _is_sample(source) else None)
    return None if path is None else TargetHealthCheck(path=path)
