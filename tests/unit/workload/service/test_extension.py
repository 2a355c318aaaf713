"""What another CDK app can do with the construct, and what it sees when something is wrong."""

import pytest
from aws_cdk import Stack
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_ecs as ecs
from aws_cdk.assertions import Annotations, Match

from serverless_containers import InvalidSourceError, Severity, Suppression


def test_it_can_be_granted_something(deploy):
    deployed = deploy()
    table = dynamodb.Table(
        deployed.stack,
        "Table",
        partition_key=dynamodb.Attribute(name="id", type=dynamodb.AttributeType.STRING),
    )
    table.grant_read_data(deployed.ingress)
    assert any("dynamodb:GetItem" in each["Action"] for each in deployed.statements("TaskRole"))


def test_a_security_group_can_let_it_in(deploy):
    deployed = deploy()
    database = ec2.SecurityGroup(deployed.stack, "Database", vpc=deployed.ingress.vpc)
    database.connections.allow_from(deployed.ingress, ec2.Port.tcp(5432))
    rules = [
        rule
        for rule in deployed.resources("AWS::EC2::SecurityGroupIngress")
        if rule["FromPort"] == 5432
    ]
    (rule,) = rules
    assert "ContainersSecurityGroup" in str(rule["SourceSecurityGroupId"])


def test_its_parts_are_the_cdks_own(deploy):
    front = deploy().ingress
    assert isinstance(front.service, ecs.FargateService)
    assert isinstance(front.task_definition, ecs.FargateTaskDefinition)
    assert isinstance(front.containers["web"], ecs.ContainerDefinition)
    assert isinstance(front.cluster, ecs.Cluster)
    assert isinstance(front.vpc, ec2.Vpc)


def test_a_sidecar_can_be_added(deploy, by_design):
    deployed = deploy()
    deployed.ingress.task_definition.add_container(
        "xray", image=ecs.ContainerImage.from_registry("xray:3"), essential=False
    )
    assert deployed.containers().keys() == by_design(
        api={"web", "stop-delay", "xray"}, hosting={"web", "xray"}
    )


@pytest.mark.parametrize(
    ("metric", "namespace", "name"),
    [
        ("metric_cpu_utilization", "AWS/ECS", "CPUUtilization"),
        ("metric_memory_utilization", "AWS/ECS", "MemoryUtilization"),
    ],
)
def test_metrics(deploy, metric, namespace, name):
    found = getattr(deploy().ingress, metric)(statistic="Maximum")
    assert (found.namespace, found.metric_name, found.statistic) == (namespace, name, "Maximum")


class TestFindings:
    def test_all_errors_are_raised_together(self, deploy):
        with pytest.raises(InvalidSourceError) as raised:
            deploy("""
                services:
                  web: {image: acme/web, privileged: true, ports: ["80"]}
                  api: {ports: ["80"]}
                """)
        assert {found.rule.code for found in raised.value.findings} == {
            "entrypoint-ambiguous",
            "no-image",
            "key-rejected",
            "port-taken",
        }
        assert all(found.rule.severity is Severity.ERROR for found in raised.value.findings)
        assert "docker-compose.yml:3:" in str(raised.value)

    def test_warnings_and_notes_become_annotations(self, deploy):
        deployed = deploy("""
            services:
              web: {image: nginx, ports: ["80"], attach: true, restart: "on-failure:3"}
            """)
        annotations = Annotations.from_stack(deployed.stack)
        annotations.has_warning(
            "/Test/Front/Containers",
            Match.string_like_regexp(r"docker-compose\.yml:3:.*services\.web\.restart.*"),
        )
        annotations.has_info(
            "/Test/Front/Containers",
            Match.string_like_regexp(r"docker-compose\.yml:3:.*services\.web\.attach.*"),
        )

    def test_a_warning_can_be_suppressed_with_a_reason(self, deploy):
        deployed = deploy(
            "services: {web: {image: 'nginx:1.29', ports: ['80'], dns: 10.0.0.2, "
            "healthcheck: {test: 'true'}}}",
            suppress=[
                Suppression(rule="key-approximated", path="services.web.dns", reason="a laptop's")
            ],
        )
        Annotations.from_stack(deployed.stack).has_no_warning("*", Match.any_value())

    def test_a_missing_folder(self, ingress, project):
        with pytest.raises(InvalidSourceError, match="does not exist"):
            ingress(Stack(), "Front", source=project.path / "nowhere")
