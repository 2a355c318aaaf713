# ruff: noqa: SLF001
"""Verifies signatures, after "Signature Version 4 signing process", IAM User Guide.

MiniStack verifies those of sessions and of IAM users only: a key that looks like an account's root
is believed without. Here none is.
"""

import hashlib
import hmac
import re
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from botocore.auth import HmacV1QueryAuth
from botocore.credentials import Credentials as SigningKey

from serverless_containers.local.gate.callers import Caller, is_deployer
from serverless_containers.local.gate.request import Request
from serverless_containers.local.ministack.names import iam_evaluator, responses, router, sigv4

_ACCOUNT = re.compile(r"[0-9]{12}")
_KEY = re.compile(r"[A-Z0-9]{16,128}")
_DIGEST = re.compile(r"[0-9a-f]{64}")
_LONGEST = 7 * 24 * 3600
"""Seconds that a presigned URL holds ("Authenticating Requests: Using Query Parameters")."""
_DATE = re.compile(r"[0-9]{8}T[0-9]{6}Z")
_SIGNED_STREAM = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"
"""Marks a body that comes in parts, each with a signature of its own."""
_WITHOUT_HASH = frozenset(
    {
        "UNSIGNED-PAYLOAD",
        "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
        _SIGNED_STREAM,
        f"{_SIGNED_STREAM}-TRAILER",
    }
)
"""Values that a request to S3 may have in place of its body's hash."""
_SIGNATURES = ("AWS4-HMAC-SHA256", "AWS4-ECDSA-P256-SHA256")


