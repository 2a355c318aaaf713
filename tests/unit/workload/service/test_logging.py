"""Logs: their delivery, their key, their router, and the sessions of ECS Exec."""

import pytest
from aws_cdk import App, Size, Stack, Token
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_kms as kms
from aws_cdk.assertions import Template

from serverless_containers import (
    ContainerCluster,
    FireLens,
    LogDelivery,
    Logging,
    Monitoring,
    NetworkProfile,
)
from tests.support.nag import nag_findings
from tests.unit.workload.deployed import NGINX

FIRELENS = (
    "services: {web: {image: x, ports: ['80'], logging: {driver: awsfirelens, "
    "options: {Name: cloudwatch}}}}"
)
SAID = "services: {web: {image: x, ports: ['80'], logging: {driver: awslogs, options: {%s}}}}"


def options(deployed, name="web"):
    return deployed.containers()[name]["LogConfiguration"]["Options"]


def key(stack):
    return kms.Key(stack, "Key")


def keyed(**given):
    """Logging with a key of the stack, which is made once it is asked for."""
    return lambda stack: Logging(encryption_key=key(stack), **given)


@pytest.fixture(scope="module")
def all_of_it(deploy_once):
    return deploy_once(
        NGINX,
        logging=keyed(sessions=True),
        enable_execute_command=True,
        monitoring=Monitoring(),
        network_profile=NetworkProfile.ENDPOINTS,
    )


class TestDelivery:
    @pytest.mark.parametrize("delivery", LogDelivery)
    def test_it_is_that_of_services_whose_file_says_nothing(self, deploy, delivery):
        deployed = deploy(logging=Logging(delivery=delivery))
        assert options(deployed)["mode"] == delivery.value

    def test_the_default_is_said(self, deploy):
        """What an account says by defaultLogDriverMode changes nothing."""
        assert options(deploy())["mode"] == "non-blocking"

    @pytest.mark.parametrize(
        ("text", "delivery", "mode"),
        [
            ("mode: blocking", LogDelivery.NON_BLOCKING, "blocking"),
            ("mode: non-blocking", LogDelivery.BLOCKING, "non-blocking"),
            ("max-buffer-size: 4m", LogDelivery.BLOCKING, "non-blocking"),
        ],
    )
    def test_the_file_is_over_it(self, deploy, text, delivery, mode):
        assert options(deploy(SAID % text, logging=Logging(delivery=delivery)))["mode"] == mode

    def test_a_buffer(self, deploy):
        given = Logging(max_buffer_size=Size.mebibytes(4))
        assert options(deploy(logging=given))["max-buffer-size"] == f"{4 * 1024**2}b"
        said = deploy(SAID % "max-buffer-size: 2m", logging=given)
        assert options(said)["max-buffer-size"] == f"{2 * 1024**2}b"
        blocking = deploy(SAID % "mode: blocking", logging=given)
        assert "max-buffer-size" not in options(blocking)

    def test_containers_of_the_deployment_stop_for_no_line(self, deploy, by_design):
        deployed = deploy(logging=Logging(delivery=LogDelivery.BLOCKING))
        modes = {name: options(deployed, name)["mode"] for name in deployed.containers()}
        assert modes == {"web": "blocking"} | by_design(
            api={"stop-delay": "non-blocking"}, hosting={}
        )

    def test_a_buffer_that_nothing_would_have_is_refused(self):
        with pytest.raises(ValueError, match=r"^max_buffer_size: blocking delivery has no buffer"):
            Logging(delivery=LogDelivery.BLOCKING, max_buffer_size=Size.mebibytes(1))
        with pytest.raises(ValueError, match=r"^max_buffer_size: expected more than 0 bytes"):
            Logging(max_buffer_size=Size.bytes(0))
        with pytest.raises(ValueError, match=r"a whole number of them, got 314573$"):
            Logging(max_buffer_size=Size.mebibytes(0.3))
        token = Token.as_number({"Ref": "Mib"})
        with pytest.raises(ValueError, match=r"^max_buffer_size: the CDK converts no token"):
            Logging(max_buffer_size=Size.mebibytes(token))
        Logging(max_buffer_size=Size.bytes(token))


