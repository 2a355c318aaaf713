"""Who gets into an emulator that runs: those who sign with its key, and nobody else."""

import base64
import hashlib
import http.client
import json
import socket
import urllib.parse
from datetime import UTC, datetime, timedelta

import boto3
import pytest
from botocore.auth import S3SigV4QueryAuth, SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials as SigningKey
from botocore.exceptions import ClientError

from serverless_containers.local.clients import LocalClients
from serverless_containers.local.credentials import registry_password
from serverless_containers.local.emulator.emulator import EmulatorProcess
from serverless_containers.local.gate import STATUS_PATH

ACCOUNT = "123456789012"
CREATE_STACK = urllib.parse.urlencode(
    {"Action": "CreateStack", "StackName": "s", "TemplateBody": '{"Resources":{}}'}
)
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@pytest.fixture(scope="module")
def emulator(tmp_path_factory):
    log = tmp_path_factory.mktemp("emulator") / "log"
    process = EmulatorProcess(port=0, account=ACCOUNT, log=log)
    process.wait_until_ready()
    yield process.emulator
    process.stop()
    assert "Traceback" not in log.read_text()


@pytest.fixture(scope="module")
def clients(emulator):
    clients = LocalClients(emulator.credentials(ACCOUNT), region="us-east-1")
    clients["s3"].create_bucket(Bucket="mine")
    clients["s3"].put_object(Bucket="mine", Key="a", Body=b"content")
    return clients


@pytest.fixture
def ask(emulator):
    """Send a request as it is. Returns the status, the headers and the body."""

    def asking(method, path, body=None, headers=None):
        connection = http.client.HTTPConnection("127.0.0.1", emulator.port, timeout=30)
        connection.request(method, path, body, headers or {})
        answer = connection.getresponse()
        content = answer.read()
        connection.close()
        return answer.status, answer.headers, content

    return asking


def signed(emulator, method="POST", path="/", body="", *, service="cloudformation", **change):
    """The headers of a signed request."""
    request = AWSRequest(method, f"{emulator.endpoint}{path}", data=body, headers=dict(FORM))
    key = SigningKey(change.get("key", ACCOUNT), change.get("secret", emulator.secret))
    SigV4Auth(key, service, "us-east-1").add_auth(request)
    return dict(request.headers.items())


def stacks(clients):
    return [each["StackName"] for each in clients["cloudformation"].list_stacks()["StackSummaries"]]


def test_whoever_has_the_key_of_the_run_is_let_in(clients):
    assert clients["sts"].get_caller_identity()["Account"] == ACCOUNT
    assert clients["s3"].get_object(Bucket="mine", Key="a")["Body"].read() == b"content"


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/", CREATE_STACK),
        ("GET", "/?" + CREATE_STACK, None),
        ("GET", "/mine/a", None),
        ("PUT", "/mine/b", "content"),
        ("POST", "/2015-03-31/functions", "{}"),
        ("POST", "/_ministack/reset", None),
        ("POST", "/_ministack/config", '{"lambda_svc.LAMBDA_EXECUTOR": "docker"}'),
        ("GET", "/_ministack/health", None),
        ("GET", "/_localstack/health", None),
        ("GET", "/_ministack/lambda-code/f", None),
        ("PUT", "/_ministack/cfn-signal/none", "{}"),
        ("PUT", "/_ministack/cfn-response/none", "{}"),
        ("POST", "/_ministack/rds/iam-auth", "{}"),
        ("GET", "/_aws/sqs/messages", None),
        ("GET", "/_aws/ses", None),
        ("GET", "/_aws/lambda-url/x/", None),
        ("GET", STATUS_PATH, None),
        ("GET", "/latest/meta-data/", None),
        ("PUT", "/latest/api/token", None),
        ("OPTIONS", "/", None),
        ("OPTIONS", "/mine/a", None),
        ("GET", "/restapis/a/b/_user_request_/", None),
        ("GET", "/iceberg/v1/config", None),
        ("POST", "/Execute", "{}"),
        ("POST", "/WriteGetObjectResponse", "{}"),
        ("POST", "/v2/email/outbound-emails", "{}"),
    ],
)
def test_what_nobody_signed_is_refused(ask, clients, method, path, body):
    before = stacks(clients)
    status, headers, _ = ask(method, path, body, FORM if body == CREATE_STACK else {})
    assert status == 403
    assert not [name for name in headers if name.lower().startswith("access-control-")]
    assert stacks(clients) == before
    assert clients["s3"].get_object(Bucket="mine", Key="a")["Body"].read() == b"content"


