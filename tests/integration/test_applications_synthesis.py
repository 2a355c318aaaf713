"""What the projects become that people have: what passes `check` becomes a template."""

import posixpath

import pytest
from aws_cdk import App, Stack
from aws_cdk.assertions import Template

import serverless_containers
from serverless_containers import (
    BuildPipeline,
    ContainerApi,
    ContainerHosting,
    InvalidSourceError,
    NetworkProfile,
)
from serverless_containers.plan.model import ContainerRole
from tests.support.applications import applications, same

APPLICATIONS = {each.name: each for each in applications()}
SAMPLE = (
    "caddy-front",
    "configs",
    "discord-bot",
    "django-celery-rabbitmq",
    "gitea-postgres",
    "go-migrations",
    "grafana-prometheus",
    "hardened",
    "health-checks",
    "init-container",
    "laravel-app",
    "mern",
    "minio-buckets",
    "n8n-queue",
    "nginx-templates",
    "secret-files",
    "static-site-large",
    "wordpress-mariadb",
)
"""Each kind of mount, entrypoint and end at least once; all others take minutes."""

ROLES = {role.value for role in ContainerRole if role is not ContainerRole.SERVICE}
ON_VOLUMES = {"written", "copied", "stored"}


def template_of(application, ingress):
    stack = Stack(App(), "Test")
    ingress(
        stack,
        "Front",
        source=application.folder,
        environment_name="test",
        images=BuildPipeline.managed(),
        network_profile=NetworkProfile.PRIVATE,
    )
    return Template.from_stack(stack)


def ingress_of(application, with_ingress):
    is_worker = application.passes and application.entrypoint is None
    return serverless_containers.ContainerService if is_worker else with_ingress


def definition(template):
    (found,) = template.find_resources("AWS::ECS::TaskDefinition").values()
    return found["Properties"]


@pytest.mark.parametrize("name", SAMPLE)
def test_the_template_is_what_is_expected(name):
    application = APPLICATIONS[name]
    _, findings = application.plan()
    assert [str(found) for found in findings.errors] == []
    task = definition(template_of(application, ingress_of(application, ContainerApi)))
    containers = {each["Name"]: each for each in task["ContainerDefinitions"]}
    services = {name: each for name, each in containers.items() if name not in ROLES}
    assert set(services) == application.services
    assert {name for name, each in services.items() if not each["Essential"]} == application.ends
    if application.entrypoint is not None:
        front = containers[same(application.entrypoint["service"])]
        ports = [each["ContainerPort"] for each in front["PortMappings"]]
        assert application.entrypoint["port"] in ports
    volumes = {each["Name"]: each for each in task.get("Volumes", ())}
    for service, mounts in application.mounts.items():
        for target, outcome in mounts.items():
            volume = volumes.get(mounted(containers[same(service)]).get(target))
            assert (volume is not None) == (outcome in ON_VOLUMES), (service, target)
            is_stored = volume is not None and "EFSVolumeConfiguration" in volume
            assert is_stored == (outcome == "stored"), (service, target)


def mounted(container):
    """The volume at each path."""
    return {
        posixpath.normpath(each["ContainerPath"]): each["SourceVolume"]
        for each in container.get("MountPoints", ())
    }


def synthesizes_as_checked(application, ingress):
    _, findings = application.plan()
    if findings.errors:
        with pytest.raises(InvalidSourceError):
            template_of(application, ingress)
    else:
        assert definition(template_of(application, ingress))


@pytest.mark.thorough
@pytest.mark.parametrize("ingress", [ContainerApi, ContainerHosting], ids=["api", "site"])
@pytest.mark.parametrize("name", APPLICATIONS)
def test_what_check_passes_is_synthesized(name, ingress):
    application = APPLICATIONS[name]
    synthesizes_as_checked(application, ingress_of(application, ingress))


@pytest.mark.parametrize("name", [name for name in APPLICATIONS if name not in SAMPLE][::8])
def test_a_sample_of_what_check_passes_is_synthesized(name):
    application = APPLICATIONS[name]
    synthesizes_as_checked(application, ingress_of(application, ContainerHosting))
