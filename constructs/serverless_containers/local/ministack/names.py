# ruff: noqa: ANN401, FBT001, FBT002, N802, PLR0917
# mypy: disable-error-code="empty-body"
"""The private names of MiniStack that are called and read, module by module.

Signatures and names are MiniStack's own; ``...`` stands for any default. Functions that are patched
are declared by the patches.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from contextvars import ContextVar
from typing import Any, TypeAlias

from serverless_containers.local.ministack.declared import RegionalStore, Store, module

Json: TypeAlias = dict[str, Any]
"""A JSON object."""
Response: TypeAlias = tuple[int, Json, Any]
"""The status, the headers and the body."""
Made: TypeAlias = tuple[str, Json]
"""The physical id of a resource, and its attributes for Fn::GetAtt."""
Headers: TypeAlias = Json
Query: TypeAlias = Json
Failure: TypeAlias = tuple[str, str]
"""The code and the message of an error."""


class _App:
    def _credential_failure(
        self, service: str, iam_action: str, request_id: str, denied: Any, headers: Headers
    ) -> Response: ...
    def _execute_api_authorization_type(
        self, api_id: str, stage: str, method: str, execute_path: str
    ) -> str | None: ...
    async def _handle_alb_request(
        self,
        host: str,
        path: str,
        method: str,
        headers: Headers,
        body: bytes,
        query_params: Query,
        raw_query_string: str | None = None,
        raw_path: str | None = None,
    ) -> Response | None: ...
    async def _handle_cloudfront_dataplane_request(
        self,
        host: str,
        path: str,
        raw_path: str,
        raw_query_string: str,
        method: str,
        headers: Headers,
        body: bytes,
        query_params: Query,
        client_ip: str,
    ) -> Response | None: ...
    async def _handle_cognito_body_request(
        self, method: str, path: str, headers: Headers, body: bytes, query_params: Query
    ) -> Response | None: ...
    async def _handle_cognito_get_request(
        self, method: str, path: str, headers: Headers, query_params: Query
    ) -> Response | None: ...
    async def _handle_execute_api_request(
        self,
        host: str,
        path: str,
        method: str,
        headers: Headers,
        body: bytes,
        query_params: Query,
        raw_path: str | None = None,
        raw_query_string: str | None = None,
    ) -> Response | None: ...
    async def _handle_post_body_shortcuts(
        self,
        method: str,
        path: str,
        headers: Headers,
        body: bytes,
        query_params: Query,
        request_id: str,
    ) -> Response | None: ...
    def _is_ecr_registry_path(self, path: str) -> bool: ...
    def _is_potential_alb_request(self, host: str, path: str) -> bool: ...
    def _parse_cloudfront_dataplane_host(self, host: str) -> str | None: ...
    def _parse_execute_api_url(self, host: str, path: str) -> tuple[str, str, str] | None: ...
    def _resolve_custom_domain_request(self, host: str, path: str) -> Any: ...
    def _routing_params(
        self, method: str, path: str, headers: Headers, body: bytes, query_params: Query
    ) -> Query: ...
    async def _send_if_handled(
        self, send: Any, response: Response | None, receive: Any = None, *, head: bool = False
    ) -> bool: ...
    async def app(self, scope: Any, receive: Any, send: Any) -> None: ...
    def pin_request_origin(self, source_ip: str, secure_transport: bool) -> None: ...


class _Concurrency:
    async def run_reentrant(
        self, fn: Callable[..., Any], *args: Any, thread_name: str = ...
    ) -> Any: ...


class _IamActions:
    SERVICE_TO_IAM_NAMESPACE: dict[str, str]
    _SERVICE_PROTOCOL: dict[str, str]

    def unsigned_operations(self, service: str) -> frozenset[str]: ...


class _IamEvaluator:
    CredentialResolutionError: type[Any]

    def AuthError(self, code: str, message: str, details: dict[str, str] = ...) -> Any: ...
    def EvalResult(
        self,
        decision: str,
        principal_arn: str = "",
        matched_sid: str = "",
        reason: str = "",
        resource_policy_arn: str = "",
    ) -> Any: ...
    def find_iam_access_key_account(self, access_key_id: str) -> str | None: ...
    def pin_signed_body(self, body: bytes) -> None: ...
    def pin_signed_request(
        self,
        method: str,
        raw_path: str,
        query_params: Query,
        raw_headers: list[tuple[bytes, bytes]],
        handshake: bool = False,
    ) -> None: ...
    def resolve_credential(
        self, access_key_id: str, account_id: str | None = None, session_token: Any = ...
    ) -> Any: ...


class _Responses:
    _request_region: ContextVar[str]

    def _account_from_sts_session(self, access_key_id: str) -> str | None: ...
    def error_response_json(
        self,
        code: str,
        message: str,
        status: int = 400,
        extra: Json | None = None,
        *,
        message_key: str = "message",
        content_type: str = ...,
    ) -> Response: ...
    def get_account_id(self) -> str: ...
    def get_region(self) -> str: ...
    def json_response(
        self, data: Json, status: int = 200, *, content_type: str = ...
    ) -> Response: ...
    def request_scope(self, account_id: str, region: str) -> AbstractContextManager[None]: ...
    def set_request_account_id(self, access_key_id: str) -> None: ...
    def set_request_client_ip(self, address: str) -> None: ...
    def set_request_region(self, region: str | None) -> None: ...


class _Router:
    def detect_service(
        self, method: str, path: str, headers: Headers, query_params: Mapping[str, Any]
    ) -> str: ...
    def extract_access_key_id(self, headers: Headers, query_params: Query | None = None) -> str: ...
    def extract_region(self, headers: Headers, query_params: Query | None = None) -> str: ...


class _Sigv4:
    def header_signature_failure(
        self,
        signature: Any,
        secret: str,
        method: str,
        raw_path: str,
        query_params: Mapping[str, Any],
        headers: Mapping[str, Any],
        body: bytes,
        *,
        presigned: bool = False,
        explain: bool = False,
    ) -> Failure | None: ...
    def parse_header_signature(self, headers: Mapping[str, Any]) -> Any: ...
    def parse_query_signature(self, query_params: Mapping[str, Any]) -> Any: ...
    def presigned_request_is_expired(
        self, amz_date: str, expires: str | int, *, now: Any = None
    ) -> bool: ...
    def request_time_failure(self, signature: Any, *, now: Any = None) -> Failure | None: ...


class _Alb:
    def set_targets_for_group(
        self,
        tg_arn: str | None,
        targets: Sequence[tuple[str, int]],
        previous_ids: Sequence[str] = (),
    ) -> None: ...


class _Engine:
    def _resolve_refs(
        self,
        value: Any,
        resources: Json,
        params: Json,
        conditions: Json,
        mappings: Json,
        stack_name: str,
        stack_id: str,
    ) -> Any: ...


class _Provisioners:
    _RESOURCE_HANDLERS: dict[str, dict[str, Any]]

    def _ec2_sg_permissions(self, rules: Sequence[Json]) -> list[Json]: ...
    def _pascal_to_camel(self, obj: Any) -> Any: ...


class _WaitConditions:
    SIGNAL_PATH: str

    def deliver_signal(self, token: str, payload: Json) -> bool: ...
    def has_handle(self, token: str) -> bool: ...
    def token_from_url(self, url: str) -> str | None: ...


class _Cloudfront:
    OriginUnreachable: type[Exception]

    def _find(self, el: Any, tag: str) -> Any: ...
    def _text(self, el: Any, tag: str, default: str = "") -> str: ...


class _Codebuild:
    _projects: RegionalStore


class _Cognito:
    async def handle_request(
        self, method: str, path: str, headers: Headers, body: bytes, query_params: Query
    ) -> Response: ...


class _Ec2:
    _ACTION_MAP: dict[str, Callable[[Json], tuple[int, Json, bytes]]]
    _addresses: RegionalStore
    _security_groups: RegionalStore
    _subnets: RegionalStore

    def _ensure_defaults_initialized(self) -> None: ...
    def _sg_rule_id(self, sg_id: str, is_egress: bool, rule: Json) -> str: ...


class _Ecr:
    _repositories: RegionalStore

    def _find_image(self, repo_name: str, image_id: Json) -> Any: ...
    async def handle_registry_request(
        self, method: str, path: str, headers: Headers, body: bytes, query_params: Query
    ) -> Response: ...


class _Ecs:
    _services: RegionalStore
    _task_defs: RegionalStore
    _tasks: RegionalStore

    def _awslogs_config(
        self, cdef: Mapping[str, Any], task_id: str, container_id: str
    ) -> Json | None: ...
    def _create_service(self, data: Json) -> Response: ...
    def _delete_service(self, data: Json) -> Response: ...
    def _emit_awslogs_event(self, config: Json, message: str) -> None: ...
    def _ensure_awslogs_stream(self, config: Json) -> bool: ...
    def _put_cluster_capacity_providers(self, data: Json) -> Response: ...
    def _resolve_cluster_name(self, ref: str) -> str | None: ...
    def _resolve_task(self, ref: str, cluster_name: str = "default") -> Json | None: ...
    def _run_task(self, data: Json) -> Response: ...
    def _sanitize(self, obj: Json) -> Json: ...
    def _stop_task(self, data: Json) -> Response: ...


class _EcsMetadata:
    async def handle_request(
        self, method: str, path: str, headers: Headers, body: bytes, query_params: Query
    ) -> Response: ...
    def register_container(
        self, token: str, task_arn: str, task_payload: Json, container_payload: Json
    ) -> None: ...
    def set_task_status(
        self, task_arn: str, known_status: str | None = None, desired_status: str | None = None
    ) -> None: ...


class _Efs:
    _access_points: RegionalStore


class _Iam:
    _roles: Store


class _S3:
    _buckets: Store


class _Secretsmanager:
    def _delete_resource_policy(self, data: Json) -> Response: ...
    def _put_resource_policy(self, data: Json) -> Response: ...
    def _resolve(
        self, secret_id: str, *, use_arn_scope: bool = False
    ) -> tuple[str | None, object]: ...
    def resolve_secret_string(
        self, secret_id: str, version_stage: str = "AWSCURRENT", version_id: str | None = None
    ) -> str | None: ...


class _Servicediscovery:
    _instance_health_status: RegionalStore
    _instances: RegionalStore

    def _deregister_instance(self, data: Json) -> Response: ...
    def _register_instance(self, data: Json) -> Response: ...


class _Ssm:
    def resolve_parameter_value(
        self, name_or_arn: str, version: int | None = None, decrypt: bool = False
    ) -> str | None: ...


class _Sts:
    def _role_id(self, role_arn: str) -> str: ...
    async def handle_request(
        self, method: str, path: str, headers: Headers, body: bytes, query_params: Query
    ) -> Response: ...
    def register_session(self, access_key: str, session: Json) -> None: ...


class _Waf:
    _associations: RegionalStore

    def _associate_web_acl(self, data: Json) -> Response: ...
    def _disassociate_web_acl(self, data: Json) -> Response: ...


app = module("ministack.app", _App)
concurrency = module("ministack.core.concurrency", _Concurrency)
iam_actions = module("ministack.core.iam_actions", _IamActions)
iam_evaluator = module("ministack.core.iam_evaluator", _IamEvaluator)
responses = module("ministack.core.responses", _Responses)
router = module("ministack.core.router", _Router)
sigv4 = module("ministack.core.sigv4", _Sigv4)
alb = module("ministack.services.alb", _Alb)
engine = module("ministack.services.cloudformation.engine", _Engine)
provisioners = module("ministack.services.cloudformation.provisioners", _Provisioners)
wait_conditions = module("ministack.services.cloudformation.wait_conditions", _WaitConditions)
cloudfront = module("ministack.services.cloudfront", _Cloudfront)
codebuild = module("ministack.services.codebuild", _Codebuild)
cognito = module("ministack.services.cognito", _Cognito)
ec2 = module("ministack.services.ec2", _Ec2)
ecr = module("ministack.services.ecr", _Ecr)
ecs = module("ministack.services.ecs", _Ecs)
ecs_metadata = module("ministack.services.ecs_metadata", _EcsMetadata)
efs = module("ministack.services.efs", _Efs)
iam = module("ministack.services.iam", _Iam)
s3 = module("ministack.services.s3", _S3)
secretsmanager = module("ministack.services.secretsmanager", _Secretsmanager)
servicediscovery = module("ministack.services.servicediscovery", _Servicediscovery)
ssm = module("ministack.services.ssm", _Ssm)
sts = module("ministack.services.sts", _Sts)
waf = module("ministack.services.waf", _Waf)