@pytest.mark.parametrize("key", [ACCOUNT, "test", "AKIAIOSFODNN7EXAMPLE", "000000000000"])
@pytest.mark.parametrize("secret", ["local", "test", "", "another"])
def test_another_secret_is_refused_whatever_key_it_is_for(emulator, ask, clients, key, secret):
    headers = signed(emulator, body=CREATE_STACK, key=key, secret=secret)
    assert ask("POST", "/", CREATE_STACK, headers)[0] == 403
    assert stacks(clients) == []


def test_a_key_that_is_none_is_refused_even_with_the_secret(emulator, ask):
    for key in ("test", "local", "AKIAIOSFODNN7EXAMPLE"):
        headers = signed(emulator, body=CREATE_STACK, key=key)
        assert ask("POST", "/", CREATE_STACK, headers)[0] == 403


@pytest.mark.parametrize(
    "authorization",
    [
        "AWS4-HMAC-SHA256 Credential=123456789012/20261128/us-east-1/cloudformation/aws4_request, "
        "SignedHeaders=host, Signature=" + "0" * 64,
        "AWS 123456789012:c2lnbmF0dXJl",
        "AWS4-ECDSA-P256-SHA256 Credential=123456789012/20261128/cloudformation/aws4_request, "
        "SignedHeaders=host, Signature=3006020101020101",
        "Bearer 123456789012",
        "Basic MTIzNDU2Nzg5MDEyOmxvY2Fs",
        "AWS4-HMAC-SHA256",
        "AWS4-HMAC-SHA256 Credential=, SignedHeaders=, Signature=",
    ],
)
def test_what_only_looks_signed_is_refused(ask, clients, authorization):
    headers = {**FORM, "Authorization": authorization, "X-Amz-Date": "20261128T000000Z"}
    assert ask("POST", "/", CREATE_STACK, headers)[0] in (400, 403)
    assert stacks(clients) == []


def test_a_body_that_is_not_the_signed_one_is_refused(emulator, ask, clients):
    headers = signed(emulator, body="Action=ListStacks")
    assert ask("POST", "/", CREATE_STACK, headers)[0] == 403
    claimed = hashlib.sha256(b"Action=ListStacks").hexdigest()
    request = AWSRequest("POST", f"{emulator.endpoint}/", data="Action=ListStacks", headers=FORM)
    request.headers["x-amz-content-sha256"] = claimed
    SigV4Auth(SigningKey(ACCOUNT, emulator.secret), "cloudformation", "us-east-1").add_auth(request)
    status, _, content = ask("POST", "/", CREATE_STACK, dict(request.headers.items()))
    assert status == 403
    assert b"does not match" in content
    assert stacks(clients) == []


def test_only_s3_takes_bodies_without_a_hash(emulator, ask, clients):
    request = AWSRequest("POST", f"{emulator.endpoint}/", data=CREATE_STACK, headers=FORM)
    request.headers["x-amz-content-sha256"] = "UNSIGNED-PAYLOAD"
    request.context["client_config"] = Config(signature_version="v4")
    auth = SigV4Auth(SigningKey(ACCOUNT, emulator.secret), "cloudformation", "us-east-1")
    auth.payload = lambda _request: "UNSIGNED-PAYLOAD"
    auth.add_auth(request)
    assert ask("POST", "/", CREATE_STACK, dict(request.headers.items()))[0] == 403
    assert stacks(clients) == []


def test_an_old_signature_is_refused(emulator, ask, monkeypatch):
    class Past(datetime):
        @classmethod
        def now(cls, tz=None):
            return datetime.now(tz) - timedelta(minutes=20)

        @classmethod
        def utcnow(cls):
            return datetime.now(UTC).replace(tzinfo=None) - timedelta(minutes=20)

    monkeypatch.setattr("botocore.auth.get_current_datetime", lambda *_: Past.utcnow())
    headers = signed(emulator, body="Action=ListStacks")
    status, _, content = ask("POST", "/", "Action=ListStacks", headers)
    assert status in (400, 403)
    assert b"Signature expired" in content


