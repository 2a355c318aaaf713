"""Secrets that nobody pushed to the embedded AWS."""

import json

import pytest

from serverless_containers.local.deploy.secrets import make_up_secrets


class Store:
    """A service that keeps names and values."""

    class ResourceNotFoundException(Exception):  # noqa: N818  # boto3's name
        pass

    ParameterNotFound = ResourceNotFoundException

    def __init__(self, *names):
        self.exceptions = self
        self.values = dict.fromkeys(names, "pushed")

    def describe_secret(self, SecretId):  # noqa: N803  # boto3's argument
        if SecretId not in self.values:
            raise self.ResourceNotFoundException

    def create_secret(self, Name, SecretString):  # noqa: N803  # boto3's arguments
        self.values[Name] = SecretString

    def get_parameter(self, Name):  # noqa: N803  # boto3's argument
        self.describe_secret(Name)

    def put_parameter(self, Name, Type, Value):  # noqa: N803  # boto3's arguments
        assert Type == "SecureString"
        self.values[Name] = Value


@pytest.fixture
def template(tmp_path):
    def policy(secret):
        return {"Type": "AWS::SecretsManager::ResourcePolicy", "Properties": {"SecretId": secret}}

    file = tmp_path / "template.json"
    file.write_text(
        json.dumps(
            {
                "Parameters": {
                    "Name": {"Type": "AWS::SSM::Parameter::Name", "Default": "/shop/KEY"},
                    "Bootstrap": {"Type": "AWS::SSM::Parameter::Value<String>", "Default": "/cdk"},
                },
                "Resources": {
                    "A": policy("shop/A"),
                    "B": policy("shop/B"),
                    "C": policy({"Ref": "Made"}),
                    "D": {"Type": "AWS::SNS::Topic"},
                },
            }
        )
    )
    return file


def test_what_is_missing_is_made_up_and_what_is_there_stays(template):
    secrets, parameters = Store("shop/A"), Store()
    made = make_up_secrets(template, {"secretsmanager": secrets, "ssm": parameters})
    assert made == ("shop/B", "/shop/KEY")
    assert secrets.values.keys() == {"shop/A", "shop/B"}
    assert secrets.values["shop/A"] == "pushed"
    assert len(secrets.values["shop/B"]) > 30
    assert parameters.values.keys() == {"/shop/KEY"}


def test_a_second_time_nothing_is_made_up(template):
    clients = {"secretsmanager": Store(), "ssm": Store()}
    first = make_up_secrets(template, clients)
    values = dict(clients["secretsmanager"].values)
    assert len(first) == 3
    assert make_up_secrets(template, clients) == ()
    assert clients["secretsmanager"].values == values


def test_a_template_without_secrets(tmp_path):
    file = tmp_path / "empty.json"
    file.write_text("{}")
    assert make_up_secrets(file, {}) == ()
