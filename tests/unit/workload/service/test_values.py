"""Values that only AWS would refuse are refused when the app is synthesized."""

import pytest
from aws_cdk import Duration, Token

from serverless_containers import InvalidSourceError

NUMBER = Token.as_number({"Ref": "Number"})
NAME = Token.as_string({"Ref": "Name"})


@pytest.mark.parametrize(
    ("props", "message"),
    [
        ({"desired_count": -1}, "desired_count: expected 0 to 5000 tasks, got -1"),
        ({"desired_count": 5001}, "desired_count: expected 0 to 5000 tasks, got 5001"),
        ({"port": 0}, "port: expected 1 to 65535, got 0"),
        ({"port": 70000}, "port: expected 1 to 65535, got 70000"),
        ({"ephemeral_storage_gib": 20}, "ephemeral_storage_gib: expected 21 to 200 GiB, got 20"),
        ({"ephemeral_storage_gib": 201}, "ephemeral_storage_gib: expected 21 to 200 GiB, got 201"),
        ({"service_name": "a b"}, "service_name: expected 1 to 255 letters"),
        ({"service_name": ""}, "service_name: expected 1 to 255 letters"),
        ({"service_name": "a" * 256}, "service_name: expected 1 to 255 letters"),
        ({"stop_delay": Duration.millis(1500)}, "stop_delay: expected whole seconds, got 1.5"),
        ({"stop_delay": Duration.seconds(NUMBER)}, "stop_delay: expected seconds that are known"),
        ({"availability_zones": []}, "availability_zones: expected the names of one or more zones"),
        ({"availability_zones": ["x", ""]}, "availability_zones: expected the names of one"),
        (
            {"availability_zones": ["eu-west-1a", "eu-west-1a"]},
            "availability_zones: eu-west-1a is there twice",
        ),
    ],
)
def test_what_is_out_of_its_range_is_refused(deploy, props, message):
    with pytest.raises(ValueError, match=message):
        deploy(**props).make()


@pytest.mark.parametrize("name", ["desired_count", "ephemeral_storage_gib"])
@pytest.mark.parametrize("value", [30.5, float("nan"), float("inf")])
def test_what_is_no_whole_number_is_refused(deploy, name, value):
    with pytest.raises(TypeError, match=f"{name}: "):
        deploy(**{name: value}).make()


def test_what_is_known_at_deployment_passes(deploy):
    service = deploy(desired_count=NUMBER, ephemeral_storage_gib=NUMBER, service_name=NAME).only(
        "AWS::ECS::Service"
    )
    assert service["DesiredCount"] == {"Ref": "Number"}
    assert service["ServiceName"] == {"Ref": "Name"}


def test_a_source_whose_path_is_too_long_is_a_finding(ingress, deploy):
    with pytest.raises(InvalidSourceError, match="Compose file"):
        ingress(deploy().stack, "Other", source="x" * 5000)