@pytest.mark.parametrize("given", ["Authorization", "authorization"])
@pytest.mark.usefixtures("clients")
def test_a_request_with_two_keys_is_refused(emulator, ask, given):
    headers = signed(emulator, "GET", "/mine/a", service="s3")
    assert ask("GET", "/mine/a?X-Amz-Credential=123456789012/x/y/s3/z", None, headers)[0] == 403
    value = headers.pop("Authorization")
    forged = value.replace("Credential=", "Credential=999999999999/x/y/z/w, Credential=", 1)
    assert ask("GET", "/mine/a", None, {**headers, given: forged})[0] in (400, 403)


def test_two_authorizations_are_one_too_many(emulator):
    headers = signed(emulator, "GET", "/mine/a", service="s3")
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    with socket.create_connection(("127.0.0.1", emulator.port), timeout=10) as connection:
        connection.sendall(
            f"GET /mine/a HTTP/1.1\r\nHost: 127.0.0.1:{emulator.port}\r\n{lines}"
            "Authorization: AWS4-HMAC-SHA256 x\r\nConnection: close\r\n\r\n".encode()
        )
        assert connection.recv(12) == b"HTTP/1.1 400"


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "evil.example"},
        {"Host": "evil.example:80"},
        {"Host": "127.0.0.1.evil.example"},
        {"Host": "localhost.evil.example"},
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:1"},
        {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"},
        {"Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "cors"},
    ],
)
@pytest.mark.parametrize("path", ["/mine/a", "/logout", "/"])
def test_a_page_of_another_origin_is_refused_signed_or_not(emulator, ask, headers, path):
    if "Host" not in headers:
        assert ask("GET", path, None, {**signed(emulator, "GET", path, service="s3"), **headers})[
            0
        ] == (403)
    status, given, _ = ask("GET", path, None, headers)
    assert status == 403
    assert "Access-Control-Allow-Origin" not in given


@pytest.mark.usefixtures("clients")
def test_a_page_of_its_own_may_speak_to_it(emulator, ask):
    own = {"Origin": f"http://127.0.0.1:{emulator.port}", "Sec-Fetch-Site": "same-origin"}
    headers = {**signed(emulator, "GET", "/mine/a", service="s3"), **own}
    status, given, content = ask("GET", "/mine/a", None, headers)
    assert (status, content) == (200, b"content")
    assert "Access-Control-Allow-Origin" not in given


@pytest.fixture(params=["s3v4", "s3"])
def presign(request, emulator):
    """Make a presigned URL's path and query, in the one form and the other."""
    client = boto3.client(
        "s3",
        endpoint_url=emulator.endpoint,
        region_name="us-east-1",
        aws_access_key_id=ACCOUNT,
        aws_secret_access_key=emulator.secret,
        config=Config(signature_version=request.param, s3={"addressing_style": "path"}),
    )

    def making(operation, **options):
        url = client.generate_presigned_url(operation, ExpiresIn=60, **options)
        return url.removeprefix(emulator.endpoint)

    return making


def test_a_presigned_url_holds_for_what_it_was_made_for(presign, ask, clients):
    path = presign("get_object", Params={"Bucket": "mine", "Key": "a"})
    answer = ask("GET", path)
    assert answer[::2] == (200, b"content"), answer[2]
    assert ask("GET", path.replace("/mine/a", "/mine/b"))[0] == 403
    assert ask("PUT", path, "other")[0] == 403
    assert ask("GET", path.replace("Expires=", "Expires=9"))[0] == 403
    assert ask("GET", path + "&X-Amz-Signature=0")[0] in (400, 403)
    assert ask("GET", path + "&Signature=0")[0] in (400, 403)
    assert ask("GET", path + "&" + CREATE_STACK)[0] in (400, 403)
    path = presign("list_buckets")
    assert ask("GET", path + "&" + CREATE_STACK)[0] in (400, 403)
    assert stacks(clients) == []


@pytest.mark.parametrize("seconds", [0, -1, 7 * 24 * 3600 + 1])
def test_a_presigned_url_holds_for_a_week_at_most(emulator, ask, seconds):
    request = AWSRequest("GET", f"{emulator.endpoint}/mine/a")
    key = SigningKey(ACCOUNT, emulator.secret)
    S3SigV4QueryAuth(key, "s3", "us-east-1", expires=seconds).add_auth(request)
    assert ask("GET", request.url.removeprefix(emulator.endpoint))[0] == 403


