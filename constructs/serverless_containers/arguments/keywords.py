"""Keyword arguments of the constructs, by names and types that Python itself does not check."""

import inspect
import math
import os
import re
from collections.abc import Callable, Iterable, Mapping, MutableMapping, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cache, wraps
from pathlib import Path
from types import NoneType, UnionType
from typing import ParamSpec, TypeVar, Union, get_args, get_origin, get_type_hints

from aws_cdk import Token, Tokenization

from serverless_containers.spelling import nearest

_SECRET = frozenset({"environment", "registry_logins", "secrets", "token"})
"""Keywords in which a value may be one to keep secret, and is not shown."""
_EXAMPLES: Mapping[str, str] = {
    "Architecture": "Architecture.ARM64",
    "Authorization": "Authorization.none(), Authorization.cognito(), Authorization.iam() or "
    "Authorization.jwt(issuer=…, audience=[…])",
    "BuiltImages": "BuildPipeline.managed(), BuiltImages.local_build() or "
    "BuiltImages.repositories(prefix=…, tag=…)",
    "Construct": "the stack, or a construct in it",
    "ContainerCluster": 'ContainerCluster(stack, "Containers")',
    "ContainerImage": 'ecs.ContainerImage.from_registry("nginx:1.29")',
    "CorsPreflightOptions": 'apigatewayv2.CorsPreflightOptions(allow_origins=["https://…"])',
    "IngressRequirements": "IngressRequirements()",
    "Duration": "Duration.seconds(10)",
    "FireLens": 'FireLens(image=…, config_file="/extra.conf")',
    "Firewall": "Firewall()",
    "IAlarm": 'cloudwatch.Alarm(stack, "Alarm", …)',
    "IBucket": 's3.Bucket.from_bucket_name(stack, "Logs", "…")',
    "ICachePolicy": "cloudfront.CachePolicy.CACHING_OPTIMIZED",
    "ICertificate": 'certificatemanager.Certificate.from_certificate_arn(stack, "Certificate", …)',
    "ICluster": 'ecs.Cluster(stack, "Cluster", vpc=vpc)',
    "IFunction": 'lambda_.Function.from_function_name(stack, "Function", "…")',
    "IHostedZone": 'route53.HostedZone.from_hosted_zone_attributes(stack, "Zone", …)',
    "ITable": 'dynamodb.Table.from_table_name(stack, "Table", "…")',
    "IKey": 'kms.Key.from_key_arn(stack, "Key", …)',
    "INamespace": 'servicediscovery.PrivateDnsNamespace(stack, "Namespace", …)',
    "IResponseHeadersPolicy": "cloudfront.ResponseHeadersPolicy.SECURITY_HEADERS",
    "ISecret": 'secretsmanager.Secret.from_secret_name_v2(stack, "Login", "…")',
    "ISecurityGroup": 'ec2.SecurityGroup(stack, "Tasks", vpc=vpc)',
    "ITopic": 'sns.Topic(stack, "Failures")',
    "IUserPool": 'cognito.UserPool.from_user_pool_id(stack, "Users", "…")',
    "IUserPoolClient": 'cognito.UserPoolClient.from_user_pool_client_id(stack, "Client", "…")',
    "IUserPoolDomain": 'cognito.UserPoolDomain.from_domain_name(stack, "Domain", "…")',
    "IVpc": 'ec2.Vpc.from_lookup(stack, "Vpc", vpc_id="vpc-…")',
    "Logging": "Logging(delivery=LogDelivery.BLOCKING)",
    "Monitoring": 'Monitoring(topic=sns.Topic(stack, "Alarms"))',
    "OAuthScope": "cognito.OAuthScope.OPENID",
    "PipelineSource": "PipelineSource.asset() or PipelineSource.github(…)",
    "ProjectSecrets": 'SecretsFromFiles(stack, "Secrets", source=…)',
    "ResourceAccess": 'ResourceAccess.table(table, name="posts"), .bucket(…), .user_pool(…) or '
    ".function(…)",
    "Rollout": "Rollout.rolling(), Rollout.blue_green(), Rollout.linear() or Rollout.canary()",
    "RuleProperty": "wafv2.CfnWebACL.RuleProperty(name=…, priority=…, …)",
    "Schedule": 'applicationautoscaling.Schedule.cron(hour="8", minute="0")',
    "ScalingMetric": "ScalingMetric(metric=…, target=100)",
    "ScheduledCapacity": "ScheduledCapacity(schedule=…, min_capacity=2)",
    "Secret": "ecs.Secret.from_secrets_manager(secret)",
    "SignIn": "SignIn.cognito()",
    "Size": "Size.mebibytes(10)",
    "Spot": "Spot(base=1)",
    "Stickiness": "Stickiness()",
    "SubnetSelection": "ec2.SubnetSelection(subnet_type=ec2.SubnetType.PUBLIC)",
    "Suppression": 'Suppression(rule="…", path="services.web.…", reason="…")',
    "TargetHealthCheck": 'TargetHealthCheck(path="/health")',
    "TargetOptions": "TargetOptions()",
    "TaskPlan": "that of another construct",
    "TaskScaling": "TaskScaling(max_capacity=10)",
    "Tracing": "Tracing(sample_percent=10)",
    "TimeZone": "TimeZone.EUROPE_BERLIN",
    "ThrottleSettings": "apigatewayv2.ThrottleSettings(rate_limit=100, burst_limit=200)",
}
"""By the name of a type, how a value of it is got."""

