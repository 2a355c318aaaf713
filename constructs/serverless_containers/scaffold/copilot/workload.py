"""One workload of Copilot's as a Compose project, and what its construct is given.

Keys and defaults are those of the pages "Load Balanced Web Service", "Backend Service", "Worker
Service" and "Request-Driven Web Service" of Copilot's documentation.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from serverless_containers.compose.yaml.nodes import MappingNode, Scalar, text_of
from serverless_containers.scaffold.compose_text import Placed, Value
from serverless_containers.scaffold.copilot.containers import Containers, mount
from serverless_containers.scaffold.copilot.context import Context, plain
from serverless_containers.scaffold.model import RETENTIONS, Keyword, Kind, Scaling, call
from serverless_containers.scaffold.python_files import literal
from serverless_containers.scaffold.sections import Section

_SCALING_NAME = re.compile(r"[A-Za-z][\w/-]*")
"""The name of a configuration of App Runner's, in place of a number of tasks."""
WEB, APP_RUNNER = "Load Balanced Web Service", "Request-Driven Web Service"
BACKEND, WORKER = "Backend Service", "Worker Service"
CONVERTED = (WEB, APP_RUNNER, BACKEND, WORKER)
OTHERS = {
    "Scheduled Job": (
        "nothing here starts a task by the clock: ecs-patterns' ScheduledFargateTask does, beside "
        "these services in the app; or let a Worker Service wait for the time itself"
    ),
    "Static Site": (
        "it has no containers: a bucket and a distribution of the CDK's aws_s3 and aws_cloudfront "
        "serve it, or a web server in a container"
    ),
}
"""Types that are not carried over, and why."""

_SECONDS = re.compile(r"(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?")
_RANGE = re.compile(r"(\d+)-(\d+)")
_STOP, _LONGEST_STOP = 30, 120
"""Seconds that a container may take to stop, and the most of them ("ContainerDefinition",
stopTimeout, Amazon ECS API Reference)."""
_SIZES = {APP_RUNNER: (1024, 2048)}
_SECONDS_OF_A_CHECK: Mapping[str, tuple[int, int]] = {
    "interval": (5, 300),
    "timeout": (2, 120),
    "grace_period": (0, 2_147_483_647),
}
_NUMBERS_OF_A_CHECK: Mapping[str, tuple[int, int]] = {
    "healthy_threshold": (2, 10),
    "unhealthy_threshold": (2, 10),
    "port": (1, 65535),
}
"""Ranges of a target group's health check ("CreateTargetGroup", Elastic Load Balancing API
Reference), those of TargetHealthCheck; the grace period is the service's ("CreateService", Amazon
ECS API Reference)."""
_INTERVAL, _TIMEOUT = 10, 5
"""Seconds that TargetHealthCheck, and Copilot, have where none are given."""
_LONGEST_PATH = 1024
_CODE = r"[2-4][0-9]{2}"
_CODES = re.compile(rf"{_CODE}(?:-{_CODE}|(?:,{_CODE})*)")
_DISK = (20, 200)
"""GiB of a task's disk: what each has, and the most ("EphemeralStorage", Amazon ECS API
Reference)."""


@dataclass(slots=True)
class Workload:
    """A workload, as it becomes in one environment.

    Attributes:
        model: The Compose project.
        keywords: Arguments of the construct.
        scaling: Its scaling, if it has one.
        execute: Whether ECS Exec opens a shell.
        private: Whether its tasks are in private subnets.
        spot: Whether its tasks run on spare capacity alone.
        log_retention: Days for which its logs are kept, if the manifest says so.
        delay: Seconds for which requests go on after a task was taken out of service.
    """

    model: dict[str, Value] = field(default_factory=dict)
    keywords: list[Keyword] = field(default_factory=list)
    scaling: Scaling | None = None
    execute: bool = False
    private: bool = False
    spot: bool = False
    log_retention: int | None = None
    delay: int | None = None