def test_a_presigned_upload_is_taken(presign, clients, ask):
    path = presign("put_object", Params={"Bucket": "mine", "Key": "up"})
    assert ask("PUT", path, "uploaded")[0] == 200
    assert clients["s3"].get_object(Bucket="mine", Key="up")["Body"].read() == b"uploaded"


def test_large_and_streamed_uploads_pass(clients):
    content = b"x" * (9 * 1024 * 1024)
    part = clients["s3"].create_multipart_upload(Bucket="mine", Key="large")["UploadId"]
    tag = clients["s3"].upload_part(
        Bucket="mine", Key="large", UploadId=part, PartNumber=1, Body=content
    )["ETag"]
    clients["s3"].complete_multipart_upload(
        Bucket="mine",
        Key="large",
        UploadId=part,
        MultipartUpload={"Parts": [{"PartNumber": 1, "ETag": tag}]},
    )
    assert clients["s3"].head_object(Bucket="mine", Key="large")["ContentLength"] == len(content)


def test_a_large_body_of_somebody_unknown_is_not_read(emulator):
    with socket.create_connection(("127.0.0.1", emulator.port), timeout=10) as connection:
        connection.sendall(
            f"PUT /mine/huge HTTP/1.1\r\nHost: 127.0.0.1:{emulator.port}\r\n"
            "Content-Length: 99999999999\r\n\r\n".encode()
        )
        assert connection.recv(12) == b"HTTP/1.1 403"


def test_a_session_of_a_role_is_judged_by_its_policies_and_so_are_those_it_assumes(
    clients, emulator
):
    iam, document = clients["iam"], {"Version": "2012-10-17"}
    anybody = {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}}
    trust = {**document, "Statement": [{**anybody, "Action": "sts:AssumeRole"}]}
    for name in ("first", "second"):
        iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(trust))
    user = iam.create_user(UserName="somebody")["User"]
    key = iam.create_access_key(UserName="somebody")["AccessKey"]
    may = {**document, "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
    iam.put_user_policy(UserName="somebody", PolicyName="p", PolicyDocument=json.dumps(may))
    assert user["Arn"].endswith("user/somebody")

    def client(service, key_id, secret, token=None):
        return boto3.client(
            service,
            endpoint_url=emulator.endpoint,
            region_name="us-east-1",
            aws_access_key_id=key_id,
            aws_secret_access_key=secret,
            aws_session_token=token,
            config=Config(retries={"total_max_attempts": 1}),
        )

    mine = (key["AccessKeyId"], key["SecretAccessKey"])
    assert client("s3", *mine).list_buckets()["Buckets"]
    # What makes others act is not for it, whatever its policies say.
    for service, call, options in (
        ("cloudformation", "create_stack", {"StackName": "s", "TemplateBody": "{}"}),
        ("codebuild", "start_build", {"projectName": "p"}),
        ("glue", "start_job_run", {"JobName": "j"}),
        ("lambda", "delete_function", {"FunctionName": "f"}),
        ("cloudfront", "publish_function", {"Name": "f", "IfMatch": "x"}),
        ("scheduler", "delete_schedule", {"Name": "s"}),
        ("ecs", "register_task_definition", {"family": "f", "containerDefinitions": []}),
    ):
        with pytest.raises(ClientError) as refused:
            getattr(client(service, *mine), call)(**options)
        assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] in (400, 403)
        assert "AccessDenied" in refused.value.response["Error"]["Code"]
    assumed = client("sts", *mine).assume_role(
        RoleArn=f"arn:aws:iam::{ACCOUNT}:role/second", RoleSessionName="session"
    )["Credentials"]
    session = (assumed["AccessKeyId"], assumed["SecretAccessKey"], assumed["SessionToken"])
    with pytest.raises(ClientError, match="AccessDenied"):
        client("s3", *session).list_buckets()
    with pytest.raises(ClientError):
        client("s3", *session[:2], "another token").list_buckets()
    # The one who deploys assumes roles to deploy, and is not judged by theirs.
    own = clients["sts"].assume_role(
        RoleArn=f"arn:aws:iam::{ACCOUNT}:role/first", RoleSessionName="session"
    )["Credentials"]
    session = (own["AccessKeyId"], own["SecretAccessKey"], own["SessionToken"])
    assert client("s3", *session).list_buckets()["Buckets"]