_ALIASES: Mapping[str, Mapping[str, str]] = {
    "Architecture": {"AMD64": "X86_64", "X64": "X86_64", "AARCH64": "ARM64"},
}
"""By the name of an enumeration, its members by the names that others give them."""
_UNITS: Mapping[str, str] = {
    "cpu": " of CPU units; 1024 are one vCPU",
    "memory_limit_mib": " of MiB",
    "ephemeral_storage_gib": " of GiB",
    "desired_count": " of tasks",
}
"""By keyword whose numbers are whole, though the CDK's tokens for them are floats, the unit."""
_TEXTS: Mapping[str, str] = {"firewall": ", the ARN of a web ACL"}
"""By keyword, the text that is meant where one of several types is a text."""
_INSTEAD: Mapping[tuple[str, str], str] = {
    ("environment", "str"): "the name of the environment is environment_name",
    ("images", "BuildPipeline"): "give its attribute .images",
}
"""By keyword and the name of a type, what a value of that type was perhaps meant for."""
_PROXY = re.compile(r"_(\w+)Proxy$")
_FEW = 6
_PLAIN = (str, bytes, bool, int, float, NoneType, Mapping, Sequence, set, frozenset, Enum, type)
_WORDS: Mapping[object, str] = {
    bool: "True or False",
    int: "a whole number",
    float: "a number",
    str: "a string",
    Path: "a path",
}

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")
Options = TypeVar("Options")


