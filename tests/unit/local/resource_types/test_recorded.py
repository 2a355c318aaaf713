"""Types that nothing stands behind are recorded, changed and forgotten, and are named as such."""

import pytest

from serverless_containers.local.resource_types.recorded import TYPES, records

PROPS = {
    "ResourceId": "service/c/s",
    "ScalableDimension": "ecs:service:DesiredCount",
    "ServiceNamespace": "ecs",
    "Name": "name",
    "PolicyName": "name",
    "AlarmName": "name",
    "ResourceArn": "arn:aws:wafv2:us-east-1:123456789012:global/webacl/it/1",
    "UserPoolId": "us-east-1_pool",
}
ATTRIBUTES = {
    "AWS::ApiGatewayV2::VpcLink": {"VpcLinkId"},
    "AWS::ApplicationAutoScaling::ScalableTarget": {"Id"},
    "AWS::ApplicationAutoScaling::ScalingPolicy": {"Arn"},
    "AWS::CloudFront::VpcOrigin": {"Id", "Arn", "Status"},
    "AWS::CloudWatch::CompositeAlarm": {"Arn"},
    "AWS::CodeConnections::Connection": {"ConnectionArn", "ConnectionStatus", "OwnerAccountId"},
    "AWS::CodePipeline::Pipeline": {"Version"},
    "AWS::CodePipeline::Webhook": {"Url"},
    "AWS::CodeStarConnections::Connection": {"ConnectionArn", "ConnectionStatus", "OwnerAccountId"},
    "AWS::CodeStarNotifications::NotificationRule": {"Arn"},
    "AWS::Cognito::ManagedLoginBranding": {"ManagedLoginBrandingId"},
    "AWS::Logs::QueryDefinition": {"QueryDefinitionId"},
    "AWS::WAFv2::LoggingConfiguration": {"ManagedByFirewallManager"},
}


def recorded(resource_type):
    return [record for record in records() if record["type"] == resource_type]


@pytest.mark.parametrize("resource_type", TYPES)
def test_a_type_is_recorded_changed_and_forgotten(act, resource_type):
    physical_id, attributes = act("create", resource_type, "It", PROPS, "stack")
    assert set(attributes) == ATTRIBUTES[resource_type]
    assert recorded(resource_type) == [
        {
            "type": resource_type,
            "physical_id": physical_id,
            "stack": "stack",
            "properties": PROPS,
            "note": "",
        }
    ]
    changed = {**PROPS, "MaxCapacity": 3}
    assert act("update", resource_type, physical_id, PROPS, changed, "stack", "It") == (
        physical_id,
        attributes,
    )
    assert [record["properties"] for record in recorded(resource_type)] == [changed]
    act("delete", resource_type, physical_id, changed)
    assert recorded(resource_type) == []


def test_a_scalable_target_for_another_service_is_another_resource(act):
    kind = "AWS::ApplicationAutoScaling::ScalableTarget"
    first, _ = act("create", kind, "It", PROPS, "stack")
    assert first == "service/c/s|ecs:service:DesiredCount|ecs"
    second, _ = act("update", kind, first, PROPS, {**PROPS, "ResourceId": "x"}, "stack", "It")
    assert second != first
    for physical_id in (first, second):
        act("delete", kind, physical_id, PROPS)


def test_ids_are_of_aws_form(act):
    link, _ = act("create", "AWS::ApiGatewayV2::VpcLink", "Link", {}, "stack")
    assert len(link) == 10
    act("delete", "AWS::ApiGatewayV2::VpcLink", link, {})
    policy, _ = act("create", "AWS::ApplicationAutoScaling::ScalingPolicy", "P", {}, "stack")
    assert policy.startswith("arn:aws:autoscaling:us-east-1:")
    act("delete", "AWS::ApplicationAutoScaling::ScalingPolicy", policy, {})