def convert_workload(
    name: str, kind: str, node: MappingNode, context: Context, construct: Kind
) -> Workload:
    """Make a Compose project of a manifest.

    Args:
        name: The workload's name.
        kind: Its type, one of ``CONVERTED``.
        node: The manifest, with what its environment says in its place.
        context: The workspace and the environment; its report takes what became of each key.
        construct: The construct that the service becomes.
    """
    manifest = context.section(node)
    manifest.take("name")
    manifest.take("type")
    manifest.take("environments")
    workload, containers = Workload(), Containers(context)
    is_web = construct is not Kind.WORKER
    port = containers.add_main(
        name, manifest, port_key="ports" if is_web else "expose" if kind == BACKEND else None
    )
    ports = containers.add_sidecars(manifest)
    settings: dict[str, Value] = {}
    if is_web:
        if port is not None:
            ports[name] = port
        entrypoint, given = _http(name, manifest, ports, workload, construct)
        settings.update(given)
        target = containers.services.get(entrypoint)
        if target is not None and workload.delay is not None and workload.delay > _STOP:
            target["stop_grace_period"] = f"{workload.delay}s"
    elif kind == BACKEND:
        _backend(manifest)
    cpu, memory = _SIZES.get(kind, (256, 512))
    settings["cpu"] = manifest.placed("cpu", _carried(manifest, "cpu", cpu))
    settings["memory"] = manifest.placed("memory", _carried(manifest, "memory", memory))
    # The containers of a task of Copilot's are at localhost for each other, and have no names.
    settings["names"] = "none"
    _platform(manifest, containers)
    _count(
        name,
        manifest,
        containers,
        workload,
        counts_requests=is_web,
        is_app_runner=kind == APP_RUNNER,
    )
    if manifest.boolean("exec"):
        workload.execute = True
        manifest.carried("exec", "execute in stacks/environments.py")
    _deployment(name, manifest, containers)
    volumes = _storage(name, manifest, containers, workload)
    _network(manifest, workload)
    _logging(manifest, workload)
    _others(manifest)
    manifest.rest()
    workload.model = {
        "name": manifest.placed("name", _project_name(context.application, name)),
        "x-serverless-containers": settings,
        "services": containers.model(),
        **({"secrets": containers.secrets} if containers.secrets else {}),
        **({"volumes": volumes} if volumes else {}),
    }
    return workload


def _project_name(application: str, name: str) -> str:
    return re.sub(r"[^a-z0-9_-]", "-", f"{application}-{name}".lower()).lstrip("_-") or "app"


def _carried(manifest: Section, key: str, default: int) -> int:
    number = manifest.number(key)
    if number is not None:
        manifest.carried(key, f"x-serverless-containers: {{{key}: {number}}}")
    return default if number is None else number


def _http(
    name: str,
    manifest: Section,
    ports: dict[str, Placed],
    workload: Workload,
    construct: Kind,
) -> tuple[str, dict[str, Value]]:
    """Take ``http``; return the entrypoint, and the settings that name it and its port."""
    target, port = name, ports.get(name)
    settings: dict[str, Value] = {}
    node = manifest.take("http")
    if isinstance(node, MappingNode):
        http = manifest.of(node, "http")
        wanted = http.text("target_container") or http.text("targetContainer")
        if wanted is not None:
            target, port = wanted, ports.get(wanted)
            key = "target_container" if "target_container" in node else "targetContainer"
            settings["entrypoint"] = http.placed(key, target)
            http.carried(key, "entrypoint of x-serverless-containers")
        given = http.number("target_port")
        if given is not None:
            port = http.placed("target_port", given)
            # The port of a sidecar that a manifest names here belongs to the sidecar.
            target = next((each for each, own in ports.items() if own.value == given), target)
            settings["entrypoint"] = http.placed("target_port", target)
            http.carried("target_port", "port of x-serverless-containers")
        _routes(http)
        _target_health(http, workload, construct)
        _targets(http, workload, construct)
        http.rest()
    elif isinstance(node, Scalar) and node.value is False:
        manifest.left("http", "without a load balancer it is a worker here: init --worker")
    elif node is not None:
        manifest.wrong("http", node, "a mapping or false")
    if port is None:
        manifest.report.error(
            manifest.node.at, (), f"image.port is missing: the port of {target} that gets requests"
        )
    return target, {"entrypoint": target, "port": port, **settings}


