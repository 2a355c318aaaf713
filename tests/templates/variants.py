"""Stacks of every kind that the constructs make, for rules that hold for all of them."""

import itertools
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from aws_cdk import App, Duration, Environment, Fn, Stack
from aws_cdk import aws_cognito as cognito
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_kms as kms
from aws_cdk import aws_route53 as route53
from aws_cdk import aws_secretsmanager as secretsmanager
from aws_cdk import aws_sns as sns
from aws_cdk.assertions import Template

from serverless_containers import (
    Architecture,
    Authorization,
    BuildPipeline,
    BuiltImages,
    ContainerApi,
    ContainerCluster,
    ContainerHosting,
    ContainerService,
    FireLens,
    Firewall,
    LogDelivery,
    Logging,
    Monitoring,
    NetworkProfile,
    PipelineSource,
    Rollout,
    SignIn,
    Spot,
    TaskScaling,
    Tracing,
    apply_tags,
)
from serverless_containers.tags import KEYS
from stacks.environment_stage import EnvironmentStage
from stacks.environments import ENVIRONMENTS, Domain, EnvironmentConfig, Images, Site

ACCOUNT = "123456789012"
CONNECTION = f"arn:aws:codeconnections:eu-west-1:{ACCOUNT}:connection/x"
MIRRORED_COLLECTOR = f"{ACCOUNT}.dkr.ecr.eu-west-1.amazonaws.com/aws-otel-collector:v0.49.0"
URL = "https://github.com/acme/shop/tree/main/shop"
COMPOSE = """
services:
  web:
    build: ./web
    ports: ["8080"]
    environment: {MODE: one}
    depends_on: [worker]
    secrets: [KEY]
  worker: {image: "MIRROR/busybox:1.37.0", command: [sleep, "99"]}
secrets:
  KEY: {external: true}
"""
WITH_VOLUME = (
    COMPOSE.replace("ports:", "volumes: ['data:/data']\n    ports:") + "volumes: {data: {}}\n"
)
WORKER = COMPOSE.replace('    ports: ["8080"]\n', "")
WITHOUT_BUILD = COMPOSE.replace("build: ./web", "image: 'nginx:1.29'")


TAGS = (
    ("service", "shop"),
    ("environment", "test"),
    ("owner", "team shop"),
    ("cost_center", "42/7"),
)
"""The tags of every variant, as keywords of `apply_tags`."""


@dataclass(frozen=True)
class Variant:
    """What differs from the simplest project behind an API.

    Attributes:
        site: Whether it is a site.
        worker: Whether no requests reach it.
        images: ``docker``, ``managed``, ``repositories``, ``connection`` or ``token``.
        compose: The Compose file.
        region: The region; None where it is known at deployment only.
        domain: Whether it has a domain and its zone.
        given: What exists already: ``vpc``, ``cluster``, ``pool``.
        shared: What is said of a ContainerCluster in a stack of its own; None where there is none.
        also: The other way in to the same project, in a stack of its own.
        props: Further keywords.
        name: The project's name.
        environment: An environment of the application, in place of all the others.
        tags: The tags of everything.
    """

    site: bool = False
    worker: bool = False
    images: str = "managed"
    compose: str = COMPOSE
    region: str | None = "eu-west-1"
    domain: bool = False
    given: tuple[str, ...] = ()
    shared: tuple[tuple[str, Any], ...] | None = None
    also: bool = False
    props: tuple[tuple[str, Any], ...] = ()
    name: str = "shop"
    environment: EnvironmentConfig | None = None
    tags: tuple[tuple[str, str], ...] = TAGS