class TestKey:
    def test_every_log_group_has_it(self, all_of_it):
        groups = all_of_it.resources("AWS::Logs::LogGroup")
        (name,) = all_of_it.template.find_resources("AWS::KMS::Key")
        assert len(groups) >= 4
        assert [each["KmsKeyId"] for each in groups] == [{"Fn::GetAtt": [name, "Arn"]}] * len(
            groups
        )

    def test_cloudwatch_logs_may_use_it_for_log_groups_of_the_account(self, all_of_it):
        statements = all_of_it.only("AWS::KMS::Key")["KeyPolicy"]["Statement"]
        (ours,) = (each for each in statements if "Service" in each["Principal"])
        assert ours["Principal"]["Service"] == {
            "Fn::Join": ["", ["logs.", {"Ref": "AWS::Region"}, ".amazonaws.com"]]
        }
        (operator,) = ours["Condition"]
        ((condition, arn),) = ours["Condition"][operator].items()
        assert (operator, condition) == ("ArnLike", "kms:EncryptionContext:aws:logs:arn")
        assert str(arn).count("log-group:*") == 1
        assert "AWS::AccountId" in str(arn)

    def test_without_one_no_group_says_any(self, deploy):
        groups = deploy(logging=Logging()).resources("AWS::Logs::LogGroup")
        assert not any("KmsKeyId" in each for each in groups)

    def test_of_one_made_elsewhere_is_said_what_it_needs(self, deploy):
        arn = "arn:aws:kms:eu-west-1:123456789012:key/1"
        deployed = deploy(
            logging=lambda stack: Logging(encryption_key=kms.Key.from_key_arn(stack, "Key", arn))
        )
        assert {each["KmsKeyId"] for each in deployed.resources("AWS::Logs::LogGroup")} == {arn}
        told = [entry.data for entry in deployed.ingress.node.metadata]
        assert any("serverless-containers:key-of-logs" in str(each) for each in told)


class TestRouter:
    ROUTER = FireLens(
        image=ecs.ContainerImage.from_registry("example/router:1.0"), config_file="/extra.conf"
    )

    def test_it_has_the_configuration_of_its_image(self, deploy):
        deployed = deploy(FIRELENS, logging=Logging(firelens=self.ROUTER))
        router = deployed.containers()["log-router"]
        assert router["Image"] == "example/router:1.0"
        assert router["FirelensConfiguration"] == {
            "Type": "fluentbit",
            "Options": {
                "enable-ecs-log-metadata": "true",
                "config-file-type": "file",
                "config-file-value": "/extra.conf",
            },
        }
        assert router["LogConfiguration"]["LogDriver"] == "awslogs"
        assert router["MemoryReservation"] == 50

    def test_one_that_nothing_logs_to_is_refused(self, deploy):
        with pytest.raises(ValueError, match=r"^logging\.firelens: no service of the Compose file"):
            deploy(logging=Logging(firelens=self.ROUTER))

    @pytest.mark.parametrize(
        ("path", "told"),
        [
            ("extra.conf", r"^config_file: expected an absolute path in the image, got 'extra"),
            ("/fluent-bit/etc/fluent-bit.conf", r"^config_file: .* is the file that ECS writes"),
            ("/fluent-bit/x/../etc/./fluent-bit.conf", r"^config_file: .* is the file that ECS"),
            ("/a\nb", r"^config_file: expected a path without line breaks and zero bytes"),
        ],
    )
    def test_a_path_that_ecs_would_not_take_is_refused(self, path, told):
        with pytest.raises(ValueError, match=told):
            FireLens(image=self.ROUTER.image, config_file=path)