class RefusedError(Exception):
    """The signature does not hold.

    Attributes:
        code: The error's code, as AWS has it.
        service: The service that the signature is for, if it says so.
    """

    def __init__(self, code: str, message: str, service: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.service = service


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A signature that is to be verified."""

    request: Request
    signature: Any
    presigned: bool

    @property
    def body_is_claimed(self) -> bool:
        """Return whether the signature can be verified before the body is there."""
        claimed = self.request.headers.get("x-amz-content-sha256")
        if claimed is None:
            return bool(self.presigned and self.signature.service == "s3")
        return not claimed.startswith(_SIGNED_STREAM)


def is_signed(request: Request) -> bool:
    """Return whether a request has anything that may be taken for a signature or a key of AWS."""
    return request.headers.get("authorization", "").startswith("AWS") or any(
        name.lower() in _QUERY_NAMES for name in request.query
    )


_QUERY_NAMES = frozenset(
    {
        "x-amz-algorithm",
        "x-amz-credential",
        "x-amz-signature",
        "x-amz-signedheaders",
        "awsaccesskeyid",
        "signature",
    }
)


def claim_of(request: Request) -> Claim:
    """Read the signature of a request.

    Raises:
        RefusedError: If there is none, more than one, or one of another kind.
    """
    header = request.headers.get("authorization", "")
    in_query = any(name.lower() in _QUERY_NAMES for name in request.query)
    if header and in_query:
        raise RefusedError("InvalidRequest", "only one authentication mechanism is allowed")
    if in_query:
        names = [name.lower() for name in request.query]
        if len(set(names)) != len(names) or any(
            len(values) != 1
            for name, values in request.query.items()
            if name.lower().startswith("x-amz-")
        ):
            raise RefusedError("IncompleteSignature", "a query parameter is given twice")
        if "AWSAccessKeyId" in request.query:
            return _second_version(request)
        if request.value("X-Amz-Algorithm") not in _SIGNATURES:
            raise RefusedError("IncompleteSignature", "only Signature Version 4 is accepted")
        parsed = sigv4.parse_query_signature(request.query)
    elif header.partition(" ")[0] in _SIGNATURES:
        parsed = sigv4.parse_header_signature(request.signed_headers)
    else:
        raise RefusedError("MissingAuthenticationToken", "the request is not signed")
    if isinstance(parsed, tuple):
        code, message = parsed
        raise RefusedError(code, message)
    if (
        router.extract_access_key_id(dict(request.headers), dict(request.query))
        != parsed.access_key_id
    ):
        # MiniStack, which reads it for itself, would take it for another one's.
        raise RefusedError("IncompleteSignature", "the request names two keys", parsed.service)
    signed = parsed.signed_headers.lower().split(";")
    # The hash is held against the body, whoever has written it.
    unsigned = [
        name
        for name in request.headers
        if (name == "host" or name.startswith("x-amz-"))
        and name not in (*signed, "x-amz-content-sha256")
    ]
    if unsigned or "host" not in signed:
        raise RefusedError(
            "SignatureDoesNotMatch",
            f"the signature does not cover {', '.join(unsigned or ['host'])}",
            parsed.service,
        )
    return Claim(request=request, signature=parsed, presigned=in_query)


def _second_version(request: Request) -> Claim:
    """Read a presigned URL of S3 in the older form, which boto3 still makes for us-east-1.

    It covers neither the host nor all of the query, and so it leads to objects of S3 alone, by the
    bucket's name in the path and with the parameters that it covers.

    Raises:
        RefusedError: If it is for anything else, or incomplete.
    """
    given = {name: request.value(name) for name in ("AWSAccessKeyId", "Signature", "Expires")}
    _, bucket, key = [*request.path.split("/", 2), "", ""][:3]
    if (
        not all(given.values())
        or any(len(values) != 1 for values in request.query.values())
        or any(name not in given and not _is_covered(name) for name in request.query)
        or request.host.endswith(".localhost")
        or "Action" in request.query
        or "x-amz-target" in request.headers
        or not (bucket and key)
        or router.detect_service(request.method, request.path, dict(request.headers), request.query)
        != "s3"
    ):
        raise RefusedError("AccessDenied", "only objects of S3 are read and written so", "s3")
    signature = Older(
        access_key_id=given["AWSAccessKeyId"],
        signature=given["Signature"],
        expires=given["Expires"],
    )
    return Claim(request=request, signature=signature, presigned=True)


def _is_covered(name: str) -> bool:
    """Return whether the older form covers a parameter of the query."""
    return name in HmacV1QueryAuth.QSAOfInterest or (name.startswith("x-amz-") and name.islower())


@dataclass(frozen=True, slots=True, kw_only=True)
class Older:
    """A signature in the older form."""

    access_key_id: str
    signature: str
    expires: str
    service: str = "s3"

    def failure(self, request: Request, secret: str) -> tuple[str, str] | None:
        """Return the code and the message if it does not hold, else None."""
        if not self.expires.isdecimal() or int(self.expires) < time.time():
            return "AccessDenied", "Request has expired"
        split = urlsplit(f"{request.raw_path}?{request.query_string}")
        # Those of the headers that begin with x-amz- may be in the query.
        given = {name: values[0] for name, values in request.query.items()}
        given |= request.signed_headers
        auth = HmacV1QueryAuth(SigningKey(self.access_key_id, secret))
        parts = [
            request.method,
            given.get("content-md5", ""),
            given.get("content-type", ""),
            self.expires,
            *(f"{name}:{given[name]}" for name in sorted(given) if name.startswith("x-amz-")),
            auth.canonical_resource(split),
        ]
        computed = auth.sign_string("\n".join(parts))
        if hmac.compare_digest(computed, self.signature):
            return None
        return "SignatureDoesNotMatch", "the signature does not match"


def verify(claim: Claim, body: bytes) -> Caller:
    """Verify a signature.

    Args:
        claim: The signature.
        body: The request's body. It may be empty if it is claimed, and `verify_body` comes later.

    Raises:
        RefusedError: If it does not hold.
    """
    signature, request = claim.signature, claim.request
    credential = _credential(claim)
    if isinstance(signature, Older):
        failure = signature.failure(request, credential.secret_access_key)
    else:
        _verify_time(claim)
        failure = sigv4.header_signature_failure(
            signature,
            credential.secret_access_key,
            request.method,
            request.raw_path,
            request.query,
            request.signed_headers,
            body,
            presigned=claim.presigned,
        )
    if failure:
        code, message = failure
        raise RefusedError(code, message, signature.service)
    key = signature.access_key_id
    return Caller(
        key=key,
        account=credential.account_id,
        deploys=bool(_ACCOUNT.fullmatch(key)) or is_deployer(key),
    )


def verify_body(claim: Claim, body: bytes) -> None:
    """Hold a body against the hash that was signed in its place.

    Raises:
        RefusedError: If it is another body, or the service takes none without a hash.
    """
    claimed = claim.request.headers.get("x-amz-content-sha256")
    service = claim.signature.service
    if claimed is None:
        return
    if _DIGEST.fullmatch(claimed):
        if not hmac.compare_digest(hashlib.sha256(body).hexdigest(), claimed):
            raise RefusedError(
                "XAmzContentSHA256Mismatch",
                "the provided 'x-amz-content-sha256' header does not match what was computed",
                service,
            )
    elif service != "s3" or claimed not in _WITHOUT_HASH:
        raise RefusedError(
            "SignatureDoesNotMatch",
            f"x-amz-content-sha256 cannot be {claimed} for {service or 'this service'}",
            service,
        )


def _verify_time(claim: Claim) -> None:
    """Refuse what was signed too long ago, or is signed for a time to come."""
    signature, request = claim.signature, claim.request
    expires = request.value("X-Amz-Expires") if claim.presigned else ""
    skewed = sigv4.request_time_failure(signature)
    if expires:
        # It may be older than a request that is signed to be sent at once, and no younger.
        skewed = skewed if skewed and "not yet current" in skewed[1] else None
        try:
            seconds = int(expires)
            late = sigv4.presigned_request_is_expired(signature.amz_date, seconds)
        except ValueError:
            seconds, late = 0, True
        if late or not 0 < seconds <= _LONGEST:
            raise RefusedError("AccessDenied", "Request has expired", signature.service)
    if skewed:
        code, message = skewed
        raise RefusedError(code, message, signature.service)
    if not _DATE.fullmatch(signature.amz_date):
        raise RefusedError("IncompleteSignature", "the date is no date", signature.service)


def _credential(claim: Claim) -> Any:  # noqa: ANN401  # MiniStack's own
    """Find the secret of the key that a signature names.

    Raises:
        RefusedError: If there is none, or it needs another session token.
    """
    key = claim.signature.access_key_id
    unknown = RefusedError(
        "InvalidClientTokenId",
        "The security token included in the request is invalid.",
        claim.signature.service,
    )
    token = (
        claim.request.value("X-Amz-Security-Token") or claim.request.value("x-amz-security-token")
        if claim.presigned
        else claim.request.headers.get("x-amz-security-token", "")
    )
    if _ACCOUNT.fullmatch(key):
        account = key
    elif _KEY.fullmatch(key):
        try:
            account = (
                responses._account_from_sts_session(key)
                or iam_evaluator.find_iam_access_key_account(key)
                or ""
            )
        except ValueError:
            # Two accounts have it.
            raise unknown from None
    else:
        # MiniStack would take it, or none at all, for the root of its own account.
        raise unknown
    if not account:
        raise unknown
    credential = iam_evaluator.resolve_credential(key, account, token)
    if isinstance(credential, iam_evaluator.CredentialResolutionError):
        raise RefusedError(credential.code, credential.message, claim.signature.service)
    return credential