def test_the_code_of_functions_does_not_run(clients, tmp_path):
    import io  # noqa: PLC0415
    import zipfile  # noqa: PLC0415

    trace = tmp_path / "trace"
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("index.py", f"def handler(e, c):\n  open({str(trace)!r}, 'w')\n")
    functions = clients["lambda"]
    functions.create_function(
        FunctionName="f",
        Runtime="python3.12",
        Handler="index.handler",
        Role=f"arn:aws:iam::{ACCOUNT}:role/first",
        Code={"ZipFile": content.getvalue()},
    )
    answer = functions.invoke(FunctionName="f", Payload=b"{}")
    assert answer["FunctionError"]
    assert b"does not run in the embedded AWS" in answer["Payload"].read()
    glue = clients["glue"]
    clients["s3"].put_object(
        Bucket="mine", Key="job.py", Body=f"open({str(trace)!r}, 'w')".encode()
    )
    glue.create_job(
        Name="j",
        Role="first",
        Command={"Name": "pythonshell", "ScriptLocation": "s3://mine/job.py"},
    )
    run = glue.start_job_run(JobName="j")["JobRunId"]
    assert not trace.exists()
    state = "RUNNING"
    while state in ("STARTING", "RUNNING", "WAITING"):
        state = glue.get_job_run(JobName="j", RunId=run)["JobRun"]["JobRunState"]
    assert not trace.exists()


def test_cognito_answers_applications_and_not_administrators(clients, ask):
    pool = clients["cognito-idp"].create_user_pool(PoolName="p")["UserPool"]["Id"]
    client = clients["cognito-idp"].create_user_pool_client(
        UserPoolId=pool, ClientName="c", ExplicitAuthFlows=["ALLOW_USER_PASSWORD_AUTH"]
    )["UserPoolClient"]["ClientId"]
    target = "AWSCognitoIdentityProviderService."
    kind = {"Content-Type": "application/x-amz-json-1.1"}
    sign_up = {"ClientId": client, "Username": "u", "Password": "Passw0rd!"}
    status, _, content = ask(
        "POST", "/", json.dumps(sign_up), {**kind, "X-Amz-Target": target + "SignUp"}
    )
    assert status == 200, content
    for operation in ("AdminCreateUser", "ListUserPools", "DeleteUserPool"):
        body = json.dumps({"UserPoolId": pool, "Username": "x", "MaxResults": 1})
        headers = {**kind, "X-Amz-Target": target + operation}
        assert ask("POST", "/", body, headers)[0] == 403
    # Nor does another way to say the operation lead anywhere else.
    headers = {**kind, "X-Amz-Target": target + "SignUp"}
    assert ask("POST", "/?" + CREATE_STACK, json.dumps(sign_up), headers)[0] == 403
    assert ask("POST", "/mine/x", json.dumps(sign_up), headers)[0] == 403
    assert ask("GET", f"/{pool}/.well-known/jwks.json")[0] == 200
    assert stacks(clients) == []


def test_only_a_web_identity_assumes_a_role_unsigned(ask):
    fields = {
        "Action": "AssumeRoleWithWebIdentity",
        "RoleArn": f"arn:aws:iam::{ACCOUNT}:role/first",
        "RoleSessionName": "s",
        "WebIdentityToken": "not a token",
    }
    status, _, content = ask("POST", "/", urllib.parse.urlencode(fields), FORM)
    assert status in (400, 403)
    assert b"MissingAuthenticationToken" not in content
    for body in (
        urllib.parse.urlencode(fields | {"Action": "AssumeRole"}),
        urllib.parse.urlencode(fields) + "&Action=AssumeRole",
        "Action=AssumeRole&" + urllib.parse.urlencode(fields),
        urllib.parse.urlencode(fields | {"Action": "GetCallerIdentity"}),
    ):
        status, _, content = ask("POST", "/", body, FORM)
        assert status == 403
        assert b"MissingAuthenticationToken" in content


def test_the_registry_wants_the_password_of_the_run(emulator, clients, ask):
    status, headers, _ = ask("GET", "/v2/")
    assert (status, headers["WWW-Authenticate"][:5]) == (401, "Basic")
    for password in ("ministack-auth-token", "local", ""):
        given = base64.b64encode(f"AWS:{password}".encode()).decode()
        assert ask("GET", "/v2/", None, {"Authorization": f"Basic {given}"})[0] == 401
    (answer,) = clients["ecr"].get_authorization_token()["authorizationData"]
    token = answer["authorizationToken"]
    assert base64.b64decode(token).decode() == f"AWS:{registry_password(emulator.secret)}"
    assert ask("GET", "/v2/", None, {"Authorization": f"Basic {token}"})[0] == 200
    assert emulator.secret not in base64.b64decode(token).decode()


