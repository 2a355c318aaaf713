"""Types that no part of MiniStack knows: they are recorded, and nothing stands behind them."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, Final, TypeAlias

from serverless_containers.local.ministack.names import Json, Made, responses


@dataclass(frozen=True, slots=True, kw_only=True)
class Creation:
    """A resource to be recorded, and where."""

    stack: str
    logical_id: str
    properties: Json
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
    properties: Json
    note: str = ""


RECORDS: Final[dict[tuple[str, str], Record]] = {}
"""Resources that are recorded, by type and physical id."""


def records() -> list[dict[str, Any]]:
    """Everything that is recorded now, as JSON."""
    return [asdict(record) for record in RECORDS.values()]


def add_note(resource_type: str, physical_id: str, note: str) -> None:
    """Say something of a resource that is recorded."""
    key = resource_type, physical_id
    RECORDS[key] = replace(RECORDS[key], note=note)


def derived_id(prefix: str, *parts: str, length: int = 10) -> str:
    """Make an id that is the same in each run: AWS's form, without its randomness."""
    digest = hashlib.sha256("\0".join(parts).encode()).hexdigest()
    return f"{prefix}{digest[:length]}"


def recording(resource_type: str, identify: Identify, *, note: str = "") -> dict[str, Any]:
    """Return the handlers of a type that is only recorded.

    Args:
        resource_type: The type.
        identify: The function that gives its resources their ids and attributes.
        note: What a report says of each of them.
    """

    def create(logical_id: str, props: Json, stack_name: str) -> Made:
        physical_id, attributes = identify(
            Creation(
                stack=stack_name,
                logical_id=logical_id,
                properties=props,
                account=responses.get_account_id(),
                region=responses.get_region(),
            )
        )
        RECORDS[resource_type, physical_id] = Record(
            type=resource_type,
            physical_id=physical_id,
            stack=stack_name,
            properties=props,
            note=note,
        )
        return physical_id, attributes

    def update(
        physical_id: str,
        old_props: Json,  # noqa: ARG001  # MiniStack's form
        new_props: Json,
        stack_name: str,
        logical_id: str | None = None,
    ) -> Made:
        return create(logical_id or physical_id, new_props, stack_name)

    def delete(physical_id: str, props: Json) -> None:  # noqa: ARG001  # MiniStack's form
        RECORDS.pop((resource_type, physical_id), None)

    return {"create": create, "update": update, "update_with_logical_id": True, "delete": delete}


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


def named_alarm(made: Creation) -> Made:
    """The name of an alarm, and its ARN."""
    name = made.properties.get("AlarmName") or f"{made.stack}-{made.logical_id}-{made.id('', 12)}"
    return name, {"Arn": made.arn("cloudwatch", f"alarm:{name}")}


def _query(made: Creation) -> Made:
    query = made.id("", 36)
    return query, {"QueryDefinitionId": query}


TYPES: Final[Mapping[str, Identify]] = {
    "AWS::ApiGatewayV2::VpcLink": _vpc_link,
    "AWS::ApplicationAutoScaling::ScalableTarget": _scalable_target,
    "AWS::ApplicationAutoScaling::ScalingPolicy": _scaling_policy,
    "AWS::CloudFront::VpcOrigin": _vpc_origin,
    "AWS::CloudWatch::CompositeAlarm": named_alarm,
    "AWS::CodeConnections::Connection": _connection("codeconnections"),
    "AWS::CodePipeline::Pipeline": _pipeline,
    "AWS::CodePipeline::Webhook": _webhook,
    "AWS::CodeStarConnections::Connection": _connection("codestar-connections"),
    "AWS::CodeStarNotifications::NotificationRule": _notification_rule,
    "AWS::Cognito::ManagedLoginBranding": _branding,
    "AWS::Logs::QueryDefinition": _query,
    "AWS::WAFv2::LoggingConfiguration": _web_acl_log,
}
"""Each type, and the function that gives its resources their ids and attributes."""

RESOURCE_HANDLERS: Final = {
    resource_type: recording(resource_type, identify) for resource_type, identify in TYPES.items()
}
