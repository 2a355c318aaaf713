import json
import re

import pytest
from aws_cdk import App, CfnOutput, Stack, Token
from aws_cdk.assertions import Template

from serverless_containers.ingress.cloudfront.origin_secret import OriginSecret

SECRET = "AWS::SecretsManager::Secret"
DYNAMIC = re.compile(r"\{\{resolve:secretsmanager:.*:SecretString:::\}\}")


def make(generation=1):
    stack = Stack(App(), "Test")
    return stack, OriginSecret(stack, "Secret", generation=generation)


def secrets(generation):
    stack, _ = make(generation)
    return Template.from_stack(stack).find_resources(SECRET)


def test_the_value_is_forty_letters_and_digits_that_cloudformation_makes():
    (secret,) = secrets(1).values()
    assert secret["Properties"]["GenerateSecretString"] == {
        "ExcludePunctuation": True,
        "IncludeSpace": False,
        "PasswordLength": 40,
    }
    assert "SecretString" not in secret["Properties"]
    assert secret["DeletionPolicy"] == secret["UpdateReplacePolicy"] == "Delete"


@pytest.mark.parametrize(("generation", "count"), [(1, 1), (2, 2), (7, 2)])
def test_the_value_before_is_accepted_too(generation, count):
    _, secret = make(generation)
    assert len(secret.accepted) == count
    assert secret.accepted[0] == secret.sent
    assert len(secrets(generation)) == count


def test_the_value_before_stays_as_it_is_in_the_next_generation():
    first, second, third = secrets(1), secrets(2), secrets(3)
    ((key, value),) = first.items()
    assert second[key] == value
    assert not set(first) & set(third)
    assert len(set(second) & set(third)) == 1


def test_the_value_sent_is_the_one_accepted_first_a_generation_later():
    one, two = make(1)[1], make(2)
    stack, secret = two
    assert json.dumps(Stack.of(one).resolve(one.sent)) == json.dumps(
        stack.resolve(secret.accepted[1])
    )


@pytest.mark.parametrize("generation", [1, 2])
def test_every_value_is_a_dynamic_reference_alone(generation):
    stack, secret = make(generation)
    for value in secret.accepted:
        (_, (start, reference, end)) = stack.resolve(value)["Fn::Join"]
        assert list(reference) == ["Ref"]
        assert DYNAMIC.fullmatch(f"{start}id{end}")


def test_it_needs_no_lambda_and_no_role():
    stack, secret = make(2)
    CfnOutput(stack, "Header", value=secret.header)
    kinds = {each["Type"] for each in Template.from_stack(stack).to_json()["Resources"].values()}
    assert kinds == {SECRET}


@pytest.mark.parametrize("generation", [0, -1, 1.0, 1.5, True, "1", None])
def test_a_generation_is_a_whole_number_from_one(generation):
    with pytest.raises(ValueError, match="generation: expected a whole number from 1"):
        make(generation)


def test_a_generation_is_part_of_an_id_and_so_no_token():
    with pytest.raises(ValueError, match="known when the template is made"):
        make(Token.as_number({"Ref": "Generation"}))
