"""Logs of a service: their delivery, their key, and the router of what leaves CloudWatch Logs."""

from dataclasses import dataclass
from enum import Enum

import jsii
from aws_cdk import (
    Annotations,
    ArnFormat,
    Aspects,
    IAspect,
    Size,
    SizeRoundingBehavior,
    Stack,
    Token,
)
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_logs as logs
from constructs import Construct, IConstruct

from serverless_containers.arguments.keywords import checks_fields
from serverless_containers.arguments.ranges import check_range
from serverless_containers.plan.resources.mount_paths import normal

_LEAST_RESERVATION = "ContainerDefinition, Amazon ECS API Reference"
_OWN_FILES = frozenset({"/fluent-bit/etc/fluent-bit.conf", "/fluentd/etc/fluent.conf"})
"""The files that ECS writes itself; "Example Amazon ECS task definition: Route logs to FireLens",
Amazon ECS Developer Guide."""


class LogDelivery(Enum):
    """The delivery of a container's lines to CloudWatch Logs, when that does not keep up."""

    NON_BLOCKING = "non-blocking"
    """They wait in a buffer, and are lost once it is full: the application goes on."""
    BLOCKING = "blocking"
    """None is lost: the application stops at what it writes until CloudWatch Logs takes it, fails
    its health checks meanwhile, and its task does not start where there is no way to it."""


@checks_fields
@dataclass(frozen=True, slots=True, kw_only=True)
class FireLens:
    """A log router with a configuration of its own, for services with ``driver: awsfirelens``.

    Args:
        image: The image of Fluent Bit or Fluentd with the configuration in it. On Fargate, ECS
            takes none from S3 ("FirelensConfiguration", Amazon ECS API Reference); Fluent Bit's
            ``init`` image of AWS can fetch one by itself.
        config_file: The absolute path of the configuration in the image, which ECS includes into
            the one that it writes.
        type: The program. Default: Fluent Bit.
        log_metadata: Whether cluster, task and task definition are added to each line. Default:
            True.
        memory_reservation_mib: Memory that is kept for it, in MiB, 6 at least. Default: 50.

    Raises:
        ValueError: If the path is not absolute, or is a file that ECS writes.
    """

    image: ecs.ContainerImage
    config_file: str
    type: ecs.FirelensLogRouterType = ecs.FirelensLogRouterType.FLUENTBIT
    log_metadata: bool = True
    memory_reservation_mib: int = 50

    def __post_init__(self) -> None:
        """Refuse what ECS would refuse, or overwrite."""
        if not Token.is_unresolved(self.config_file):
            if not self.config_file.startswith("/"):
                raise ValueError(
                    f"config_file: expected an absolute path in the image, got {self.config_file!r}"
                )
            if "\0" in self.config_file or "\n" in self.config_file:
                raise ValueError(
                    "config_file: expected a path without line breaks and zero bytes, got "
                    f"{self.config_file!r}"
                )
            if normal(self.config_file) in _OWN_FILES:
                raise ValueError(
                    f"config_file: {self.config_file} is the file that ECS writes itself; put "
                    "yours elsewhere, such as /extra.conf"
                )
        check_range(
            "memory_reservation_mib",
            self.memory_reservation_mib,
            6,
            122880,
            unit=" MiB",
            source=_LEAST_RESERVATION,
        )


