"""Types that no part of MiniStack knows: they are recorded, and nothing stands behind them."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, Final, TypeAlias

from serverless_containers.local.patches.private import (
    HANDLERS,
    Made,
    Properties,
    derived_id,
    private,
    register,
)

ACCOUNT = "ministack.core.responses:get_account_id"
REGION = "ministack.core.responses:get_region"
PRIVATE = (HANDLERS, ACCOUNT, REGION)


@dataclass(frozen=True, slots=True, kw_only=True)
class Creation:
    """A resource to be recorded, and where."""

    stack: str
    logical_id: str
    properties: Properties
    account: str
    region: str

    def id(self, prefix: str, length: int = 10) -> str:
        """Its id, of the form that its type has."""
        return derived_id(
            prefix, self.account, self.region, self.stack, self.logical_id, length=length
        )

    def arn(self, service: str, resource: str) -> str:
        """Its ARN."""
        return f"arn:aws:{service}:{self.region}:{self.account}:{resource}"


Identify: TypeAlias = Callable[[Creation], Made]


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """A resource that is only recorded."""

    type: str
    physical_id: str
    stack: str
    properties: Properties
    note: str = ""


RECORDS: Final[dict[tuple[str, str], Record]] = {}
"""What has been recorded, by type and physical id."""


def records() -> list[dict[str, Any]]:
    """Everything that is recorded now, as JSON."""
    return [asdict(record) for record in RECORDS.values()]


def add_note(resource_type: str, physical_id: str, note: str) -> None:
    """Say something of a resource that is recorded."""
    key = resource_type, physical_id
    RECORDS[key] = replace(RECORDS[key], note=note)


def apply() -> None:
    """Register the types."""
    for resource_type, identify in TYPES.items():
        _register(resource_type, identify)


def _register(resource_type: str, identify: Identify) -> None:
    def create(logical_id: str, props: Properties, stack: str) -> Made:
        physical_id, attributes = identify(
            Creation(
                stack=stack,
                logical_id=logical_id,
                properties=props,
                account=private(ACCOUNT)(),
                region=private(REGION)(),
            )
        )
        RECORDS[resource_type, physical_id] = Record(
            type=resource_type, physical_id=physical_id, stack=stack, properties=props
        )
        return physical_id, attributes

    def update(_id: str, _old: Properties, new: Properties, stack: str, logical_id: str) -> Made:
        return create(logical_id, new, stack)

    def delete(physical_id: str, _props: Properties) -> None:
        RECORDS.pop((resource_type, physical_id), None)

    register(resource_type, create=create, delete=delete, update=update)


def _vpc_link(made: Creation) -> Made:
    link = made.id("")
    return link, {"VpcLinkId": link}


def _scalable_target(made: Creation) -> Made:
    target = "|".join(
        str(made.properties[name])
        for name in ("ResourceId", "ScalableDimension", "ServiceNamespace")
    )
    return target, {"Id": target}


def _scaling_policy(made: Creation) -> Made:
    name = made.properties.get("PolicyName", made.logical_id)
    arn = made.arn("autoscaling", f"scalingPolicy:{made.id('', 36)}:policyName/{name}")
    return arn, {"Arn": arn}


def _pipeline(made: Creation) -> Made:
    name = made.properties.get("Name") or f"{made.stack}-{made.logical_id}"
    return name, {"Version": "1"}


def _webhook(made: Creation) -> Made:
    name = made.properties.get("Name") or f"{made.stack}-{made.logical_id}"
    return name, {"Url": f"https://webhooks.domain.com/trigger?t={made.id('', 32)}"}


def _notification_rule(made: Creation) -> Made:
    arn = made.arn("codestar-notifications", f"notificationrule/{made.id('', 40)}")
    return arn, {"Arn": arn}


def _connection(service: str) -> Identify:
    def identify(made: Creation) -> Made:
        arn = made.arn(service, f"connection/{made.id('', 36)}")
        return arn, {
            "ConnectionArn": arn,
            # Like AWS: an administrator completes a new connection in the console.
            "ConnectionStatus": "PENDING",
            "OwnerAccountId": made.account,
        }

    return identify


def _vpc_origin(made: Creation) -> Made:
    origin = made.id("vo_", 22)
    arn = f"arn:aws:cloudfront::{made.account}:vpcorigin/{origin}"
    return origin, {"Id": origin, "Arn": arn, "Status": "Deployed"}


def _web_acl_log(made: Creation) -> Made:
    return made.properties["ResourceArn"], {"ManagedByFirewallManager": "false"}


def _branding(made: Creation) -> Made:
    branding = made.id("", 36)
    pool = made.properties["UserPoolId"]
    return f"{pool}|{branding}", {"ManagedLoginBrandingId": branding}


TYPES: Final[Mapping[str, Identify]] = {
    "AWS::ApiGatewayV2::VpcLink": _vpc_link,
    "AWS::ApplicationAutoScaling::ScalableTarget": _scalable_target,
    "AWS::ApplicationAutoScaling::ScalingPolicy": _scaling_policy,
    "AWS::CloudFront::VpcOrigin": _vpc_origin,
    "AWS::CodeConnections::Connection": _connection("codeconnections"),
    "AWS::CodePipeline::Pipeline": _pipeline,
    "AWS::CodePipeline::Webhook": _webhook,
    "AWS::CodeStarConnections::Connection": _connection("codestar-connections"),
    "AWS::CodeStarNotifications::NotificationRule": _notification_rule,
    "AWS::Cognito::ManagedLoginBranding": _branding,
    "AWS::WAFv2::LoggingConfiguration": _web_acl_log,
}
"""Each type, and what gives its resources their ids and attributes."""
