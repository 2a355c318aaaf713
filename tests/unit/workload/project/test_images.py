"""The images of containers: built on this machine, kept in ECR, or given."""

import json
from pathlib import Path

import aws_cdk
import pytest
from aws_cdk import aws_ecr as ecr
from aws_cdk import aws_ecs as ecs
from aws_cdk.assertions import Match

from serverless_containers import BuiltImages, InvalidSourceError

BUILT = "services: {web: {build: {context: app, target: run, args: {V: '1'}}, ports: ['80']}}"


def test_docker_builds_them_by_default(deploy, project):
    project.write("app/Dockerfile", "FROM scratch AS run\n")
    deployed = deploy(BUILT)
    assert "cdk-hnb659fds-container-assets" in str(deployed.containers()["web"]["Image"])


def test_the_build_is_as_the_file_says(deploy, project):
    # GIVEN a build that says everything that an asset can be told
    project.write("app/deploy/Dockerfile", "FROM scratch AS run\n")
    deployed = deploy(
        "services: {web: {ports: ['80'], build: {context: app, network: host, no_cache: true, "
        "cache_from: [alpine], cache_to: ['type=inline'], "
        "dockerfile: deploy/Dockerfile, target: run, args: {V: '1', UNSET: null}}}}"
    )
    # THEN the CDK CLI is told the same
    assembly = deployed.app.synth()
    manifest = json.loads((Path(assembly.directory) / "Test.assets.json").read_text())
    (image,) = manifest["dockerImages"].values()
    source = image["source"]
    assert source.pop("directory").startswith("asset.")
    assert source == {
        "dockerFile": "deploy/Dockerfile",
        "dockerBuildTarget": "run",
        "dockerBuildArgs": {"V": "1"},
        "networkMode": "host",
        "cacheDisabled": True,
        "cacheFrom": [{"type": "registry", "params": {"ref": "alpine"}}],
        "cacheTo": {"type": "inline"},
        "platform": "linux/amd64",
    }


def test_or_they_are_in_ecr(deploy, project):
    project.write("app/Dockerfile", "FROM scratch AS run\n")
    deployed = deploy(BUILT, images=BuiltImages.repositories(prefix="shop/", tag="abc123"))
    image = deployed.containers()["web"]["Image"]
    assert image["Fn::Join"][1][-1] == "/shop/web:abc123"


def test_only_these_repositories_may_be_pulled(deploy, project):
    project.write("app/Dockerfile", "FROM scratch AS run\n")
    deployed = deploy(BUILT, images=BuiltImages.repositories(prefix="shop/", tag="abc123"))
    deployed.template.has_resource_properties(
        "AWS::IAM::Policy",
        {
            "PolicyDocument": {
                "Statement": Match.array_with(
                    [
                        Match.object_like(
                            {
                                "Action": [
                                    "ecr:BatchCheckLayerAvailability",
                                    "ecr:GetDownloadUrlForLayer",
                                    "ecr:BatchGetImage",
                                ],
                                "Resource": Match.not_("*"),
                            }
                        ),
                    ]
                )
            }
        },
    )
    # What takes no resource has a policy of its own, in which nothing else may hide.
    deployed.template.has_resource_properties(
        "AWS::IAM::Policy",
        {
            "PolicyDocument": {
                "Statement": [
                    {"Action": "ecr:GetAuthorizationToken", "Effect": "Allow", "Resource": "*"}
                ],
            }
        },
    )


def test_or_one_is_given(deploy):
    deployed = deploy(images={"web": ecs.ContainerImage.from_registry("mirror/nginx:1")})
    assert deployed.containers()["web"]["Image"] == "mirror/nginx:1"


def test_a_given_image_may_be_an_l2(deploy, project):
    project.write("app/Dockerfile", "FROM scratch AS run\n")

    def images(stack):
        repository = ecr.Repository.from_repository_name(stack, "Repository", "elsewhere")
        return {"web": ecs.ContainerImage.from_ecr_repository(repository, "v1")}

    assert "/elsewhere:v1" in str(deploy(BUILT, images=images).containers()["web"]["Image"])


def test_an_image_for_nothing_is_refused(deploy):
    with pytest.raises(ValueError, match="images: the Compose file has no wbe; it has web"):
        deploy(images={"wbe": ecs.ContainerImage.from_registry("x")})


@pytest.mark.parametrize(
    ("build", "where"),
    [
        ("https://github.com/a/b.git", "the context is not a folder"),
        ("{context: app, dockerfile: ../Other}", "the Dockerfile is outside the context"),
        ("{context: app, dockerfile_inline: FROM scratch}", "dockerfile_inline cannot"),
        ("{context: app, ssh: [default]}", "ssh cannot"),
    ],
)
def test_what_a_local_build_cannot_do_has_its_place(deploy, project, build, where):
    project.write("app/Dockerfile", "FROM scratch\n")
    project.write("Other", "FROM scratch\n")
    text = f"services: {{web: {{build: {build}, ports: ['80']}}}}"
    with pytest.raises(InvalidSourceError, match=rf"docker-compose.yml:1:\d+: .*{where}"):
        deploy(text)


def test_a_service_is_meant_by_its_name_in_the_file(deploy, project):
    # GIVEN services whose containers have other names, and one that is called as a utility is
    project.write("app/Dockerfile", "FROM scratch\n")
    deployed = deploy(
        "services:\n"
        "  laravel.test: {build: app, ports: ['80'], depends_on: [files], "
        "configs: [{source: c, target: /etc/app/c}]}\n"
        "  files: {image: nginx}\n"
        "  the.cache: {image: redis}\n"
        "configs: {c: {content: a}}\n",
        images={
            "the.cache": ecs.ContainerImage.from_registry("valkey/valkey:8"),
            "laravel.test": ecs.ContainerImage.from_registry("shop:1"),
        },
    )
    # THEN their images are taken, and the template is of containers with valid names
    containers = deployed.containers()
    assert containers["the-cache"]["Image"] == "valkey/valkey:8"
    assert containers["laravel-test"]["Image"] == "shop:1"
    assert [each["ContainerName"] for each in containers["laravel-test"]["DependsOn"]] == [
        "files",
        "files-2",
    ]
    assert {"laravel.test", "the.cache", "files"} <= deployed.ingress.containers.keys()
    assert deployed.ingress.log_groups.keys() >= {"laravel.test", "the.cache", "files"}


def test_repositories_are_named_after_the_services_of_the_file(deploy, project):
    project.write("app/Dockerfile", "FROM scratch\n")
    deployed = deploy(
        "services: {the.web: {build: app, ports: ['80']}}",
        images=BuiltImages.repositories(prefix="shop/", tag="1"),
    )
    image = deployed.containers()["the-web"]["Image"]
    assert image["Fn::Join"][1][-1] == "/shop/the.web:1"


@pytest.mark.parametrize("name", ["Web", "web_", "w__b"])
def test_no_repository_has_a_name_that_ecr_takes_of_none(deploy, project, name):
    project.write("app/Dockerfile", "FROM scratch\n")
    text = f"services: {{{name}: {{build: app, ports: ['80']}}}}"
    with pytest.raises(
        InvalidSourceError,
        match=rf"docker-compose.yml:1:\d+: services.{name}.build: no repository of ECR has the "
        rf"name 'shop/{name}'.* images={{'{name}': ecs",
    ):
        deploy(text, images=BuiltImages.repositories(prefix="shop/", tag="1"))
    with pytest.raises(InvalidSourceError, match=f"'x{name}'"):
        deploy(text, images=BuiltImages.repositories(prefix=aws_cdk.Aws.STACK_NAME, tag="1"))
