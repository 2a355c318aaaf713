"""With `--enforce-iam` the task role's policies decide what the containers may do."""

import pytest
from botocore.exceptions import ClientError

from tests.support.local_api import Deployed, client_within, container, policy, resource, template

pytestmark = [pytest.mark.local, pytest.mark.thorough]


def table(name):
    return resource(
        "DynamoDB::Table",
        TableName=name,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
    )


@pytest.fixture(scope="module")
def client(make_app):
    app = make_app()
    actions = ["dynamodb:GetItem", "dynamodb:PutItem"]
    mine = policy("may-read", action=actions, on={"Fn::GetAtt": ["Mine", "Arn"]})
    more = {"Mine": table("mine"), "Theirs": table("theirs"), "Policy": mine}
    app.has(template(container(), **more))
    code, output = app.run("up", "--enforce-iam", "--json", str(app.json))
    assert code == 0, output
    environment = Deployed(app).seen()["environment"]
    return client_within(environment, "dynamodb")


def test_what_the_policy_allows_is_allowed(client):
    client.put_item(TableName="mine", Item={"id": {"S": "1"}})
    assert client.get_item(TableName="mine", Key={"id": {"S": "1"}})["Item"] == {"id": {"S": "1"}}


@pytest.mark.parametrize(
    "call",
    [
        lambda client: client.get_item(TableName="theirs", Key={"id": {"S": "1"}}),
        lambda client: client.delete_item(TableName="mine", Key={"id": {"S": "1"}}),
    ],
    ids=["another table", "another action"],
)
def test_what_it_does_not_allow_is_refused(client, call):
    with pytest.raises(ClientError) as refused:
        call(client)
    assert refused.value.response["Error"]["Code"] == "AccessDeniedException"
