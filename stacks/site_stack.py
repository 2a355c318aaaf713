"""The containers as a web site."""

from pathlib import Path

from aws_cdk import Stack
from constructs import Construct

from serverless_containers import (
    ContainerHosting,
    Firewall,
    ServiceProps,
    SignIn,
    TargetHealthCheck,
)
from stacks.environments import EnvironmentConfig, Site
from stacks.outputs import service_outputs, tell
from stacks.zones import zone_of


class SiteStack(Stack):
    """The source folder behind CloudFront, with the table and the secrets of the API."""

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
            **containers,
            domain_names=site.domain.name if site.domain else None,
            hosted_zone=zone_of(self, site.domain),
            sign_in=SignIn.cognito(public_paths=["/health"], removal_policy=config.removal_policy)
            if site.sign_in
            else None,
            firewall=Firewall(log_retention=config.log_retention) if site.firewall else None,
            health_check=TargetHealthCheck(path="/health"),
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
