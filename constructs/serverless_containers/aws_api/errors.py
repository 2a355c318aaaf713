"""Errors of AWS, and of the way there, in words.

AWS repeats what it was given in some of its messages. Of a call that carries a value, none of them
is shown.
"""

import re
from collections.abc import Mapping

from botocore import exceptions as botocore_errors
from botocore.exceptions import BotoCoreError, ClientError

_DENIED = re.compile(
    r"(?P<who>\S+) is not authorized to perform: (?P<action>[\w*:-]+)"
    r"(?: on (?:the )?resource: (?P<resource>\S+))?(?P<because> because [^\n(]*)?"
)
_DENIED_CODES = frozenset(
    {"AccessDeniedException", "AccessDenied", "UnauthorizedOperation", "NotAuthorized"}
)
_CARRIES_A_VALUE = frozenset({"CreateSecret", "PutSecretValue", "UpdateSecret", "PutParameter"})
_STORES = frozenset({"secretsmanager", "ssm"})

_UNKNOWN_OPERATIONS = frozenset(
    {
        "InvalidAction",
        "NotImplemented",
        "NotImplementedException",
        "UnknownOperation",
        "UnknownOperationException",
    }
)
"""Codes with which emulators of AWS answer operations that they do not have."""
_UNKNOWN_SERVICE = frozenset({"400", "404", "405", "501"})
"""HTTP statuses of answers about a service that an emulator does not have."""
_UNKNOWN_PATH = re.compile(r"unknown .* (?:path|action)\b", re.IGNORECASE)
"""MiniStack's message about an operation of a service that it has a part of."""

_SLOW_DOWN = "AWS asks to slow down, also after several attempts; wait a minute"
_EXPIRED = "the credentials have expired; sign in again"
_UNKNOWN_CREDENTIALS = (
    "AWS does not accept the credentials; sign in again, and check this machine's clock"
)
_KEY = (
    "the KMS key cannot be used: it is missing in this region, disabled, or these credentials may "
    "not use it"
)
_TAKEN = "it was created by somebody else in this very moment; run it again"
_INTERNAL = "AWS had an error of its own, also after several attempts; try again later"
REPEATED_PAGE = "AWS gives the same page of the list again and again; try again later"
_REFUSED = "AWS refuses its name, value, KMS key or tags"
_MISSING = "it, or the KMS key, does not exist"
_LIMIT = "a quota of the account is used up; delete what is not needed, or have it raised"

_THROTTLED = frozenset(
    {
        "Throttling",
        "ThrottlingException",
        "ThrottledException",
        "TooManyRequestsException",
        "RequestLimitExceeded",
        "TooManyUpdates",
    }
)

_WORDS: Mapping[str, str] = {
    **dict.fromkeys(_THROTTLED, _SLOW_DOWN),
    **dict.fromkeys(
        ("ExpiredToken", "ExpiredTokenException", "RequestExpired", "TokenRefreshRequired"),
        _EXPIRED,
    ),
    **dict.fromkeys(
        (
            "UnrecognizedClientException",
            "InvalidClientTokenId",
            "InvalidSignatureException",
            "SignatureDoesNotMatch",
            "IncompleteSignature",
            "MissingAuthenticationToken",
            "AuthFailure",
            "RequestTimeTooSkewed",
        ),
        _UNKNOWN_CREDENTIALS,
    ),
    **dict.fromkeys(("EncryptionFailure", "DecryptionFailure", "InvalidKeyId"), _KEY),
    **dict.fromkeys(("ResourceExistsException", "ParameterAlreadyExists"), _TAKEN),
    **dict.fromkeys(("LimitExceededException", "ParameterLimitExceeded"), _LIMIT),
    "ParameterMaxVersionLimitExceeded": "it has 100 versions, the oldest of which has a label; "
    "remove that label",
    **dict.fromkeys(
        (
            "InternalServiceError",
            "InternalServerError",
            "InternalFailure",
            "ServiceUnavailable",
            "ServerException",
        ),
        _INTERNAL,
    ),
    "ParameterNotFound": _MISSING,
    "TooManyTagsError": "it would have more than the 50 tags that AWS allows",
}
"""The meanings of error codes, whatever the messages beside them."""

_UNMADE: tuple[tuple[type[Exception], str], ...] = (
    (
        botocore_errors.NoCredentialsError,
        "there are no AWS credentials; sign in, or name a profile with --aws-profile",
    ),
    (botocore_errors.PartialCredentialsError, "the AWS credentials are incomplete"),
    (
        botocore_errors.NoRegionError,
        "there is no AWS region; name one with --region, or set AWS_REGION",
    ),
    (
        botocore_errors.ProfileNotFound,
        "there is no such AWS profile; `aws configure list-profiles` lists them",
    ),
    (
        botocore_errors.InvalidRegionError,
        "the AWS region has a name that no region has; name another one with --region",
    ),
    (botocore_errors.ConfigParseError, "the AWS configuration file cannot be read"),
    (botocore_errors.TokenRetrievalError, _EXPIRED),
    (botocore_errors.SSOError, _EXPIRED),
    (botocore_errors.CredentialRetrievalError, _EXPIRED),
    (botocore_errors.ParamValidationError, _REFUSED),
    (
        botocore_errors.UnknownRegionError,
        "boto3 does not know the AWS region; name another one with --region, or update boto3",
    ),
    (botocore_errors.PaginationError, REPEATED_PAGE),
)
"""Errors before a request leaves this machine, in words. The first that fits counts."""