class MismatchError(Exception):
    """A value that is not of the type that its place has.

    Attributes:
        place: Keys and indexes that lead to it, as Python writes them.
        value: The value.
        hint: The type.
    """

    def __init__(self, value: object, hint: object, place: str = "", depth: int = 0) -> None:
        super().__init__()
        self.value = value
        self.hint = hint
        self.place = place
        self.depth = depth

    def within(self, key: object) -> "MismatchError":
        """Return the same mismatch at the place of what holds the value."""
        return MismatchError(self.value, self.hint, f"[{key!r}]{self.place}", self.depth + 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Keyword:
    hint: object
    required: bool


def checks_keywords(call: Callable[Parameters, Result]) -> Callable[Parameters, Result]:
    """Hold a function's arguments against its annotations, those given by place too.

    A type checker is not always there. Those of a ``TypedDict`` that it unpacks are its own.
    ``None`` stands for the default of each keyword that has one. What `take` converts reaches the
    function converted, if it was given by keyword.

    Raises:
        TypeError: By the function, if a keyword is unknown, with the nearest that is known, or if
            values are of other types, with what is allowed. All of them are told at once.
    """

    @wraps(call)
    def checked(*args: Parameters.args, **kwargs: Parameters.kwargs) -> Result:
        known = _keywords(call)
        wrong = _wrong_places(args, _places(call), known)
        _correct(kwargs, known, wrong)
        return call(*args, **kwargs)

    return checked


def checks_fields(options: type[Options]) -> type[Options]:
    """Hold the fields of a dataclass against its annotations, as `checks_keywords` does.

    They are held before its own ``__post_init__`` looks at them.

    Args:
        options: The dataclass; the decorator stands above that which makes it one.
    """
    options.__init__ = checks_keywords(options.__init__)  # type: ignore[method-assign]  # of a class that is made here
    return options


def _wrong_places(
    given: Sequence[object], names: Sequence[str], known: Mapping[str, _Keyword]
) -> list[str]:
    wrong = []
    # More than there are places for are the function's own to refuse.
    for name, value in zip(names, given, strict=False):
        if name in known:
            try:
                take(value, known[name].hint)
            except MismatchError as error:
                wrong.append(_told(name, error))
    return wrong


def _correct(
    given: MutableMapping[str, object], known: Mapping[str, _Keyword], wrong: list[str]
) -> None:
    for name, value in list(given.items()):
        if name not in known:
            near = nearest(name, known)
            hint = f"; did you mean {near!r}?" if near else f"; there are {', '.join(known)}"
            raise TypeError(f"unexpected keyword argument {name!r}{hint}")
        keyword = known[name]
        try:
            given[name] = take(value, keyword.hint)
            if name in _UNITS and not _is_whole(value):
                wrong.append(f"{name}: got {value!r}; give a whole number{_UNITS[name]}")
        except MismatchError as error:
            if value is None and not keyword.required:
                del given[name]
                continue
            wrong.append(_told(name, error))
    if wrong:
        raise TypeError("\n".join(wrong))


def _told(name: str, error: MismatchError) -> str:
    kind = type(error.value)
    if isinstance(error.value, int | float) and not _is_finite(error.value):
        shown = f"{error.value:g}" if isinstance(error.value, float) else "a number of many digits"
        return f"{name}{error.place}: got {shown}, which CloudFormation cannot hold; give another"
    simple = isinstance(error.value, str | int | float) and name not in _SECRET
    shown = f"{error.value!r} ({kind.__name__})" if simple else _named(error.value)
    if isinstance(error.value, bool) and error.hint is str:
        return (
            f"{name}{error.place}: got a bool, and 'true', 'True' and '1' are not the same to a "
            "container; give the text"
        )
    near = _nearest_member(error.value, error.hint)
    meant = f" (did you mean {near}?)" if near else ""
    told = f"{name}{error.place}: got {shown}{meant}; give {describe(error.hint)}"
    if error.place:
        return told
    told += _UNITS.get(name, "") or _TEXTS.get(name, "")
    if simple and isinstance(error.value, str) and _is_list_of_texts(error.hint):
        told += f": [{error.value!r}]"
    instead = _INSTEAD.get((name, kind.__name__))
    return f"{told}; {instead}" if instead else told


def _named(value: object) -> str:
    """Name the class of a value, or the class that it is; of a proxy of jsii's, its interface."""
    kind = value if isinstance(value, type) else type(value)
    if kind.__name__ == "InterfaceDynamicProxy":
        # An imported resource: a base class of the CDK's, and the interfaces that it has.
        delegates = map(type, getattr(value, "_delegates", ()))
        kind = next((each for each in delegates if _PROXY.match(each.__name__)), kind)
    proxied = _PROXY.match(kind.__name__)
    name = proxied[1] if proxied else kind.__name__
    module = "" if kind.__module__ == "builtins" else f" of {kind.__module__}"
    if isinstance(value, type):
        return f"the class {name}{module}"
    return f"{'an' if re.match('[AEIOU]', name) else 'a'} {name}{module}"


def _is_whole(value: object) -> bool:
    if not isinstance(value, float):
        return True
    # The CDK cannot be asked about another one.
    return _is_finite(value) and (value.is_integer() or Token.is_unresolved(value))


def _is_finite(value: float) -> bool:
    """Return whether JSON has a number; the CDK's Node process ends at any other one."""
    try:
        return math.isfinite(value)
    except OverflowError:
        return False


def _is_list_of_texts(hint: object) -> bool:
    return any(
        get_origin(each) is Sequence and get_args(each) == (str,)
        for each in (hint, *get_args(hint))
    )


@cache
def _keywords(call: Callable[..., object]) -> Mapping[str, _Keyword]:
    hints = get_type_hints(call)
    known: dict[str, _Keyword] = {}
    for name, parameter in inspect.signature(call).parameters.items():
        if parameter.kind is inspect.Parameter.VAR_KEYWORD:
            (props,) = get_args(hints[name])
            for each, hint in get_type_hints(props).items():
                known[each] = _Keyword(hint=hint, required=False)
        elif name in hints:
            required = parameter.default is inspect.Parameter.empty
            known[name] = _Keyword(hint=hints[name], required=required)
    return known


@cache
def _places(call: Callable[..., object]) -> Sequence[str]:
    """The names of the parameters that may be given by place."""
    by_place = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    parameters = inspect.signature(call).parameters.values()
    return [each.name for each in parameters if each.kind in by_place]


def take(value: object, hint: object) -> object:
    """Take a value for a type.

    A name or value of an enumeration's member, or a name that others give it, becomes the member,
    a mapping of the keywords of a CDK struct becomes the struct, and a number in a mapping of texts
    becomes text. Nothing else is converted: ``True`` may be 1, ``true`` or ``True`` to a container,
    and a string is no list of strings, but of its letters. CDK tokens pass as the numbers, strings
    and lists that they look like.

    Args:
        value: The value that was given.
        hint: A class, a union, or a ``Sequence``, ``Mapping`` or ``tuple`` of them.

    Returns:
        The value, converted where it had to be.

    Raises:
        MismatchError: If it is not of that type.
    """
    origin, parts = get_origin(hint), get_args(hint)
    if origin in {Union, UnionType}:
        return _take_one_of(value, hint, parts)
    if origin is not None and issubclass(origin, Mapping) and isinstance(value, Mapping):
        return {
            _within(key, key, parts[0]): _within(key, each, parts[1], text=True)
            for key, each in value.items()
        }
    if (
        origin is not None
        and not issubclass(origin, Mapping)
        and isinstance(value, Sequence)
        and not isinstance(value, str | bytes)
    ):
        taken = [_within(index, each, parts[0]) for index, each in enumerate(value)]
        return tuple(taken) if origin is tuple else taken
    if isinstance(hint, type) and origin is None:
        if _is(value, hint):
            if hasattr(hint, "__jsii_struct_bases__"):
                _check_numbers(value)
            return value
        if issubclass(hint, Enum) and isinstance(value, str):
            wanted = value.strip().upper().replace("-", "_")
            wanted = _ALIASES.get(hint.__name__, {}).get(wanted, wanted)
            for member in hint:
                if wanted in {member.name.upper(), str(member.value).upper()}:
                    return member
        if hasattr(hint, "__jsii_struct_bases__") and isinstance(value, Mapping):
            return _struct(value, hint)
    raise MismatchError(value, hint)


def describe(hint: object) -> str:
    """Say what a type allows, with an example of each class."""
    origin, parts = get_origin(hint), get_args(hint)
    if origin in {Union, UnionType}:
        return ", or ".join(dict.fromkeys(describe(each) for each in parts if each is not NoneType))
    if origin is not None and issubclass(origin, Mapping):
        return f"a mapping with values such as {describe(parts[1])}"
    if origin is not None:
        return f"a list of {describe(parts[0])}"
    if isinstance(hint, type) and issubclass(hint, Enum):
        return _members(hint)
    name = getattr(hint, "__name__", str(hint))
    return _WORDS.get(hint) or _EXAMPLES.get(name, f"an object of {name}")


def _members(kind: type[Enum]) -> str:
    name = _qualified(kind)
    members = [f"{name}.{member.name}" for member in kind]
    if len(members) > _FEW:
        return f"{members[0]}, {members[1]} or another {name}"
    return f"{', '.join(members[:-1])} or {members[-1]}"


def _qualified(kind: type[Enum]) -> str:
    """Name an enumeration as code that imports it does: ``logs.RetentionDays``."""
    service = re.match(r"aws_cdk\.aws_(\w+)", kind.__module__)
    return f"{service[1]}.{kind.__name__}" if service else kind.__name__


def _nearest_member(value: object, hint: object) -> str | None:
    """Return the member of an enumeration that a text was perhaps meant to name."""
    for each in get_args(hint) or (hint,):
        if isinstance(each, type) and issubclass(each, Enum) and isinstance(value, str):
            found = nearest(value, (member.name for member in each))
            if found:
                return f"{_qualified(each)}.{found}"
    return None


def _take_one_of(value: object, hint: object, parts: Sequence[object]) -> object:
    deepest = MismatchError(value, hint)
    for each in parts:
        try:
            return take(value, each)
        except MismatchError as error:
            if error.depth > deepest.depth:
                deepest = error
    raise deepest


def _within(key: object, value: object, hint: object, *, text: bool = False) -> object:
    if text and hint is str and isinstance(value, int | float) and not isinstance(value, bool):
        if isinstance(value, float) and not _is_finite(value):
            raise MismatchError(value, hint).within(key)
        known = not isinstance(value, float) or not Token.is_unresolved(value)
        return str(value) if known else Tokenization.stringify_number(value)
    try:
        return take(value, hint)
    except MismatchError as error:
        raise error.within(key) from None


def _check_numbers(value: object) -> None:
    """Refuse a number that is not finite in a struct of the CDK's, or deeper in it."""
    if isinstance(value, float) and not _is_finite(value):
        raise MismatchError(value, float)
    inside: Iterable[tuple[object, object]] = ()
    if hasattr(type(value), "__jsii_struct_bases__"):
        inside = vars(value).get("_values", {}).items()
    elif isinstance(value, Mapping):
        inside = value.items()
    elif isinstance(value, list | tuple):
        inside = enumerate(value)
    for key, each in inside:
        try:
            _check_numbers(each)
        except MismatchError as error:
            raise error.within(key) from None


def _struct(value: Mapping[str, object], hint: type) -> object:
    _check_numbers(value)
    try:
        return hint(**value)
    except TypeError:
        raise MismatchError(value, hint) from None


def _is(value: object, hint: type) -> bool:
    if hint in {int, float}:
        # A function's own check of a range says which floats it takes.
        if isinstance(value, int if hint is float else int | float) and not _is_finite(value):
            return False
        # The CDK's tokens for numbers are floats.
        number = isinstance(value, int if hint is int else int | float) or (
            isinstance(value, float) and Token.is_unresolved(value)
        )
        return number and not isinstance(value, bool)
    if hint is Path:
        return isinstance(value, os.PathLike)
    if getattr(hint, "_is_protocol", False):
        return _implements(value, hint)
    return isinstance(value, hint) or hasattr(type(value), "__getattr__")


def _implements(value: object, interface: type) -> bool:
    """Return whether an object has an interface of jsii's, which ``isinstance`` does not know.

    Its class is asked and not the object, whose properties are read in another process.
    """
    kind = type(value)
    if isinstance(value, _PLAIN):
        return False
    # Objects of several interfaces look their members up themselves.
    return hasattr(kind, "__getattr__") or all(
        inspect.getattr_static(kind, name, None) is not None
        for name in dir(interface)
        if not name.startswith("_")
    )