class TestSessions:
    def test_the_cluster_logs_them(self, all_of_it):
        given = all_of_it.only("AWS::ECS::Cluster")["Configuration"]["ExecuteCommandConfiguration"]
        assert given["Logging"] == "OVERRIDE"
        assert given["LogConfiguration"]["CloudWatchEncryptionEnabled"] is True
        assert "SessionLog" in str(given["LogConfiguration"]["CloudWatchLogGroupName"])
        assert "KmsKeyId" in given

    def test_the_task_role_may_write_to_that_group_alone(self, all_of_it):
        statements = [
            each
            for each in all_of_it.statements("TaskRole")
            if any(str(action).startswith("logs:") for action in each["Action"])
            or str(each["Action"]).startswith("logs:")
        ]
        written = {str(each["Action"]): str(each["Resource"]) for each in statements}
        assert set(written) == {
            str(["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"]),
            "logs:DescribeLogGroups",
        }
        assert written["logs:DescribeLogGroups"] == "*", "the action takes no resource"
        assert (
            "SessionLog"
            in written[
                str(["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"])
            ]
        )

    def test_and_read_the_key_of_the_sessions(self, all_of_it):
        (statement,) = (
            each for each in all_of_it.statements("TaskRole") if "kms:" in str(each["Action"])
        )
        (name,) = all_of_it.template.find_resources("AWS::KMS::Key")
        assert statement["Action"] == "kms:Decrypt"
        assert statement["Resource"] == {"Fn::GetAtt": [name, "Arn"]}

    def test_which_it_reaches_by_an_endpoint(self, all_of_it):
        services = [
            str(each["ServiceName"]) for each in all_of_it.resources("AWS::EC2::VPCEndpoint")
        ]
        assert sum(".kms" in each for each in services) == 1

    def test_without_a_key_nobody_needs_one(self, deploy):
        deployed = deploy(logging=Logging(sessions=True), enable_execute_command=True)
        given = deployed.only("AWS::ECS::Cluster")["Configuration"]["ExecuteCommandConfiguration"]
        assert "KmsKeyId" not in given
        assert "CloudWatchEncryptionEnabled" not in given["LogConfiguration"]
        assert "kms:" not in str(deployed.statements("TaskRole"))

    def test_without_sessions_there_is_nothing_to_log(self, deploy):
        with pytest.raises(ValueError, match=r"^logging\.sessions: there are no sessions without"):
            deploy(logging=Logging(sessions=True))

    def test_a_cluster_that_is_given_decides(self, deploy):
        with pytest.raises(ValueError, match=r"^logging\.sessions: the cluster decides that"):
            deploy(
                logging=Logging(sessions=True),
                enable_execute_command=True,
                cluster=lambda stack: ContainerCluster(stack, "Cluster"),
            )

    def test_services_of_a_cluster_with_a_log_may_write_to_it(self, deploy):
        deployed = deploy(
            enable_execute_command=True,
            cluster=lambda stack: ContainerCluster(
                stack, "Shared", session_log=True, log_encryption_key=key(stack)
            ),
        )
        assert "SharedSessionLog" in str(deployed.statements("TaskRole"))
        assert "kms:Decrypt" in str(deployed.statements("TaskRole"))
        keyed = {
            name
            for name, each in deployed.template.find_resources("AWS::Logs::LogGroup").items()
            if "KmsKeyId" in each["Properties"]
        }
        assert {"Shared" in name for name in keyed} == {True}
        assert len(keyed) == 2

    def test_others_of_it_may_not(self, deploy):
        deployed = deploy(
            cluster=lambda stack: ContainerCluster(stack, "Shared", session_log=True),
        )
        assert "SessionLog" not in str(deployed.statements("TaskRole"))


def test_cdk_nag_finds_nothing_of_it(deploy):
    deployed = deploy(
        logging=lambda stack: Logging(
            encryption_key=kms.Key(stack, "Key", enable_key_rotation=True), sessions=True
        ),
        enable_execute_command=True,
    )
    found = [path for path, _ in nag_findings(deployed.app)]
    assert [path for path in found if "/Containers/" in path or "Key" in path] == []


def test_services_share_a_key_of_another_stack(project, ingress):
    app = App()
    keys = Stack(app, "Keys")
    shared = kms.Key(keys, "Key")
    folder = project.compose(NGINX)
    for name in ("One", "Two"):
        ingress(Stack(app, name), "Front", source=folder, logging=Logging(encryption_key=shared))
    for name in ("One", "Two"):
        groups = Template.from_stack(app.node.find_child(name)).find_resources(
            "AWS::Logs::LogGroup"
        )
        assert all("KmsKeyId" in each["Properties"] for each in groups.values())
    (policy,) = (
        each["Properties"]["KeyPolicy"]
        for each in Template.from_stack(keys).find_resources("AWS::KMS::Key").values()
    )
    assert sum("Service" in each["Principal"] for each in policy["Statement"]) == 1