def _routes(http: Section) -> None:
    path = http.text("path")
    if path is not None and path.strip("/") == "":
        http.carried("path", "every path of the service's own URL")
    elif path is not None:
        http.changed(
            "path",
            f"the service has a URL of its own, and gets all paths of it, also those of {path}; "
            "where one name is to lead to several services, put a proxy in front",
        )
    moved = "the name can lead to one of the two only: give domain_names, or domain_name, when it "
    for key in ("alias", "hosted_zone"):
        http.left(key, moved + "moves")
    http.left(
        "allowed_source_ips",
        "give ContainerHosting firewall= the ARN of a web ACL that lets these addresses in",
    )
    http.left("additional_rules", "put a proxy in front that divides requests by path or host")
    version = http.text("version")
    if version is not None and version.lower() != "http1":
        http.changed("version", "tasks get HTTP/1.1; gRPC is not served")
    if http.boolean("redirect_to_https") is not None:
        http.carried("redirect_to_https", "everything comes in by HTTPS")
    http.left("private", "there is no ingress from inside a network alone")


def _target_health(http: Section, workload: Workload, construct: Kind) -> None:
    node = http.take("healthcheck")
    if node is None:
        return
    if construct is not Kind.HOSTING:
        http.left(
            "healthcheck",
            "API Gateway asks no task whether it is healthy: write image.healthcheck as the "
            "container's own, healthcheck of the Compose file",
        )
        return
    arguments: list[str] = []
    if isinstance(node, MappingNode):
        check = http.of(node, "healthcheck")
        arguments.extend(_path(check, "path"))
        seconds = {
            key: _in_range(check, key, _seconds(check, key), allowed, " seconds")
            for key, allowed in _SECONDS_OF_A_CHECK.items()
        }
        if not any(key in check and seconds[key] is None for key in seconds):
            _ends_in_time(check, seconds["interval"], seconds["timeout"])
        arguments.extend(
            f"{key}=Duration.seconds({given})"
            for key, given in seconds.items()
            if given is not None
        )
        arguments.extend(
            f"{key}={number}"
            for key, allowed in _NUMBERS_OF_A_CHECK.items()
            if (number := _in_range(check, key, check.number(key), allowed)) is not None
        )
        if (codes := check.text("success_codes")) is not None:
            if not _CODES.fullmatch(plain(codes)):
                check.error(
                    "success_codes",
                    "expected status codes from 200 to 499 such as 200, 200,204 or 200-299, got "
                    f"{codes!r}",
                )
            arguments.append(f"codes={literal(plain(codes))}")
        check.rest()
    else:
        arguments.extend(_path(http, "healthcheck"))
    also = ("Duration",) if any("Duration" in each for each in arguments) else ()
    workload.keywords.append(
        Keyword(
            text=call("health_check", "TargetHealthCheck", arguments),
            names=("TargetHealthCheck",),
            also=also,
        )
    )
    http.carried("healthcheck", "health_check of ContainerHosting")


def _path(section: Section, key: str) -> Iterator[str]:
    """Give the argument ``path`` of a health check."""
    text = section.text(key)
    if text is None:
        return
    path = plain(text)
    if not path.startswith("/"):
        section.error(key, f"expected a path that starts with /, got {path!r}; write /{path}")
    elif len(path) > _LONGEST_PATH:
        section.error(key, f"expected at most {_LONGEST_PATH} characters, got {len(path)}")
    yield f"path={literal(path)}"


def _ends_in_time(check: Section, interval: int | None, timeout: int | None) -> None:
    """Refuse an answer that may take as long as it is until the next one is asked for."""
    between, answer = interval or _INTERVAL, timeout or _TIMEOUT
    if answer < between:
        return
    if timeout is not None:
        said = f"expected less than the interval of {between} seconds, got {answer}"
        check.error("timeout", said)
    elif interval is not None:
        said = f"expected more than the timeout of {answer} seconds, got {between}"
        check.error("interval", said)