@checks_fields
@dataclass(frozen=True, slots=True, kw_only=True)
class Logging:
    """Logs of a service. How long they are kept is said by ``log_retention``.

    Args:
        encryption_key: The key of all log groups that the construct makes in its stack, which gets
            a statement that lets CloudWatch Logs of its account and region use it ("Encrypt log
            data in CloudWatch Logs using AWS Key Management Service", Amazon CloudWatch Logs User
            Guide). One that was made elsewhere has to have it already. Default: CloudWatch Logs
            encrypts them with a key of its own.
        delivery: The delivery to CloudWatch Logs of services whose file does not say it by
            ``mode``. Default: NON_BLOCKING, which is that of ECS since 25 June 2025
            ("LogConfiguration", Amazon ECS API Reference), whatever the account's
            ``defaultLogDriverMode`` is.
        max_buffer_size: The buffer of non-blocking delivery, out of the task's memory, for services
            whose file does not say it. Default: ECS's, 10 MiB.
        firelens: The log router of services with ``driver: awsfirelens``. Default: AWS's, which the
            options of the file configure.
        sessions: Whether a log group keeps what is typed and shown in sessions of ECS Exec, in a
            cluster that is made here; a ContainerCluster has ``session_log``. The images need
            ``script`` and ``cat`` for it, and with ``encryption_key`` whoever opens a session needs
            ``kms:GenerateDataKey`` ("Using Amazon ECS Exec", Amazon ECS Developer Guide). Default:
            False.

    Raises:
        ValueError: If a buffer is asked for that blocking delivery has not, or one that is no whole
            number of bytes, or a token in another unit.
    """

    encryption_key: kms.IKey | None = None
    delivery: LogDelivery = LogDelivery.NON_BLOCKING
    max_buffer_size: Size | None = None
    firelens: FireLens | None = None
    sessions: bool = False

    def __post_init__(self) -> None:
        """Refuse a buffer that nothing would have."""
        if self.max_buffer_size is None:
            return
        if self.delivery is LogDelivery.BLOCKING:
            raise ValueError(
                "max_buffer_size: blocking delivery has no buffer; leave it out, or use "
                "LogDelivery.NON_BLOCKING, which loses lines rather than stop the application"
            )
        try:
            size = self.max_buffer_size.to_bytes(rounding=SizeRoundingBehavior.NONE)
        except RuntimeError as error:
            raise ValueError(
                "max_buffer_size: the CDK converts no token to bytes; give Size.bytes(…)"
            ) from error
        if not self.max_buffer_size.is_unresolved() and (size < 1 or size != int(size)):
            raise ValueError(
                "max_buffer_size: expected more than 0 bytes, and a whole number of them, got "
                f"{size:g}"
            )


def encrypt_logs(scope: Construct, key: kms.IKey) -> None:
    """Encrypt every log group below a construct, in its stack, with a key.

    Args:
        scope: The construct.
        key: The key, which gets the statement that CloudWatch Logs needs.
    """
    stack = Stack.of(scope)
    arn = stack.format_arn(
        service="logs",
        resource="log-group",
        resource_name="*",
        arn_format=ArnFormat.COLON_RESOURCE_NAME,
    )
    added = key.add_to_resource_policy(
        iam.PolicyStatement(
            principals=[iam.ServicePrincipal(f"logs.{stack.region}.amazonaws.com")],
            actions=[
                "kms:Decrypt",
                "kms:Describe*",
                "kms:Encrypt",
                "kms:GenerateDataKey*",
                "kms:ReEncrypt*",
            ],
            resources=["*"],
            conditions={"ArnLike": {"kms:EncryptionContext:aws:logs:arn": arn}},
        ),
        True,  # noqa: FBT003  # the CDK's name for it is not Python's
    )
    if not added.statement_added:
        Annotations.of(scope).add_info_v2(
            "serverless-containers:key-of-logs",
            "the key of the logs was made elsewhere: its policy has to let "
            "logs.<region>.amazonaws.com use it for the log groups of this account (Encrypt log "
            "data in CloudWatch Logs using AWS Key Management Service, Amazon CloudWatch Logs User "
            "Guide), or no log group is made",
        )
    Aspects.of(scope).add(_Encryption(stack, key.key_arn))


@jsii.implements(IAspect)
class _Encryption:
    """Sets the key of the log groups of one stack: a key is of one region."""

    def __init__(self, stack: Stack, key_arn: str) -> None:
        self._place = stack.node.addr
        self._key_arn = key_arn

    def visit(self, node: IConstruct) -> None:
        """Set the key of a log group that has none."""
        if (
            isinstance(node, logs.CfnLogGroup)
            and node.kms_key_id is None
            and Stack.of(node).node.addr == self._place
        ):
            node.kms_key_id = self._key_arn
