"""With `--enforce-iam` the task role's policies decide what the containers may do."""

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from tests.support.local_api import Deployed, container, resource, template

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
    policy = resource(
        "IAM::Policy",
        PolicyName="may-read",
        Roles=[{"Ref": "Role"}],
        PolicyDocument={
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Action": ["dynamodb:GetItem", "dynamodb:PutItem"],
                    "Resource": {"Fn::GetAtt": ["Mine", "Arn"]},
                }
            ],
        },
    )
    more = {"Mine": table("mine"), "Theirs": table("theirs"), "Policy": policy}
    app.has(template(container(), **more))
    code, output = app.run("up", "--enforce-iam", "--json", str(app.json))
    assert code == 0, output
    environment = Deployed(app).seen()["environment"]
    return boto3.client(
        "dynamodb",
        endpoint_url=environment["AWS_ENDPOINT_URL"],
        region_name="us-east-1",
        aws_access_key_id=environment["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=environment["AWS_SECRET_ACCESS_KEY"],
        aws_session_token=environment["AWS_SESSION_TOKEN"],
        config=Config(retries={"total_max_attempts": 1}),
    )


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