def _targets(http: Section, workload: Workload, construct: Kind) -> None:
    delay = _seconds(http, "deregistration_delay")
    sticky = http.boolean("stickiness")
    if construct is not Kind.HOSTING:
        for key in ("deregistration_delay", "stickiness"):
            http.left(key, "an HTTP API has no target group; ContainerHosting has: --hosting")
        return
    arguments, names = [], ["TargetOptions"]
    if delay is not None:
        workload.delay = min(delay, _LONGEST_STOP)
        arguments.append(f"deregistration_delay=Duration.seconds({workload.delay})")
        if delay == workload.delay:
            http.carried(
                "deregistration_delay", "targets of ContainerHosting, and stop_grace_period"
            )
        else:
            http.changed(
                "deregistration_delay", f"{workload.delay} s, for which a container may still run"
            )
    if sticky:
        arguments.append("stickiness=Stickiness()")
        names.append("Stickiness")
        http.carried("stickiness", "targets of ContainerHosting")
    if arguments:
        workload.keywords.append(
            Keyword(
                text=call("targets", "TargetOptions", arguments),
                names=tuple(names),
                also=("Duration",) if delay is not None else (),
            )
        )


def _seconds(section: Section, key: str) -> int | None:
    text = section.text(key)
    if text is None:
        return None
    match = _SECONDS.fullmatch(text)
    if match is None or not text:
        section.error(key, f"expected a duration such as 30s, got {text!r}")
        return None
    hours, minutes, seconds = (int(each or 0) for each in match.groups())
    return hours * 3600 + minutes * 60 + seconds


def _in_range(
    section: Section, key: str, number: int | None, allowed: tuple[int, int], unit: str = ""
) -> int | None:
    """Return a number that is in a range; report another one, and return None."""
    least, most = allowed
    if number is None or least <= number <= most:
        return number
    section.error(key, f"expected {least} to {most}{unit}, got {number}")
    return None


def _backend(manifest: Section) -> None:
    http = manifest.left(
        "http",
        "there is no load balancer inside of a network: call the service by a queue, or "
        "put it into the Compose file of the service that calls it",
    )
    if not http:
        manifest.report.changed(
            manifest.node.at,
            (),
            "nothing reaches a ContainerService: where another service calls this one, put it into "
            "the Compose file of that one, in whose task it is at localhost",
        )


def _platform(manifest: Section, containers: Containers) -> None:
    node = manifest.take("platform")
    if node is None:
        return
    if isinstance(node, MappingNode):
        platform = manifest.of(node, "platform")
        system, machine = platform.text("osfamily") or "linux", platform.text("architecture")
        platform.rest()
    else:
        system, _, machine = (manifest.text("platform") or "").partition("/")
    if "windows" in system.lower():
        manifest.error("platform", "Windows containers are not supported here")
        return
    arm = (machine or "").lower() in {"arm64", "arm"}
    for service in containers.services.values():
        service["platform"] = manifest.placed("platform", "linux/arm64" if arm else "linux/amd64")
    manifest.carried("platform", "platform of the services")


def _count(
    name: str,
    manifest: Section,
    containers: Containers,
    workload: Workload,
    *,
    counts_requests: bool,
    is_app_runner: bool,
) -> None:
    node = manifest.take("count")
    if node is None:
        return
    if not isinstance(node, MappingNode):
        if is_app_runner and _SCALING_NAME.fullmatch(text_of(node) or ""):
            manifest.left("count", "the name of a scaling of App Runner's: give deploy.replicas")
            return
        number = manifest.number("count")
        if number is not None:
            _replicas(name, manifest.placed("count", number), containers)
            manifest.carried("count", "deploy.replicas of the service")
        return
    count = manifest.of(node, "count")
    spot = count.number("spot")
    if spot is not None:
        workload.spot = True
        _replicas(name, count.placed("spot", spot), containers)
        count.changed(
            "spot",
            "deploy.replicas of the service; on spare capacity where all services of the "
            "environment are: spot in stacks/environments.py",
        )
    limits = _limits(count)
    targets = {key: _target(count, key) for key in ("cpu_percentage", "memory_percentage")}
    requests = _target(count, "requests")
    if requests is not None and not counts_requests:
        count.left("requests", "no requests reach a ContainerService")
        requests = None
    for key in ("response_time", "queue_delay"):
        count.left(
            key,
            "give TaskScaling metrics=[ScalingMetric(…)] in stacks/environments.py: a metric "
            "that falls as tasks are added",
        )
    if count.take("cooldown") is not None:
        count.changed("cooldown", "TaskScaling's own: 60 s before more tasks, 300 s before fewer")
    count.rest()
    if limits is None:
        return
    least, most = limits
    if not any([*targets.values(), requests]):
        _replicas(name, count.placed("range", least), containers)
        count.changed("range", f"{least} tasks: no target of the scaling is known here")
        return
    workload.scaling = Scaling(
        least=max(least, 1),
        most=most,
        cpu=targets["cpu_percentage"],
        memory=targets["memory_percentage"],
        requests=requests,
    )
    if least == 0:
        count.changed(
            "range",
            f"1 to {most} tasks, scaling in stacks/environments.py: of no task there is no use to "
            "measure, and nothing would start one again",
        )
    else:
        count.carried("range", "scaling in stacks/environments.py")