def make(variant, folder):
    """The templates of a variant by their stacks' ids, what it is about first.

    A protection of a stack is no part of its template; here it is among the metadata, as
    ``TerminationProtection``, so that a rule sees it, and so are the tags that were given, as
    ``Tags``.
    """
    stacks = _environment(variant) if variant.environment else _constructs(variant, folder)
    tags = {KEYS[name]: value for name, value in variant.tags}
    made = {}
    for name, stack in stacks.items():
        made[name] = Template.from_stack(stack).to_json()
        made[name].setdefault("Metadata", {})["Tags"] = tags
        if stack.termination_protection:
            made[name].setdefault("Metadata", {})["TerminationProtection"] = True
    return made


def _environment(variant):
    sample = Path(__file__).parent.parent.parent / "container_src"
    tags = dict(variant.tags)
    stage = EnvironmentStage(
        App(),
        config=replace(
            variant.environment,
            name=tags["environment"],
            owner=tags["owner"],
            cost_center=tags["cost_center"],
        ),
        source=sample,
        entrypoint=None,
        images=Images.PIPELINE,
        name=tags["service"],
    )
    return {each.node.id: each for each in stage.node.children if isinstance(each, Stack)}


def _constructs(variant, folder):
    source = folder / variant.name
    (source / "web").mkdir(parents=True, exist_ok=True)
    (source / "web/Dockerfile").write_text("FROM scratch\n")
    # In the tasks' region: what has no way to the internet can pull it, too.
    mirror = f"{ACCOUNT}.dkr.ecr.{variant.region or 'eu-west-1'}.amazonaws.com"
    (source / "compose.yaml").write_text(variant.compose.replace("MIRROR", mirror))
    app = App()
    apply_tags(app, **dict(variant.tags))
    env = Environment(account=ACCOUNT, region=variant.region) if variant.region else None
    stack = Stack(app, "Service", env=env)
    props = {
        key: value(stack) if callable(value) else value for key, value in variant.props
    } | _given(variant, stack)
    stacks = {"Service": stack}
    if variant.shared is not None:
        props["cluster"] = _shared(variant, app, env)
    if (images := _images(variant, app, env, source, stacks)) is not None:
        props["images"] = images
    if variant.domain:
        zone = route53.HostedZone.from_hosted_zone_attributes(
            stack, "Zone", hosted_zone_id="Z1", zone_name="example.com"
        )
        props["hosted_zone"] = zone
        props["domain_names" if variant.site else "domain_name"] = "www.example.com"
    construct, other = ContainerApi, ContainerHosting
    if variant.site:
        construct, other = other, construct
    if variant.worker:
        construct = ContainerService
    construct(stack, "Front", source=source, **props)
    if variant.also:
        other(Stack(app, "Other", env=env), "FrontToo", source=source, **props)
    for child in app.node.children:
        if isinstance(child, Stack):
            stacks[child.node.id] = child
    return stacks


def _shared(variant, app, env):
    stack = Stack(app, "Shared", env=env)
    cluster = ContainerCluster(stack, "FrontCluster", **dict(variant.shared))
    for value in cluster.exported_values:
        stack.export_value(value)
    return cluster


def _given(variant, stack):
    given = {}
    if "vpc" in variant.given:
        given["vpc"] = ec2.Vpc(
            stack,
            "Vpc",
            availability_zones=[Fn.select(zone, Fn.get_azs()) for zone in range(2)],
            restrict_default_security_group=False,
        )
    if "cluster" in variant.given:
        given["cluster"] = ecs.Cluster(
            stack, "Cluster", vpc=given["vpc"], enable_fargate_capacity_providers=True
        )
    if "pool" in variant.given:
        pool = cognito.UserPool(stack, "Pool")
        client = pool.add_client("Client")
        given["authorization"] = Authorization.cognito(user_pool=pool, user_pool_clients=[client])
    return given


