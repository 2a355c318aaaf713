"""Tasks without a way to the internet pull their images from ECR in their region alone."""

import re

import pytest
from aws_cdk import Environment
from aws_cdk import aws_ecs as ecs
from aws_cdk.assertions import Annotations, Match

from serverless_containers import ContainerCluster, InvalidSourceError, NetworkProfile
from tests.unit.workload.surroundings import ISOLATED, PUBLIC, make_vpc

ENDPOINTS = {"network_profile": NetworkProfile.ENDPOINTS}
IRELAND = Environment(account="210987654321", region="eu-west-1")
SUFFIX = "amazonaws.com/shop/web:1"


def using(image):
    return f"services: {{web: {{image: '{image}', ports: ['80']}}}}"


NGINX = using("nginx:1.29")


@pytest.mark.parametrize(
    "image",
    [
        "nginx:1.29",
        "ghcr.io/acme/web:1",
        "public.ecr.aws/nginx/nginx:1.29",
        "evil.com/123456789012.dkr.ecr.eu-west-1.amazonaws.com/web",
        f"123456789012.dkr.ecr.us-east-1.{SUFFIX}",
    ],
)
def test_others_are_refused(deploy, image):
    with pytest.raises(InvalidSourceError) as caught:
        deploy(using(image), env=IRELAND, **ENDPOINTS)
    (finding,) = caught.value.findings
    assert finding.rule.code == "image-unreachable"
    assert str(finding).startswith(f"docker-compose.yml:1:25: services.web.image: {image} is ")


@pytest.mark.parametrize(
    "host",
    [
        "123456789012.dkr.ecr.eu-west-1.amazonaws.com",
        "123456789012.dkr.ecr-fips.eu-west-1.amazonaws.com",
        "123456789012.dkr-ecr.eu-west-1.on.aws",
    ],
)
def test_those_in_ecr_of_the_region_pass(deploy, host):
    deploy(using(f"{host}/shop/web:1"), env=IRELAND, **ENDPOINTS)


def test_where_the_region_is_not_known_any_region_passes(deploy):
    deploy(using(f"123456789012.dkr.ecr.us-east-1.{SUFFIX}"), **ENDPOINTS)


def test_every_service_is_told_at_once(deploy):
    text = "services: {web: {image: nginx, ports: ['80']}, db: {image: postgres}}"
    with pytest.raises(InvalidSourceError) as caught:
        deploy(text, **ENDPOINTS)
    assert [finding.path for finding in caught.value.findings] == [
        ("services", "web", "image"),
        ("services", "db", "image"),
    ]


def test_an_image_that_is_given_cannot_be_judged(deploy):
    given = {"web": ecs.ContainerImage.from_registry("mirror.internal/nginx")}
    assert deploy(images=given, **ENDPOINTS).containers()["web"]["Image"] == "mirror.internal/nginx"


def test_the_profile_of_a_shared_cluster_counts(deploy):
    with pytest.raises(InvalidSourceError, match=r"nginx:1\.29 is not in a private ECR"):
        deploy(NGINX, cluster=lambda stack: ContainerCluster(stack, "Shared", **ENDPOINTS))


def test_the_service_and_what_decides_are_named(deploy):
    with pytest.raises(InvalidSourceError) as caught:
        deploy(NGINX, **ENDPOINTS)
    told = str(caught.value)
    assert re.search(r"the tasks of [\w-]+(/[\w-]+)+ have no way to the internet", told)
    assert "network_profile PRIVATE or PUBLIC where their network is made" in told


def test_isolated_subnets_of_a_given_vpc_may_have_a_way_out_that_nobody_sees(deploy):
    deployed = deploy(NGINX, vpc=lambda stack: make_vpc(stack, PUBLIC, ISOLATED))
    Annotations.from_stack(deployed.stack).has_warning(
        "*",
        Match.string_like_regexp(r"services\.web\.image: nginx:1\.29 is not in .* transit gateway"),
    )


def test_with_a_way_out_any_image_passes(deploy):
    deploy(NGINX, network_profile=NetworkProfile.PRIVATE)


def test_their_files_are_named_from_the_current_folder(deploy, project, monkeypatch):
    monkeypatch.chdir(project.path.parent)
    with pytest.raises(InvalidSourceError, match=r"^sample/docker-compose\.yml:1:25: "):
        deploy(NGINX, **ENDPOINTS)


PAIR = (
    "services: {{web: {{image: '{0}', ports: ['80']}}, cache: {{image: '{0}', command: [x]}}}}"
).format(f"123456789012.dkr.ecr.eu-west-1.{SUFFIX}")


@pytest.mark.parametrize("keyword", [{}, {"utility_image": ecs.ContainerImage.from_registry("x")}])
def test_names_need_an_image_that_can_be_pulled(deploy, keyword):
    deployed = deploy(PAIR, env=IRELAND, **ENDPOINTS, **keyword)
    assert ("files" in deployed.containers()) == bool(keyword)
    warnings = Annotations.from_stack(deployed.stack).find_warning(
        "*",
        Match.string_like_regexp(".*each other at localhost, not by name.*no-image-for-names.*"),
    )
    assert len(warnings) == (0 if keyword else 1)
    waits = "DependsOn" in deployed.containers()["web"]
    assert waits == bool(keyword)