def _replicas(name: str, number: Placed, containers: Containers) -> None:
    deploy = containers.services[name].setdefault("deploy", {})
    if isinstance(deploy, dict):
        deploy["replicas"] = number


def _limits(count: Section) -> tuple[int, int] | None:
    node = count.take("range")
    if isinstance(node, MappingNode):
        limits = count.of(node, "range")
        least, most = limits.number("min"), limits.number("max")
        limits.left(
            "spot_from",
            "give the environment spot=Spot(base=NUMBER) in stacks/environments.py: the tasks "
            "above the base are on spare capacity",
        )
        limits.rest()
    else:
        text = count.text("range")
        if text is None:
            return None
        match = _RANGE.fullmatch(text.replace(" ", ""))
        least, most = (int(match[1]), int(match[2])) if match else (None, None)
    if least is None or most is None or not 0 <= least <= most or most < 1:
        count.error("range", "expected a range such as 1-10")
        return None
    return least, most


def _target(count: Section, key: str) -> int | None:
    node = count.take(key)
    if isinstance(node, MappingNode):
        target = count.of(node, key)
        number = target.number("value")
        if target.take("cooldown") is not None:
            target.changed("cooldown", "TaskScaling's own: 60 s before more, 300 s before fewer")
        target.rest()
    else:
        number = count.number(key)
    if key.endswith("percentage"):
        return _in_range(count, key, number, (1, 100), " percent")
    return number


def _deployment(name: str, manifest: Section, containers: Containers) -> None:
    deployment = manifest.section("deployment")
    if deployment is None:
        return
    rolling = deployment.text("rolling")
    if rolling == "recreate":
        deploy = containers.services[name].setdefault("deploy", {})
        if isinstance(deploy, dict):
            deploy["update_config"] = deployment.placed("rolling", {"order": "stop-first"})
        deployment.carried("rolling", "update_config of the service: stop-first")
    elif rolling == "default":
        deployment.carried("rolling", "new tasks start before old ones stop")
    elif rolling is not None:
        deployment.error(
            "rolling",
            f"expected default or recreate, got {rolling!r}",
        )
    deployment.left(
        "rollback_alarms", "give the construct monitoring=Monitoring(…), whose alarms roll back"
    )
    deployment.rest()


def _storage(
    name: str, manifest: Section, containers: Containers, workload: Workload
) -> dict[str, Value]:
    """Take ``storage``; return the volumes of the Compose file."""
    storage = manifest.section("storage")
    volumes: dict[str, Value] = {}
    if storage is None:
        return volumes
    size = _in_range(storage, "ephemeral", storage.number("ephemeral"), _DISK, " GiB")
    if size is not None:
        if size > _DISK[0]:
            workload.keywords.append(Keyword(text=f"ephemeral_storage_gib={size}"))
        storage.carried("ephemeral", "ephemeral_storage_gib of the construct")
    if storage.boolean("readonly_fs"):
        containers.services[name]["read_only"] = storage.placed("readonly_fs", value=True)
        storage.carried("readonly_fs", "read_only of the service")
    mounts: list[Value] = []
    for volume_name, volume in storage.sections("volumes"):
        path, read_only = volume.text("path"), volume.boolean("read_only")
        volumes[volume_name] = Placed(_volume(volume), volume.node.at, volume.path)
        volume.rest()
        if path is not None:
            # Copilot's default is to read only.
            mounts.append(mount(volume_name, path, read_only=read_only is not False))
    if mounts:
        containers.services[name]["volumes"] = storage.placed("volumes", mounts)
    storage.rest()
    return volumes