def test_a_signal_is_taken_for_a_handle_that_exists(clients, ask):
    template = {"Resources": {"Handle": {"Type": "AWS::CloudFormation::WaitConditionHandle"}}}
    clients["cloudformation"].create_stack(StackName="waiting", TemplateBody=json.dumps(template))
    clients["cloudformation"].get_waiter("stack_create_complete").wait(
        StackName="waiting", WaiterConfig={"Delay": 1}
    )
    (handle,) = clients["cloudformation"].describe_stack_resources(StackName="waiting")[
        "StackResources"
    ]
    path = urllib.parse.urlsplit(handle["PhysicalResourceId"]).path
    signal = json.dumps({"Status": "SUCCESS", "UniqueId": "1", "Reason": "", "Data": ""})
    assert ask("PUT", path, signal)[0] == 200
    assert ask("POST", path, signal)[0] == 403
    assert ask("PUT", path + "x", signal)[0] == 403
    assert ask("PUT", path, "x" * 65 * 1024)[0] == 413
    clients["cloudformation"].delete_stack(StackName="waiting")
    clients["cloudformation"].get_waiter("stack_delete_complete").wait(
        StackName="waiting", WaiterConfig={"Delay": 1}
    )


@pytest.mark.parametrize(
    "path",
    ["/", "/health", "/login", "/logout", "/_ministack/reset", "/oauth2/token", "/v2/", "/mine/a"],
)
@pytest.mark.parametrize(
    "host",
    ["abcdef01.execute-api.localhost", "e1x.cloudfront.localhost", "app.alb.localhost"],
)
def test_a_name_of_what_was_deployed_leads_nowhere_else(emulator, ask, host, path):
    for method in ("GET", "POST"):
        status, _, content = ask(method, path, None, {"Host": f"{host}:{emulator.port}"})
        assert status in (403, 404), content
        assert b"content" not in content
        headers = {"Host": f"{host}:{emulator.port}", "Authorization": "AWS 123456789012:x"}
        assert ask(method, path, None, headers)[0] == 403


def test_a_websocket_needs_a_signature(emulator):
    for path in ("/", "/abcdef01", "/_aws/execute-api/abcdef01/prod"):
        with socket.create_connection(("127.0.0.1", emulator.port), timeout=10) as connection:
            connection.sendall(
                f"GET {path} HTTP/1.1\r\nHost: abcdef01.execute-api.localhost\r\n"
                "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n".encode()
            )
            assert connection.recv(12) == b"HTTP/1.1 403"


def test_its_status_is_for_the_one_who_deploys_and_proves_itself(emulator, clients, ask):
    assert set(emulator.status()) == {"engine", "processes", "recorded", "proof"}
    clients["iam"].create_user(UserName="another")
    key = clients["iam"].create_access_key(UserName="another")["AccessKey"]
    headers = signed(
        emulator,
        "GET",
        STATUS_PATH,
        service="sts",
        key=key["AccessKeyId"],
        secret=key["SecretAccessKey"],
    )
    assert ask("GET", STATUS_PATH, None, headers)[0] == 403


@pytest.fixture(scope="module")
def stranger(clients):
    """A user of whom policies are asked."""
    iam = clients["iam"]
    iam.create_user(UserName="stranger")
    policy = {"Effect": "Allow", "Action": ["*:Describe*", "*:List*", "s3:*"], "Resource": "*"}
    iam.put_user_policy(
        UserName="stranger",
        PolicyName="reads",
        PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [policy]}),
    )
    key = iam.create_access_key(UserName="stranger")["AccessKey"]
    return {"key": key["AccessKeyId"], "secret": key["SecretAccessKey"]}


def form(**fields):
    return urllib.parse.urlencode(fields)


def as_json(target):
    return {"Content-Type": "application/x-amz-json-1.1", "X-Amz-Target": target}


CREATE_PROJECT = "CodeBuild_20161006.CreateProject"