_ON_THE_WAY: tuple[tuple[type[Exception], str], ...] = (
    (botocore_errors.SSLError, "the connection is not trusted: its certificate does not hold"),
    (botocore_errors.ProxyConnectionError, "the proxy does not answer"),
    (botocore_errors.EndpointConnectionError, "AWS cannot be reached"),
    (botocore_errors.ConnectTimeoutError, "AWS cannot be reached in time"),
    (botocore_errors.ReadTimeoutError, "AWS did not answer in time"),
    (botocore_errors.ConnectionClosedError, "the connection to AWS was lost"),
    (botocore_errors.HTTPClientError, "the connection to AWS failed"),
)


class AwsError(Exception):
    """AWS did not do what was asked. The message says why, and what to do.

    Attributes:
        code: AWS's code, or empty if no answer came.
        sure: Whether it is known that nothing was done. A lost answer leaves that open.
    """

    def __init__(self, message: str, *, code: str = "", sure: bool = True) -> None:
        super().__init__(message)
        self.code = code
        self.sure = sure

    @property
    def denied(self) -> bool:
        """True if the credentials lack a permission."""
        return self.code in _DENIED_CODES

    @property
    def passes(self) -> bool:
        """True if the same question may be answered later: AWS was busy, or not to be reached."""
        return self.code in _THROTTLED or not self.sure


def connection_error(error: BotoCoreError) -> AwsError:
    """Return the error for a request that got no answer.

    Args:
        error: boto3's exception.
    """
    for kind, words in _UNMADE:
        if isinstance(error, kind):
            return AwsError(words)
    for kind, words in _ON_THE_WAY:
        if isinstance(error, kind):
            return AwsError(words, sure=False)
    return AwsError(f"boto3 failed ({type(error).__name__})", sure=False)


def unreadable(action: str, why: str) -> AwsError:
    """Return the error for an answer that is not what the service answers with.

    Args:
        action: The action in IAM, ``ecs:DescribeServices``.
        why: What is wrong with the answer.
    """
    return AwsError(
        f"the answer to {action} cannot be read ({why}): look whether a proxy, or an endpoint that "
        "is not AWS's (AWS_ENDPOINT_URL), answers in its place",
        sure=False,
    )


def response_error(
    error: ClientError, *, service: str, operation: str, resource: str, endpoint: str = ""
) -> AwsError:
    """Return the error that AWS has answered with.

    Args:
        error: boto3's exception.
        service: The service's prefix in IAM, ``secretsmanager``.
        operation: The operation, ``CreateSecret``.
        resource: The name of what it was about.
        endpoint: The URL that has answered, if it is none of AWS's, such as an emulator's. Default:
            AWS has.
    """
    answer = error.response.get("Error", {})
    code, message = answer.get("Code", ""), answer.get("Message", "")
    action = f"{service}:{operation}"
    if endpoint and _is_unknown(code, message):
        return AwsError(f"{action} is not on this endpoint, {endpoint}", code=code)
    if code in _DENIED_CODES:
        return AwsError(_denied(message, action, resource), code=code)
    if code == "InvalidRequestException" and "delet" in message:
        words = "it was scheduled for deletion in this very moment; run it again"
    elif code == "ResourceNotFoundException":
        words = _MISSING if service in _STORES else f"{resource} does not exist ({action})"
    elif code in _WORDS:
        words = _WORDS[code]
    elif code.startswith("KMS"):
        words = _KEY
    elif operation in _CARRIES_A_VALUE:
        words = f"{_REFUSED} ({code})"
    else:
        words = f"{action} failed: {message or code}"
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 400)
    # An error of the service's own may come after the work was done.
    return AwsError(words, code=code, sure=status < 500)


def _is_unknown(code: str, message: str) -> bool:
    """Return whether an answer says that the endpoint does not have the operation.

    botocore puts the HTTP status in place of a code where the body is none of the service's.
    """
    bare = code in _UNKNOWN_SERVICE and not message
    return bare or code in _UNKNOWN_OPERATIONS or _UNKNOWN_PATH.match(message) is not None


def _denied(message: str, action: str, resource: str) -> str:
    if "Access to KMS is not allowed" in message:
        return (
            f"{action} on {resource} needs kms:GenerateDataKey and kms:Decrypt on its KMS key, "
            "which these credentials lack"
        )
    found = _DENIED.search(message)
    if found is None:
        return f"these credentials lack {action} on {resource}"
    because = found["because"] or ""
    return (
        f"{found['who']} lacks {found['action']} on {found['resource'] or resource}"
        f"{because.rstrip(' .')}"
    )