def _volume(volume: Section) -> Value:
    node = volume.take("efs")
    scratch: Value = {"x-serverless-containers": {"storage": "scratch"}}
    if node is None or (isinstance(node, Scalar) and node.value is False):
        volume.report.carried(volume.node.at, volume.path, "a volume on the task's disk")
        return scratch
    if isinstance(node, MappingNode):
        efs = volume.of(node, "efs")
        if "id" in efs:
            volume.changed(
                "efs",
                "a folder of a new file system, which starts empty: copy the data, for instance "
                "with AWS DataSync, and leave the old file system until that is done",
            )
            for key in ("root_dir", "auth"):
                efs.take(key)
        for key in ("uid", "gid"):
            if efs.number(key) is not None:
                efs.changed(key, "the folder belongs to whom the container starts as: user")
        efs.rest()
        return {}
    if volume.boolean("efs"):
        volume.changed(
            "efs", "a folder of a new file system, which starts empty: copy the data if it matters"
        )
    return {}


def _network(manifest: Section, workload: Workload) -> None:
    network = manifest.section("network")
    if network is None:
        return
    if network.take("connect") is not None:
        network.left(
            "connect",
            "there is no Service Connect: services of one Compose file share a "
            "task, and others call each other by their URLs",
        )
    vpc = network.section("vpc")
    if vpc is not None:
        node = vpc.take("placement")
        if isinstance(node, Scalar):
            placement = vpc.text("placement")
            if placement not in {"public", "private"}:
                vpc.wrong("placement", node, "public, private or a mapping")
            workload.private = placement == "private"
            vpc.carried("placement", "network_profile of the environment")
        elif node is not None:
            vpc.left(
                "placement",
                "subnets of another stack: give the ContainerCluster's place to "
                "constructs with vpc= and vpc_subnets= of ec2.Vpc.from_lookup",
            )
        vpc.left(
            "security_groups",
            "give the construct security_groups=[…] of the CDK's "
            "ec2.SecurityGroup.from_security_group_id",
        )
        vpc.rest()
    network.rest()


def _logging(manifest: Section, workload: Workload) -> None:
    section = manifest.section("logging")
    if section is None:
        return
    days = section.number("retention")
    if days in RETENTIONS:
        workload.log_retention = days
        section.carried(
            "retention",
            "log_retention in stacks/environments.py: the longest of the environment's services",
        )
    elif days is not None:
        section.error(
            "retention",
            f"expected days that CloudWatch Logs knows, {', '.join(map(str, RETENTIONS))}; got "
            f"{days}",
        )
    for key in section.node:
        if key != "retention":
            section.left(key, "logs go to CloudWatch Logs, and through no FireLens")


_OTHERS = {
    "nlb": "there is no network load balancer: what speaks TCP or UDP cannot be reached",
    "alb": "a load balancer of another stack is not shared",
    "publish": "make the topics with aws_sns in the app, and call topic.grant_publish(construct); "
    'environment={"COPILOT_SNS_TOPIC_ARNS": …} of the construct tells the containers',
    "subscribe": "make the queue with aws_sqs in the app, and call "
    'queue.grant_consume_messages(construct); environment={"COPILOT_QUEUE_URI": …} of the '
    "construct tells the containers",
    "observability": "give the construct tracing=Tracing(), whose collector sends traces to X-Ray",
    "taskdef_overrides": "there are no overrides of the template: most of what they are for has a "
    "key of Compose",
    "tags": "Tags.of(stack).add in stacks/environment_stage.py",
    "on": "nothing here starts a task by the clock",
    "timeout": "nothing here ends a task by the clock",
    "retries": "nothing here runs a task once more",
}


def _others(manifest: Section) -> None:
    for key, why in _OTHERS.items():
        manifest.left(key, why)
