"""AWS's errors in words."""

import pytest
from botocore import exceptions
from botocore.exceptions import ClientError

from serverless_containers.aws_api.errors import connection_error, response_error

VALUE = "S3NTINEL"


def told(code, message="", operation="PutSecretValue", status=400, service="secretsmanager"):
    error = ClientError(
        {
            "Error": {"Code": code, "Message": message},
            "ResponseMetadata": {"HTTPStatusCode": status},
        },
        operation,
    )
    return response_error(error, service=service, operation=operation, resource="shop/dev/db")


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("ThrottlingException", "AWS asks to slow down"),
        ("TooManyUpdates", "AWS asks to slow down"),
        ("ExpiredTokenException", "the credentials have expired; sign in again"),
        ("RequestExpired", "the credentials have expired; sign in again"),
        ("UnrecognizedClientException", "AWS does not accept the credentials"),
        ("InvalidSignatureException", "AWS does not accept the credentials"),
        ("EncryptionFailure", "the KMS key cannot be used"),
        ("InvalidKeyId", "the KMS key cannot be used"),
        ("KMSInvalidStateException", "the KMS key cannot be used"),
        ("LimitExceededException", "a quota of the account is used up"),
        ("ParameterLimitExceeded", "a quota of the account is used up"),
        ("ParameterMaxVersionLimitExceeded", "it has 100 versions"),
        ("ResourceExistsException", "it was created by somebody else"),
        ("ResourceNotFoundException", "it, or the KMS key, does not exist"),
        ("TooManyTagsError", "it would have more than the 50 tags"),
        ("ValidationException", "AWS refuses its name, value, KMS key or tags (ValidationExcep"),
        ("Unheard", "AWS refuses its name, value, KMS key or tags (Unheard)"),
    ],
)
def test_a_code_has_words_and_its_message_is_not_shown(code, words):
    failure = told(code, f"Value '{VALUE}' at 'value' failed")

    assert str(failure).startswith(words)
    assert VALUE not in str(failure)
    assert failure.code == code
    assert failure.sure


@pytest.mark.parametrize(
    ("code", "message", "is_unknown"),
    [
        ("400", "", True),
        ("InvalidAction", "Unknown ECS action: StopServiceDeployment", True),
        ("NotFoundException", "Unknown API Gateway path: /v2/vpclinks/x", True),
        ("NotFoundException", "API x not found", False),
        ("503", "", False),
        ("400", "the name is too long", False),
    ],
)
@pytest.mark.parametrize("endpoint", ["", "http://127.0.0.1:4566"])
def test_what_an_emulator_does_not_have_is_told_of_it_alone(code, message, is_unknown, endpoint):
    error = ClientError({"Error": {"Code": code, "Message": message}}, "GetVpcLink")

    failure = response_error(
        error, service="apigateway", operation="GetVpcLink", resource="x", endpoint=endpoint
    )

    words = "apigateway:GetVpcLink is not on this endpoint, http://127.0.0.1:4566"
    assert (str(failure) == words) == (is_unknown and bool(endpoint))
    assert failure.code == code


@pytest.mark.parametrize(
    ("message", "words"),
    [
        (
            "User: arn:aws:iam::1:user/ann is not authorized to perform: "
            "secretsmanager:PutSecretValue on resource: arn:aws:secretsmanager:x because no "
            "identity-based policy allows the secretsmanager:PutSecretValue action",
            "arn:aws:iam::1:user/ann lacks secretsmanager:PutSecretValue on "
            "arn:aws:secretsmanager:x because no identity-based policy allows the "
            "secretsmanager:PutSecretValue action",
        ),
        (
            "User: arn:aws:iam::1:user/ann is not authorized to perform: kms:Encrypt on the "
            "resource: arn:aws:kms:x (Service: AWSKMS; Status Code: 400)",
            "arn:aws:iam::1:user/ann lacks kms:Encrypt on arn:aws:kms:x",
        ),
        (
            "arn:aws:iam::1:user/ann is not authorized to perform: ssm:PutParameter",
            "arn:aws:iam::1:user/ann lacks ssm:PutParameter on shop/dev/db",
        ),
        (
            "Access to KMS is not allowed",
            "secretsmanager:PutSecretValue on shop/dev/db needs kms:GenerateDataKey and "
            "kms:Decrypt on its KMS key, which these credentials lack",
        ),
        (
            f"no, not {VALUE}",
            "these credentials lack secretsmanager:PutSecretValue on shop/dev/db",
        ),
    ],
)
@pytest.mark.parametrize("code", ["AccessDeniedException", "AccessDenied"])
def test_a_denial_names_what_is_missing(code, message, words):
    failure = told(code, message)

    assert str(failure) == words
    assert failure.denied