TWICE = [
    ("cloudformation", "POST", "/?Action=DescribeStacks", FORM, CREATE_STACK),
    ("cloudformation", "POST", "/?Action=DescribeStacks", {}, CREATE_STACK),
    ("cloudformation", "POST", "/", FORM, f"Action=DescribeStacks&{CREATE_STACK}"),
    ("cloudformation", "POST", "/", FORM, f"%41ction=DescribeStacks&{CREATE_STACK}"),
    ("codebuild", "POST", "/?Action=ListProjects", as_json(CREATE_PROJECT), "{}"),
    (
        "codebuild",
        "POST",
        "/",
        {**as_json(CREATE_PROJECT), **FORM},
        '{"a": "&Action=ListProjects&"}',
    ),
    ("lambda", "POST", "/2015-03-31/functions?Action=ListFunctions", {}, "{}"),
    ("scheduler", "POST", "/schedules/x?Action=ListSchedules", {}, "{}"),
    ("iam", "POST", "/?Action=ListUsers", FORM, form(Action="CreateUser", UserName="x")),
    ("s3", "PUT", "/mine/a?Action=GetObject", {}, "other"),
    ("s3", "PUT", "/mine/a", FORM, "other&Action=GetObject"),
    # each as (service, method, path, headers, body)
]


@pytest.mark.parametrize("sent", TWICE)
def test_an_operation_is_named_once_and_in_its_services_way(emulator, ask, clients, stranger, sent):
    service, method, path, headers, body = sent
    before = stacks(clients)
    for who in (stranger, {}):
        request = AWSRequest(method, f"{emulator.endpoint}{path}", data=body, headers=headers)
        key = SigningKey(who.get("key", ACCOUNT), who.get("secret", emulator.secret))
        SigV4Auth(key, service, "us-east-1").add_auth(request)
        status, _, content = ask(method, path, body, dict(request.headers.items()))
        assert status in (400, 403), content
        assert b"to be named once" in content or b"InvalidAction" in content
    assert stacks(clients) == before
    assert clients["codebuild"].list_projects()["projects"] == []
    assert clients["s3"].get_object(Bucket="mine", Key="a")["Body"].read() == b"content"


def presigned(clients, version, call, key):
    """The parts of a URL that is signed for one call of S3."""
    client = boto3.client(
        "s3",
        endpoint_url=clients["s3"].meta.endpoint_url,
        aws_access_key_id=ACCOUNT,
        aws_secret_access_key=clients.credentials.secret,
        region_name="us-east-1",
        config=Config(signature_version=version),
    )
    url = client.generate_presigned_url(call, Params={"Bucket": "mine", "Key": key})
    return urllib.parse.urlsplit(url)


def test_a_url_for_s3_leads_to_s3_alone(ask, clients):
    parts = presigned(clients, "s3v4", "create_multipart_upload", "b")
    path = f"{parts.path}?{parts.query}"
    status, _, _ = ask("POST", path, form(Action="CreateUser", UserName="x"), FORM)
    assert status == 403
    assert "x" not in {each["UserName"] for each in clients["iam"].list_users()["Users"]}
    assert ask("POST", path)[0] == 200


@pytest.mark.parametrize(
    "sent",
    [
        ("lambda", "POST", "/2015-03-31/%2566unctions"),
        ("lambda", "GET", "/2020-04-22/code-signing-configs/"),
        ("backup", "PUT", "//backup-vaults/x"),
    ],
)
def test_what_no_policy_can_be_asked_about_is_refused(emulator, ask, stranger, sent):
    service, method, path = sent
    headers = signed(emulator, method, path, "{}", service=service, **stranger)
    assert ask(method, path, "{}", headers)[0] == 403


def test_a_header_of_amazons_that_is_not_signed_is_refused(emulator, ask):
    headers = signed(emulator, "PUT", "/mine/b", "", service="s3")
    assert ask("PUT", "/mine/b", "", {**headers, "x-amz-copy-source": "/mine/a"})[0] == 403


@pytest.mark.parametrize("more", ["&X-Amz-Copy-Source=/mine/a", "&legal-hold", "&retention"])
def test_a_url_in_the_older_form_takes_no_parameter_that_it_does_not_cover(ask, clients, more):
    parts = presigned(clients, "s3", "put_object", "older")
    path = f"{parts.path}?{parts.query}"
    assert ask("PUT", path, "x")[0] == 200
    assert ask("PUT", path + more, "x")[0] == 403
    host = f"other.localhost:{parts.port}"
    assert ask("PUT", path, "x", {"Host": host})[0] == 403