def _images(variant, app, env, source, stacks):
    if "build" not in variant.compose or variant.images == "docker":
        return None
    if variant.images == "managed":
        return BuildPipeline.managed()
    if variant.images == "repositories":
        return BuiltImages.repositories(prefix="shop/", tag="1")
    stacks["Pipeline"] = pipeline_stack = Stack(app, "Pipeline", env=env)
    origin = (
        PipelineSource.github(URL, connection_arn=CONNECTION)
        if variant.images == "connection"
        else PipelineSource.github_token(URL, token=_token(pipeline_stack))
    )
    return BuildPipeline(
        pipeline_stack,
        "Build",
        source=source,
        cluster_name="shop",
        service_name="shop",
        pipeline_source=origin,
    ).images


def _token(stack):
    return secretsmanager.Secret.from_secret_name_v2(stack, "Token", "github-token")


def with_props(**props):
    return tuple(props.items())


def watched(stack):
    """Monitoring that notifies a topic of the stack."""
    return Monitoring(topic=sns.Topic(stack, "OnCall"))


def under_a_key(stack):
    """Logging under a key of the stack, with a router of its own and sessions of ECS Exec."""
    return Logging(
        encryption_key=kms.Key(stack, "Key"),
        delivery=LogDelivery.BLOCKING,
        sessions=True,
        firelens=FireLens(
            image=ecs.ContainerImage.from_registry("example/router:1.0"), config_file="/extra.conf"
        ),
    )


SAMPLE = {
    "api": Variant(),
    "api nowhere in particular": Variant(
        region=None, props=with_props(high_availability=True, spot=True)
    ),
    "api endpoints": Variant(props=with_props(network_profile=NetworkProfile.ENDPOINTS)),
    "api from a connection": Variant(images="connection", region="us-east-1"),
    "site": Variant(site=True, images="repositories"),
    "site with a domain": Variant(site=True, domain=True, props=with_props(vpc_origin=False)),
    "site that shifts": Variant(
        site=True,
        compose=WITHOUT_BUILD,
        props=with_props(rollout=Rollout.blue_green(bake_time=Duration.minutes(10))),
    ),
    "site watched": Variant(
        site=True,
        domain=True,
        props=with_props(vpc_origin=False, monitoring=watched),
    ),
    "api traced, and all that is logged under a key": Variant(
        compose=COMPOSE.replace(
            "worker: {", "worker: {logging: {driver: awsfirelens, options: {Name: s3}}, "
        ),
        props=with_props(
            tracing=Tracing(metrics=True),
            logging=under_a_key,
            enable_execute_command=True,
            monitoring=watched,
        ),
    ),
    "worker": Variant(worker=True, compose=WORKER),
    "worker in a shared cluster": Variant(
        worker=True,
        compose=WORKER,
        images="repositories",
        region=None,
        shared=with_props(network_profile=NetworkProfile.ENDPOINTS),
    ),
    "api with volumes": Variant(
        compose=WITH_VOLUME, props=with_props(network_profile=NetworkProfile.PRIVATE)
    ),
    "both in a shared cluster": Variant(
        images="repositories",
        region=None,
        also=True,
        shared=with_props(network_profile=NetworkProfile.ENDPOINTS, high_availability=True),
    ),
    "application": Variant(environment=ENVIRONMENTS["prod"]),
}
"""Those that `make test` looks at."""