def test_a_deletion_in_between_is_recognised():
    message = "You can't perform this operation on the secret because it was marked for deletion."

    assert "scheduled for deletion in this very moment" in str(
        told("InvalidRequestException", message)
    )
    assert "AWS refuses" in str(told("InvalidRequestException", f"no {VALUE}"))


def test_an_error_of_the_service_leaves_open_whether_it_was_done():
    failure = told("InternalServiceError", status=500)

    assert str(failure).startswith("AWS had an error of its own")
    assert not failure.sure


def test_a_call_without_a_value_shows_the_message():
    failure = told("ClientException", "no such thing", "UpdateService", service="ecs")

    assert str(failure) == "ecs:UpdateService failed: no such thing"
    assert str(told("Odd", "", "UpdateService", service="ecs")).endswith("failed: Odd")


@pytest.mark.parametrize(
    ("error", "words", "sure"),
    [
        (exceptions.NoCredentialsError(), "there are no AWS credentials", True),
        (
            exceptions.PartialCredentialsError(provider="env", cred_var="x"),
            "the AWS credentials are incomplete",
            True,
        ),
        (exceptions.NoRegionError(), "there is no AWS region", True),
        (exceptions.ProfileNotFound(profile="x"), "there is no such AWS profile", True),
        (exceptions.InvalidRegionError(region_name="x y"), "the AWS region has a name", True),
        (exceptions.ConfigParseError(path="x"), "the AWS configuration file", True),
        (exceptions.UnauthorizedSSOTokenError(), "the credentials have expired", True),
        (
            exceptions.TokenRetrievalError(provider="sso", error_msg="x"),
            "the credentials have expired",
            True,
        ),
        (
            exceptions.CredentialRetrievalError(provider="x", error_msg="x"),
            "the credentials have expired",
            True,
        ),
        (
            exceptions.ParamValidationError(report=f"Invalid value {VALUE}"),
            "AWS refuses its name, value",
            True,
        ),
        (exceptions.SSLError(endpoint_url="x", error="x"), "the connection is not trusted", False),
        (
            exceptions.ProxyConnectionError(proxy_url="x", error="x"),
            "the proxy does not answer",
            False,
        ),
        (exceptions.EndpointConnectionError(endpoint_url="x"), "AWS cannot be reached", False),
        (
            exceptions.ConnectTimeoutError(endpoint_url="x"),
            "AWS cannot be reached in time",
            False,
        ),
        (exceptions.ReadTimeoutError(endpoint_url="x"), "AWS did not answer in time", False),
        (
            exceptions.ConnectionClosedError(endpoint_url="x"),
            "the connection to AWS was lost",
            False,
        ),
        (exceptions.HTTPClientError(error="x"), "the connection to AWS failed", False),
        (exceptions.DataNotFoundError(data_path=VALUE), "boto3 failed (DataNotFoundErr", False),
    ],
)
def test_what_fails_on_this_machine_or_on_the_way_has_words(error, words, sure):
    failure = connection_error(error)

    assert str(failure).startswith(words)
    assert VALUE not in str(failure)
    assert (failure.sure, failure.denied) == (sure, False)
