"""A web site behind CloudFront, with or without a domain of its own and visitors who sign in.

Context, with ``-c`` or in ``cdk.json``, where it stays: ``region``, ``domain``, ``hosted_zone_id``
and ``hosted_zone_name``, ``sign_in=true``, ``firewall=true``, ``origin_secret_generation``.
"""

import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from aws_cdk import App, CfnOutput, Environment, RemovalPolicy, Stack
from aws_cdk import aws_route53 as route53
from constructs import Construct

from serverless_containers import (
    BuildPipeline,
    ContainerHosting,
    Firewall,
    SignIn,
    TargetHealthCheck,
)

SOURCE = Path(__file__).parent / "container_src"
CONTAINER = "web"
STATIC_PATHS = ["/assets/*"]
ERROR_PAGE = "/errors/503.html"
# All but /me. A visitor who signs out has to reach /sign-out even after the session has ended.
PUBLIC_PATHS = ["/", "/about", "/health", "/sign-out", ERROR_PAGE, *STATIC_PATHS]
FLAGS = {"true": True, "false": False}


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Settings from the context."""

    region: str | None
    domain: str | None
    hosted_zone_id: str | None
    hosted_zone_name: str | None
    sign_in: bool
    firewall: bool
    origin_secret_generation: int

    @classmethod
    def of(cls, app: App) -> Self:
        """Read the context of an app.

        Raises:
            SystemExit: With all that is wrong with it.
        """
        problems: list[str] = []

        def text(name: str) -> str | None:
            value = app.node.try_get_context(name)
            return None if value is None or value == "" else str(value)

        def flag(name: str) -> bool:
            # -c gives strings, and cdk.json values of JSON.
            value = (text(name) or "false").lower()
            if value not in FLAGS:
                problems.append(f"{name}: expected true or false, got {value!r}")
            return FLAGS.get(value, False)

        generation = text("origin_secret_generation") or "1"
        if not generation.isdecimal() or int(generation) < 1:
            problems.append(
                f"origin_secret_generation: expected a whole number from 1, got {generation!r}"
            )
        settings = cls(
            region=text("region") or os.environ.get("CDK_DEFAULT_REGION"),
            domain=text("domain"),
            hosted_zone_id=text("hosted_zone_id"),
            hosted_zone_name=text("hosted_zone_name"),
            sign_in=flag("sign_in"),
            firewall=flag("firewall"),
            origin_secret_generation=int(generation) if generation.isdecimal() else 1,
        )
        problems += settings.contradictions()
        if problems:
            sys.exit("\n".join(f"context {problem}" for problem in problems))
        return settings

    def contradictions(self) -> list[str]:
        """Return the settings that do not go together, each with the way out."""
        found = []
        if bool(self.hosted_zone_id) != bool(self.hosted_zone_name):
            found.append("hosted_zone_id, hosted_zone_name: give both, or neither")
        if self.hosted_zone_id and not self.domain:
            found.append("hosted_zone_id: give the domain that is in the zone too")
        if self.sign_in and not self.domain:
            found.append("sign_in: visitors can sign in at a domain of its own only; give domain")
        if (self.domain or self.firewall) and not self.region:
            found.append("region: a domain or a firewall takes one; give it, such as eu-central-1")
        return found


class SiteStack(Stack):
    """The site, and what whoever deployed it has to know."""

    def __init__(self, scope: Construct, construct_id: str, *, settings: Settings) -> None:
        super().__init__(
            scope,
            construct_id,
            description="A web site on Fargate behind CloudFront",
            env=Environment(region=settings.region, account=os.environ.get("CDK_DEFAULT_ACCOUNT")),
        )
        self.site = ContainerHosting(
            self,
            "Site",
            source=SOURCE,
            images=BuildPipeline.managed(),
            domain_names=settings.domain,
            hosted_zone=self._zone(settings),
            origin_secret_generation=settings.origin_secret_generation,
            sign_in=SignIn.cognito(
                public_paths=PUBLIC_PATHS,
                # An example leaves no users behind. Where they matter, leave this out.
                removal_policy=RemovalPolicy.DESTROY,
            )
            if settings.sign_in
            else None,
            firewall=Firewall() if settings.firewall else None,
            health_check=TargetHealthCheck(path="/health"),
            static_paths=STATIC_PATHS,
            error_pages={503: ERROR_PAGE},
        )
        self._introduce()
        self._tell()

    def _zone(self, settings: Settings) -> route53.IHostedZone | None:
        if not settings.hosted_zone_id or not settings.hosted_zone_name:
            return None
        return route53.HostedZone.from_hosted_zone_attributes(
            self,
            "Zone",
            hosted_zone_id=settings.hosted_zone_id,
            zone_name=settings.hosted_zone_name,
        )

    def _introduce(self) -> None:
        """Tell the container whose word it can take for who a visitor is.

        These are known once the site is made. The task definition then refers to the load balancer
        and to Cognito's client, neither of which refers to it: the service does, which comes last.
        """
        if self.site.sign_in is None:
            return
        container = self.site.containers[CONTAINER]
        container.add_environment("LOAD_BALANCER_ARN", self.site.load_balancer.load_balancer_arn)
        container.add_environment("SIGN_OUT_URL", self.site.sign_in.sign_out_url)

    def _tell(self) -> None:
        """Say after a deployment where the site is, and what is left to do."""
        outputs = {"Url": self.site.url}
        for number, (name, record) in enumerate(self.site.records_to_create.items(), start=1):
            outputs[f"Record{number}"] = f"{name} {record.type} {record.target}"
        if self.site.sign_in is not None:
            outputs["SignOutUrl"] = self.site.sign_in.sign_out_url
            outputs["UserPoolId"] = self.site.sign_in.user_pool.user_pool_id
        if self.site.build_pipeline is not None:
            outputs["PipelineConsole"] = self.site.build_pipeline.console_url
        for name, value in outputs.items():
            CfnOutput(self, name, value=value)


def build(app: App) -> App:
    """Put the site into an app, as its context says."""
    SiteStack(app, "site", settings=Settings.of(app))
    return app


if __name__ == "__main__":
    try:
        build(App()).synth()
    except ValueError as error:
        # Such as a domain that is not in its zone.
        sys.exit(str(error))
