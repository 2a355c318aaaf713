"""What differs by design: how each ingress keeps requests from a task that stops or starts."""

import re

import pytest
from aws_cdk import Duration
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_ecs as ecs

from serverless_containers import NetworkProfile
from tests.unit.workload.deployed import MIRRORED
from tests.unit.workload.surroundings import ISOLATED, PUBLIC, make_vpc

NO_TIME = Duration.seconds(0)
MIRROR = ecs.ContainerImage.from_registry(f"{MIRRORED.partition('/')[0]}/busybox")


class TestStopDelay:
    def test_api_gateway_needs_it_and_a_load_balancer_drains_by_itself(self, deploy, by_design):
        assert deploy().containers().keys() == by_design(api={"web", "stop-delay"}, hosting={"web"})

    def test_it_takes_ten_seconds_unless_another_time_is_given(self, deploy, by_design):
        for given, seconds in (
            ({}, by_design(api=10, hosting=None)),
            ({"stop_delay": Duration.seconds(25)}, 25),
        ):
            delay = deploy(**given).containers().get("stop-delay")
            found = delay and re.search("sleep ([0-9]+); exit 0", delay["Command"][0])
            assert (found and int(found[1])) == seconds

    def test_a_small_container_outlives_the_deregistration(self, deploy):
        # GIVEN a delay that was asked for
        delay = deploy(stop_delay=Duration.seconds(10)).containers()["stop-delay"]
        # THEN it is told to stop first, because it depends on the entrypoint, and takes 10 seconds
        assert delay["DependsOn"] == [{"ContainerName": "web", "Condition": "START"}]
        assert delay["Essential"] is False
        assert delay["Command"][0].startswith("trap 'sleep 10; exit 0' TERM; ")
        assert delay["User"] == "65534:65534"
        assert delay["StopTimeout"] == 20
        assert delay["ReadonlyRootFilesystem"] is True

    def test_all_that_serves_is_kept_running_while_a_task_stops(self, deploy):
        text = "services: {web: {image: nginx, ports: ['80']}, api: {image: x}}"
        delay = deploy(text, stop_delay=Duration.seconds(10)).containers()["stop-delay"]
        assert {each["ContainerName"] for each in delay["DependsOn"]} == {"web", "api"}

    def test_it_can_be_left_to_the_application(self, deploy):
        assert set(deploy(stop_delay=Duration.seconds(0)).containers()) == {"web"}

    def test_it_has_a_limit(self, deploy):
        with pytest.raises(ValueError, match="stop_delay: expected 1 to 110 seconds, got 111"):
            deploy(stop_delay=Duration.seconds(111))

    def test_its_image_can_be_given(self, deploy):
        image = ecs.ContainerImage.from_registry("mirror/busybox")
        deployed = deploy(utility_image=image, stop_delay=Duration.seconds(10))
        assert deployed.containers()["stop-delay"]["Image"] == "mirror/busybox"

    def test_without_the_internet_there_is_no_image_for_it(self, deploy):
        deployed = deploy(network_profile=NetworkProfile.ENDPOINTS)
        assert set(deployed.containers()) == {"web"}

    @pytest.mark.parametrize(
        ("props", "told"),
        [
            ({"network_profile": NetworkProfile.ENDPOINTS}, True),
            ({"network_profile": NetworkProfile.ENDPOINTS, "stop_delay": NO_TIME}, False),
            ({"network_profile": NetworkProfile.ENDPOINTS, "utility_image": MIRROR}, False),
            ({}, False),
        ],
    )
    def test_which_is_told(self, deploy, by_design, props, told):
        notes = [
            entry.data
            for each in deploy(**props).ingress.node.find_all()
            for entry in each.node.metadata
            if entry.type == "aws:cdk:info" and "no-image-for-stop-delay" in entry.data
        ]
        assert len(notes) == by_design(api=int(told), hosting=0)
        assert all("pass a utility_image from ECR" in note for note in notes)

    @pytest.mark.parametrize(
        ("kind", "props", "can_pull"),
        [
            (PUBLIC, {}, True),
            (PUBLIC, {"assign_public_ip": False}, False),
            (ISOLATED, {}, False),
        ],
    )
    def test_in_a_given_vpc_it_is_there_where_its_image_can_be_pulled(
        self, deploy, by_design, kind, props, can_pull
    ):
        deployed = deploy(
            vpc=lambda stack: make_vpc(stack, PUBLIC, ISOLATED),
            vpc_subnets=ec2.SubnetSelection(subnet_type=kind),
            **props,
        )
        assert ("stop-delay" in deployed.containers()) == by_design(api=can_pull, hosting=False)


def test_a_load_balancers_checks_begin_after_a_grace_period(deploy, by_design):
    service = deploy().only("AWS::ECS::Service")
    assert service.get("HealthCheckGracePeriodSeconds") == by_design(api=None, hosting=60)


def test_tasks_are_found_through_cloud_map_or_a_target_group(deploy, by_design):
    service = deploy().only("AWS::ECS::Service")
    assert ("ServiceRegistries" in service) == by_design(api=True, hosting=False)
    assert ("LoadBalancers" in service) == by_design(api=False, hosting=True)


def test_each_bucket_holds_logs_and_there_is_no_role_but_the_tasks_and_the_flow_logs(
    deploy, by_design
):
    deployed = deploy()
    buckets = deployed.template.find_resources("AWS::S3::Bucket")
    assert len(buckets) == by_design(api=0, hosting=2)
    assert all("Logs" in name for name in buckets)
    assert len(deployed.resources("AWS::IAM::Role")) == 3


def test_neither_adds_to_what_a_container_is_given(deploy):
    """No ingress adds a variable, a secret or a permission of its own to the containers."""
    web = deploy(stop_delay=Duration.seconds(0)).containers()["web"]
    assert not {"Environment", "Secrets"} & web.keys()
