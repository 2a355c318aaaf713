"""EC2 types that CloudFormation lacks in MiniStack are made in its EC2."""

import pytest


@pytest.fixture
def group(act):
    group_id, _ = act(
        "create", "AWS::EC2::SecurityGroup", "Group", {"GroupDescription": "g"}, "stack"
    )
    return group_id


def test_an_address_and_its_nat_gateway(act, api):
    address, attributes = act("create", "AWS::EC2::EIP", "Ip", {"Domain": "vpc"}, "stack")
    assert api("ec2", "_addresses")[attributes["AllocationId"]]["PublicIp"] == address

    props = {"SubnetId": "subnet-1", "AllocationId": attributes["AllocationId"]}
    gateway, nat_attributes = act("create", "AWS::EC2::NatGateway", "Nat", props, "stack")
    assert nat_attributes == {"NatGatewayId": gateway}
    assert api("ec2", "_nat_gateways")[gateway]["AllocationId"] == attributes["AllocationId"]

    act("delete", "AWS::EC2::NatGateway", gateway, props)
    act("delete", "AWS::EC2::EIP", address, {})
    assert api("ec2", "_nat_gateways")[gateway]["State"] == "deleted"
    assert attributes["AllocationId"] not in api("ec2", "_addresses")


@pytest.mark.parametrize(
    ("resource_type", "props", "changed"),
    [
        ("AWS::EC2::EIP", {"Domain": "vpc"}, {"Domain": "vpc", "InstanceId": "i-1"}),
        ("AWS::EC2::NatGateway", {"SubnetId": "subnet-1"}, {"SubnetId": "subnet-2"}),
        (
            "AWS::EC2::FlowLog",
            {"ResourceId": "vpc-1", "ResourceType": "VPC", "TrafficType": "ALL"},
            {"ResourceId": "vpc-1", "ResourceType": "VPC", "TrafficType": "REJECT"},
        ),
    ],
)
def test_tags_change_in_place_and_anything_else_replaces(act, resource_type, props, changed):
    first, attributes = act("create", resource_type, "It", props, "stack")
    tagged = {**props, "Tags": [{"Key": "a", "Value": "b"}]}
    assert act("update", resource_type, first, props, tagged, "stack", "It") == (first, attributes)
    second, _ = act("update", resource_type, first, tagged, changed, "stack", "It")
    assert second != first
    act("delete", resource_type, first, props)
    act("delete", resource_type, second, changed)


def test_a_flow_log_names_what_it_logs_and_where(act, api):
    props = {
        "ResourceId": "vpc-1",
        "ResourceType": "VPC",
        "TrafficType": "ALL",
        "LogGroupName": "flows",
    }
    flow_log, attributes = act("create", "AWS::EC2::FlowLog", "Flow", props, "stack")
    assert attributes == {"Id": flow_log}
    record = api("ec2", "_flow_logs")[flow_log]
    assert (record["ResourceId"], record["LogDestination"]) == ("vpc-1", "flows")
    act("delete", "AWS::EC2::FlowLog", flow_log, props)
    assert flow_log not in api("ec2", "_flow_logs")


@pytest.mark.parametrize(
    ("direction", "peer"),
    [
        ("Ingress", {"SourceSecurityGroupId": "sg-2"}),
        ("Ingress", {"SourcePrefixListId": "pl-1"}),
        ("Egress", {"DestinationSecurityGroupId": "sg-2"}),
    ],
)
def test_a_rule_enters_its_group_and_leaves_it(act, api, group, direction, peer):
    resource_type = f"AWS::EC2::SecurityGroup{direction}"
    store = "IpPermissionsEgress" if direction == "Egress" else "IpPermissions"
    before = list(api("ec2", "_security_groups")[group][store])
    props = {"GroupId": group, "IpProtocol": "tcp", "FromPort": 80, "ToPort": 80, **peer}
    rule_id, attributes = act("create", resource_type, "Rule", props, "stack")
    assert attributes == {"Id": rule_id}
    (rule,) = [each for each in api("ec2", "_security_groups")[group][store] if each not in before]
    assert rule["FromPort"] == 80
    (peer_value,) = peer.values()
    assert peer_value in str(rule)

    act("delete", resource_type, rule_id, props)
    assert api("ec2", "_security_groups")[group][store] == before


def test_a_changed_description_leaves_one_rule(act, api, group):
    props = {
        "GroupId": group,
        "IpProtocol": "tcp",
        "FromPort": 80,
        "ToPort": 80,
        "CidrIp": "10.0.0.0/8",
        "Description": "old",
    }
    act("create", "AWS::EC2::SecurityGroupIngress", "Rule", props, "stack")
    act(
        "create",
        "AWS::EC2::SecurityGroupIngress",
        "Rule",
        {**props, "Description": "new"},
        "stack",
    )
    (rule,) = api("ec2", "_security_groups")[group]["IpPermissions"]
    assert rule["IpRanges"] == [{"CidrIp": "10.0.0.0/8", "Description": "new"}]


def test_a_rule_for_a_group_that_is_gone(act):
    props = {"GroupId": "sg-gone", "IpProtocol": "tcp", "FromPort": 80, "ToPort": 80}
    with pytest.raises(ValueError, match="no security group sg-gone"):
        act("create", "AWS::EC2::SecurityGroupIngress", "Rule", props, "stack")
    act("delete", "AWS::EC2::SecurityGroupIngress", "sgr-1", props)