def _matrix():
    """The others, which `make test-all` looks at as well."""
    for site, profile, images, high in itertools.product(
        (False, True), NetworkProfile, ("managed", "repositories", "connection", "token"),
        (False, True),
    ):  # fmt: skip
        name = f"{'site' if site else 'api'} {profile.value} {images} {'three' if high else 'one'}"
        yield (
            name,
            Variant(
                site=site,
                images=images,
                region=None if high and not site else "eu-west-3" if high else "us-east-1",
                props=with_props(network_profile=profile, high_availability=high),
            ),
        )
    for authorization in ("none", "iam", "cognito"):
        yield (
            f"api {authorization}",
            Variant(
                domain=authorization == "iam",
                props=with_props(
                    authorization=lambda _, kind=authorization: getattr(Authorization, kind)(),
                    architecture=Architecture.ARM64,
                    spot=True,
                ),
            ),
        )
    for name in ("dev", "staging"):
        yield f"application {name}", Variant(environment=ENVIRONMENTS[name])
    yield (
        "application with a site",
        Variant(
            environment=replace(
                ENVIRONMENTS["prod"],
                account=ACCOUNT,
                region="eu-west-1",
                site=Site(
                    domain=Domain(
                        name="www.example.com",
                        hosted_zone_id="Z1",
                        hosted_zone_name="example.com",
                    ),
                    sign_in=True,
                    firewall=True,
                ),
            )
        ),
    )
    for region in (None, "eu-west-1"):
        where = region or "nowhere in particular"
        yield (
            f"api watched {where}",
            Variant(region=region, domain=True, props=with_props(monitoring=watched)),
        )
    yield (
        "worker watched",
        Variant(worker=True, compose=WORKER, props=with_props(monitoring=watched)),
    )
    for rollout in (Rollout.canary(), Rollout.blue_green()):
        yield (
            f"site watched {rollout.strategy.name}",
            Variant(
                site=True,
                compose=WITHOUT_BUILD,
                props=with_props(rollout=rollout, monitoring=watched),
            ),
        )
    yield "api of a given pool", Variant(given=("pool",))
    for profile in NetworkProfile:
        yield (
            f"both in a shared cluster {profile.value}",
            Variant(
                also=True,
                compose=WITH_VOLUME,
                region="us-east-1",
                shared=with_props(network_profile=profile),
            ),
        )
    yield "api in a given vpc", Variant(given=("vpc",), compose=WITH_VOLUME)
    yield "api in a given cluster", Variant(given=("vpc", "cluster"), compose=WITHOUT_BUILD)
    yield "site in a given vpc", Variant(site=True, given=("vpc",), compose=WITHOUT_BUILD)
    scaling = TaskScaling(min_capacity=1, max_capacity=4, requests_per_task=300)
    yield "api scaled", Variant(props=with_props(scaling=scaling, spot=Spot(base=1)))
    for rollout in (Rollout.rolling(), Rollout.blue_green()):
        yield (
            f"site scaled, {rollout.strategy.name}",
            Variant(site=True, props=with_props(scaling=scaling, rollout=rollout)),
        )
    for profile in NetworkProfile:
        yield (
            f"both in a shared cluster whose sessions are logged, {profile.value}",
            Variant(
                images="repositories",
                also=True,
                props=with_props(
                    enable_execute_command=True,
                    tracing=Tracing(image=ecs.ContainerImage.from_registry(MIRRORED_COLLECTOR)),
                ),
                shared=with_props(network_profile=profile, session_log=True),
            ),
        )
    yield "api with a shell", Variant(props=with_props(enable_execute_command=True))
    for rollout in (
        Rollout.linear(step_percent=25),
        Rollout.canary(),
        Rollout.rolling(),
    ):
        yield (
            f"site {rollout.strategy.name}",
            Variant(site=True, compose=WITHOUT_BUILD, props=with_props(rollout=rollout)),
        )
    yield (
        "site with sign-in",
        Variant(
            site=True,
            domain=True,
            props=with_props(sign_in=SignIn.cognito(), firewall=Firewall(), vpc_origin=False),
        ),
    )
    for profile, images in itertools.product(NetworkProfile, ("managed", "connection", "token")):
        yield (
            f"worker {profile.value} {images}",
            Variant(
                worker=True,
                compose=WORKER if profile is NetworkProfile.ENDPOINTS else WITH_VOLUME,
                images=images,
                props=with_props(network_profile=profile, high_availability=images == "token"),
            ),
        )
    yield "site with images from docker", Variant(site=True, compose=WITHOUT_BUILD, images="docker")
    yield "api with volumes from a token", Variant(images="token", compose=WITH_VOLUME)


MATRIX = dict(_matrix())
