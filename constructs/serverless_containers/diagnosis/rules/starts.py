"""Rules about tasks that do not start: images, secrets, roles, logs, file systems, capacity."""

import re
import shlex

from serverless_containers.diagnosis.evidence import Evidence
from serverless_containers.diagnosis.rule import Found, Rule
from serverless_containers.diagnosis.signs import (
    ANY_CAUSE,
    clock,
    closed_subnets,
    details,
    endpoints_of,
    first,
    is_complete,
    lets_in,
    missing_endpoints,
    new_events,
    shortened,
    shows,
    stops,
    subnet_cidrs,
    task_groups,
    task_id,
)
from serverless_containers.diagnosis.stopped import (
    FILE_SYSTEMS,
    INITIALIZATION_ERRORS,
    PULL_ERRORS,
    QUOTAS,
    ROLES,
    SERVICE_EVENTS,
    SPOT,
    STOPPED_ERRORS,
)

_STATUS = "serverless-containers status --stack {stack}"
_STOPPED = (
    "aws ecs list-tasks --cluster {cluster} --service-name {service} --desired-status STOPPED"
)
_REDEPLOY = "aws ecs update-service --cluster {cluster} --service {service} --force-new-deployment"
_RUN_PIPELINE = "aws codepipeline start-pipeline-execution --name {pipeline}"
_CDK_ASSETS = "cdk-"
"""Beginning of the name of the repository in which the CDK keeps images: "AWS CDK bootstrapping",
AWS CDK Developer Guide."""
_PULLS = {"image-missing", "image-denied", "image-not-pulled"}
_UNREACHABLE = {
    "registry-unreachable": ("ecr.api", "ecr.dkr", "s3", "logs"),
    "registry-auth-unreachable": ("ecr.api", "ecr.dkr", "s3", "logs"),
    "secrets-unreachable": ("secretsmanager", "ssm"),
    "logs-unreachable": ("logs",),
}
"""Stops for want of a way, and the endpoints of which one would be it."""
_PLATFORMS = {"X86_64": "linux/amd64", "ARM64": "linux/arm64"}
_ECR = re.compile(r"^\d{12}\.dkr\.ecr\.[\w-]+\.amazonaws\.com(?:\.cn)?/")


def _repository(image: str) -> str:
    """Return the name of an image's repository in Amazon ECR."""
    name = _ECR.sub("", image).partition("@")[0]
    return name.rpartition(":")[0] or name


def _named_image(evidence: Evidence, text: str) -> str:
    """Return the image of the task definition that a text names; empty if it names none."""
    return next((each["image"] for each in evidence.containers if each["image"] in text), "")


def _image_missing(evidence: Evidence) -> Found | None:
    gone = {
        name: image.error
        for name, image in evidence.images.items()
        if image.error in {"ImageNotFoundException", "RepositoryNotFoundException"}
    }
    lines = [f"{name}: Amazon ECR answers {error}" for name, error in gone.items()]
    lines += shows(evidence, {"image-missing"})
    if not lines:
        return None
    said = " ".join(details(evidence, _PULLS))
    image = next(iter(gone), "") or _named_image(evidence, said)
    repository = _repository(image) if image else ""
    repair, advice = _image_repair(evidence, repository)
    return Found(
        evidence=first(lines),
        values={
            "repository": repository,
            "image": shlex.quote(image) if image else "",
            "pipeline": (evidence.pipeline or {}).get("pipelineName", ""),
        },
        repair=repair,
        advice=advice,
    )


def _image_repair(evidence: Evidence, repository: str) -> tuple[str, str]:
    """Return the command that brings an image back, and what to do in words."""
    revision = str((evidence.service or {}).get("taskDefinition", "")).rpartition(":")[2]
    is_first = revision == "1"
    if evidence.pipeline:
        before = "" if is_first else " Until then `rollback` runs a revision whose image is there."
        return _RUN_PIPELINE, f"Run the pipeline, which builds and pushes it.{before}"
    if repository.startswith(_CDK_ASSETS):
        return "cdk deploy {stack_path}", "Deploy the stack again: the CDK publishes its images."
    if is_first:
        return "docker push {image}", (
            "Build the image and push it under this name: there is no revision before to go back "
            "to."
        )
    return (
        "serverless-containers rollback --stack {stack}",
        "Go back to a revision whose image is there, or push the image under this name.",
    )


def _image_platform(evidence: Evidence) -> Found | None:
    platform = (evidence.task_definition or {}).get("runtimePlatform", {})
    wanted = _PLATFORMS.get(platform.get("cpuArchitecture", "X86_64"), "linux/amd64")
    lines = [
        f"{name} is built for {', '.join(image.platforms)}; the task runs on {wanted}"
        for name, image in evidence.images.items()
        if image.platforms and wanted not in image.platforms
    ]
    lines += shows(evidence, {"image-platform", "exec-format"})
    for name, log in evidence.logs.items():
        lines += [
            f"log of {name}: {shortened(line)}" for line in log if "exec format error" in line
        ]
    if not lines:
        return None
    image = next((name for name in evidence.images), "")
    return Found(
        evidence=first(lines), values={"platform": wanted, "repository": _repository(image)}
    )


def _image_denied(evidence: Evidence) -> Found | None:
    lines = shows(evidence, {"image-denied", "registry-auth-denied"})
    if not lines:
        return None
    role = str((evidence.task_definition or {}).get("executionRoleArn", ""))
    return Found(evidence=lines, values={"role": role.rpartition("/")[2]})


def _rate_limit(evidence: Evidence) -> Found | None:
    lines = shows(evidence, {"registry-rate-limit"})
    return Found(evidence=lines) if lines else None


def _no_space(evidence: Evidence) -> Found | None:
    lines = list(shows(evidence, {"image-no-space"}))
    for name, log in evidence.logs.items():
        lines += [
            f"log of {name}: {shortened(line)}"
            for line in log
            if "No space left on device" in line or "ENOSPC" in line
        ]
    if not lines:
        return None
    storage = (evidence.task_definition or {}).get("ephemeralStorage", {}).get("sizeInGiB", 20)
    return Found(evidence=(*first(lines), f"the task has {storage} GiB of ephemeral storage"))


def _other_pull(evidence: Evidence) -> Found | None:
    lines = shows(evidence, {"image-not-pulled", "image-layers"})
    return Found(evidence=lines) if lines else None


def _no_route(evidence: Evidence) -> Found | None:
    lines = shows(evidence, set(_UNREACHABLE))
    closed = closed_subnets(evidence)
    if not lines or not closed:
        return None
    needed = [
        endpoint
        for _, stop in stops(evidence)
        for endpoint in _endpoints_for(stop.code, stop.detail)
    ]
    missing = missing_endpoints(evidence, dict.fromkeys(needed))
    public = [
        each["image"]
        for each in evidence.containers
        if not _ECR.match(each["image"]) and each["image"].split(":")[0] in " ".join(lines)
    ]
    if not missing and not public:
        return None
    advice = ""
    if missing:
        lines = (*lines, f"the VPC has no endpoint of {', '.join(missing)}")
    if public:
        advice = (
            f"{public[0]} is not in Amazon ECR, and no endpoint leads to another registry: keep "
            "it in Amazon ECR, or give the subnets a NAT gateway (network_profile private)."
        )
    ways = [f"{subnet} {reason}" for subnet, reason in closed.items()]
    return Found(
        evidence=(*lines, *first(ways)),
        advice=advice,
        values={"subnets": ",".join(closed), "endpoint": missing[0] if missing else ""},
    )


def _endpoints_for(code: str, detail: str) -> tuple[str, ...]:
    if code == "secrets-unreachable":
        by_name = {
            "secretsmanager": r"secretsmanager|\basm\b",
            "ssm": r"\bssm\b|parameter",
        }
        named = tuple(
            name for name, pattern in by_name.items() if re.search(pattern, detail, re.IGNORECASE)
        )
        return named or _UNREACHABLE[code]
    return _UNREACHABLE.get(code, ())


def _endpoint_closed(evidence: Evidence) -> Found | None:
    lines = shows(evidence, set(_UNREACHABLE))
    if not lines:
        return None
    groups = task_groups(evidence)
    ids = [group["GroupId"] for group in groups]
    shut = []
    if (
        groups
        and not lets_in(groups, 443, (), egress=True)
        and not lets_in(groups, 443, evidence.security_groups, egress=True)
    ):
        shut.append(f"no security group of the tasks ({', '.join(ids)}) lets port 443 out")
    cidrs = subnet_cidrs(evidence)
    needed = dict.fromkeys(
        each for _, stop in stops(evidence) for each in _endpoints_for(stop.code, stop.detail)
    )
    for service in needed:
        for endpoint in endpoints_of(evidence, service):
            own = [
                evidence.security_groups[each["GroupId"]]
                for each in endpoint.get("Groups", ())
                if each["GroupId"] in evidence.security_groups
            ]
            if own and cidrs and not lets_in(own, 443, ids, cidrs):
                shut.append(
                    f"{own[0]['GroupId']} of the endpoint {service} does not let port 443 in from "
                    f"the tasks ({', '.join(ids)})"
                )
    if not shut:
        return None
    group = next((word for word in re.findall(r"sg-\w+", shut[-1])), "")
    return Found(evidence=(*lines, *shut), values={"group": group, "source": ids[0] if ids else ""})


def _unreachable(evidence: Evidence) -> Found | None:
    lines = shows(evidence, set(_UNREACHABLE))
    return Found(evidence=lines) if lines else None


def _secret_missing(evidence: Evidence) -> Found | None:
    gone = {
        name: code
        for name, code in evidence.secrets.items()
        if code in {"ResourceNotFoundException", "ParameterNotFound", "Deleted", "NoValue"}
    }
    words = {
        "Deleted": "is scheduled for deletion",
        "NoValue": "has no value yet",
    }
    lines = [f"{name} {words.get(code, 'does not exist')}" for name, code in gone.items()]
    lines += shows(evidence, {"secret-missing", "secret-deleted"})
    if not lines:
        return None
    return Found(evidence=first(lines), values={"secret": next(iter(gone), "")})


def _secret_key(evidence: Evidence) -> Found | None:
    lines = shows(evidence, {"secret-key-missing"})
    return Found(evidence=lines) if lines else None


def _secret_denied(evidence: Evidence) -> Found | None:
    lines = shows(evidence, {"secret-denied"})
    if not lines:
        return None
    role = str((evidence.task_definition or {}).get("executionRoleArn", ""))
    return Found(evidence=lines, values={"role": role.rpartition("/")[2]})


def _role(evidence: Evidence) -> Found | None:
    lines = list(shows(evidence, {"role-not-assumed"}))
    name = ""
    for arn, role in evidence.roles.items():
        if isinstance(role, str):
            if role == "NoSuchEntity":
                lines.append(f"{arn} does not exist")
                name = arn.rpartition("/")[2]
        elif not _trusts_tasks(role):
            lines.append(f"{arn} does not trust ecs-tasks.amazonaws.com")
            name = arn.rpartition("/")[2]
    return Found(evidence=first(lines), values={"role": name}) if lines else None


def _trusts_tasks(role: object) -> bool:
    return "ecs-tasks.amazonaws.com" in str(role)


def _log_group(evidence: Evidence) -> Found | None:
    gone = [name for name, there in evidence.log_groups.items() if not there]
    lines = [f"there is no log group {name}" for name in gone]
    lines += shows(evidence, {"log-group-missing"})
    return (
        Found(evidence=first(lines), values={"log_group": gone[0] if gone else ""})
        if lines
        else None
    )


def _logs_denied(evidence: Evidence) -> Found | None:
    lines = shows(evidence, {"logs-denied", "log-driver"})
    return Found(evidence=lines) if lines else None


def _file_system(evidence: Evidence) -> Found | None:
    lines = list(
        shows(evidence, {"file-system-denied", "file-system-name", "file-system-not-mounted"})
    )
    if not lines:
        return None
    zones = {each["SubnetId"]: each.get("AvailabilityZone", "") for each in evidence.subnets}
    system = ""
    for system, targets in evidence.file_systems.items():
        ready = {
            each.get("AvailabilityZoneName")
            for each in targets
            if each.get("LifeCycleState") == "available"
        }
        lines += [
            f"{system} has no mount target in {zone}, where {subnet} is"
            for subnet, zone in zones.items()
            if zone and zone not in ready
        ]
    return Found(evidence=tuple(lines), values={"file_system": system})


def _no_addresses(evidence: Evidence) -> Found | None:
    lines = list(shows(evidence, {"no-free-addresses"}))
    empty = [
        f"{each['SubnetId']} ({each.get('CidrBlock')}) has no free address"
        for each in evidence.subnets
        if each.get("AvailableIpAddressCount") == 0
    ]
    if empty and (lines or not is_complete(evidence)):
        lines += empty
    return Found(evidence=first(lines)) if lines else None


def _network_interface(evidence: Evidence) -> Found | None:
    lines = shows(evidence, {"network-interface"})
    return Found(evidence=lines) if lines else None


def _quota(evidence: Evidence) -> Found | None:
    lines = list(shows(evidence, {"quota-reached"}))
    lines += [
        f"{name}: {used:g} of {allowed:g} used"
        for name, (used, allowed) in evidence.quotas.items()
        if allowed > 0 and used >= allowed
    ]
    return Found(evidence=first(lines)) if lines else None


def _capacity(evidence: Evidence) -> Found | None:
    lines = shows(evidence, {"capacity-unavailable"})
    if not lines:
        return None
    providers = [
        each.get("capacityProvider")
        for each in (evidence.service or {}).get("capacityProviderStrategy", ())
    ]
    named = [f"the service runs on {', '.join(map(str, providers))}"] if providers else []
    return Found(evidence=(*lines, *named))


def _spot(evidence: Evidence) -> Found | None:
    lost = [task for task, stop in stops(evidence) if stop.code == "spot-interruption"]
    if not lost:
        return None
    lines = [
        f"task {task_id(task['taskArn'])} stopped {clock(task.get('stoppedAt'))}" for task in lost
    ]
    return Found(evidence=first(lines))


def _dependency(evidence: Evidence) -> Found | None:
    lines = shows(evidence, {"dependency"})
    return Found(evidence=lines) if lines else None


def _waits_for_images(evidence: Evidence) -> Found | None:
    # The first deployment: tasks are wanted before the pipeline has built anything.
    empty = [name for name, image in evidence.images.items() if image.error]
    service = evidence.service or {}
    if not empty or service.get("runningCount") or evidence.stopped_tasks:
        return None
    return None if not service.get("desiredCount") else Found(evidence=tuple(empty))


def _do_not_start(evidence: Evidence) -> Found | None:
    lines = [
        f"event {clock(at)}: {shortened(text)}"
        for at, text in new_events(evidence)
        if "unable to consistently start tasks" in text or "unable to place a task" in text
    ]
    lines += shows(
        evidence,
        {
            "not-started",
            "not-initialized",
            "container-not-started",
            "runtime-timeout",
            "internal-error",
            "unresponsive",
            "unknown",
        },
    )
    return Found(evidence=first(lines)) if lines else None


_STARTS = (*ANY_CAUSE, "other-pull-error", "aws-unreachable")
RULES = (
    Rule(
        code="role-invalid",
        title="ECS cannot assume a role of the task.",
        sees="Tasks do not start; an event says `ECS was unable to assume the role`.",
        why="The execution role or the task's role was deleted, or its trust policy does not let "
        "ecs-tasks.amazonaws.com assume it.",
        look="aws iam get-role --role-name {role} --query Role.AssumeRolePolicyDocument",
        fix="Deploy the stack again, which restores the role; the trust policy must let "
        "ecs-tasks.amazonaws.com call sts:AssumeRole.",
        repair="cdk deploy {stack_path}",
        page=ROLES,
        find=_role,
        explains=(*_STARTS, "image-denied", "secret-denied"),
    ),
    Rule(
        code="image-missing",
        title="The image is not in its repository.",
        sees="Tasks stop with `CannotPullContainerError: … not found`; nothing is in the logs.",
        why="No image has the tag or digest that the task definition names: the pipeline has not "
        "pushed it, or a lifecycle rule has expired it.",
        look="aws ecr describe-images --repository-name {repository} "
        "--query 'imageDetails[].[imageTags,imagePushedAt]'",
        fix="Run the pipeline, or push the image; go back to a revision whose image is there, if "
        "there was one before.",
        repair=_RUN_PIPELINE,
        page=PULL_ERRORS,
        find=_image_missing,
        explains=(*_STARTS, "image-denied"),
    ),
    Rule(
        code="image-platform",
        title="The image is built for another processor than the task has.",
        sees="Tasks stop with `does not contain descriptor matching platform`, or the log says "
        "`exec format error`.",
        why="A build on a machine with another processor made an image for that one; Fargate runs "
        "what the task definition's runtimePlatform says.",
        look="aws ecr batch-get-image --repository-name {repository} --image-ids imageTag=TAG",
        fix="Build for the task's platform, say it as `platform:` in the Compose file, or build "
        "for both.",
        repair="docker buildx build --platform {platform} --push --tag IMAGE .",
        page=PULL_ERRORS,
        find=_image_platform,
        explains=(*_STARTS, "container-exits", "command-missing"),
    ),
    Rule(
        code="registry-rate-limit",
        title="The registry turns pulls away, because there were too many.",
        sees="Some tasks stop with `toomanyrequests` or `429 Too Many Requests`, others start.",
        why="Public registries count pulls by address, and everything behind a NAT gateway has "
        "one address.",
        look=_STOPPED,
        fix="Keep the image in Amazon ECR: a copy, or a pull-through cache rule.",
        repair="aws ecr create-pull-through-cache-rule --ecr-repository-prefix docker-hub "
        "--upstream-registry-url registry-1.docker.io --credential-arn SECRET",
        page=PULL_ERRORS,
        find=_rate_limit,
        explains=_STARTS,
    ),
    Rule(
        code="security-group-endpoints",
        title="A security group keeps the tasks from AWS.",
        sees="Tasks stop with `i/o timeout` although the VPC has the endpoints.",
        why="The tasks reach an endpoint only if their group lets port 443 out and the endpoint's "
        "group lets it in from them.",
        look="aws ec2 describe-security-groups --group-ids {group}",
        fix="Let port 443 in to the endpoint's group from the tasks' group, and out of the latter.",
        repair="aws ec2 authorize-security-group-ingress --group-id {group} "
        "--ip-permissions 'IpProtocol=tcp,FromPort=443,ToPort=443,"
        "UserIdGroupPairs=[{{GroupId={source}}}]'",
        page=INITIALIZATION_ERRORS,
        find=_endpoint_closed,
        explains=_STARTS,
    ),
    Rule(
        code="no-route",
        title="The tasks' subnets have no way to the registry or to AWS.",
        sees="Tasks stop after minutes with `i/o timeout`, `context deadline exceeded` or `unable "
        "to pull secrets or registry auth`.",
        why="A task needs a public address and an internet gateway, or a NAT gateway, or the "
        "endpoints ecr.api, ecr.dkr, s3 and logs, and secretsmanager or ssm for its secrets. The "
        "gateway endpoint of s3, where ECR keeps layers, is forgotten most often.",
        look="aws ec2 describe-vpc-endpoints --query 'VpcEndpoints[].[ServiceName,State]'",
        fix="Add the endpoints that are missing, or a NAT gateway (network_profile `private`).",
        repair="cdk deploy {stack_path}",
        page=INITIALIZATION_ERRORS,
        find=_no_route,
        explains=_STARTS,
    ),
    Rule(
        code="image-denied",
        title="The registry refuses the pull.",
        sees="Tasks stop with `CannotPullContainerError … 403 Forbidden`, `pull access denied` or "
        "`not authorized to perform: ecr:GetAuthorizationToken`.",
        why="The execution role (not the task's role) pulls images and lacks a permission, or the "
        "repository's policy or the endpoint's policy does not let it in.",
        look="aws iam list-role-policies --role-name {role}",
        fix="Give the execution role ecr:GetAuthorizationToken on *, and ecr:BatchGetImage and "
        "ecr:GetDownloadUrlForLayer on the repository; deploying the stack restores both.",
        repair="cdk deploy {stack_path}",
        page=PULL_ERRORS,
        find=_image_denied,
        explains=_STARTS,
    ),
    Rule(
        code="storage-full",
        title="The task's storage is full.",
        sees="Tasks stop with `no space left on device`, or the log says ENOSPC.",
        why="Image layers and what containers write share the task's ephemeral storage: 20 GiB "
        "unless more is asked for.",
        look=_STATUS,
        fix="Ask for more ephemeral storage, make the image smaller, or write to a volume.",
        repair="cdk deploy {stack_path}",
        page=PULL_ERRORS,
        find=_no_space,
        explains=(*_STARTS, "container-exits"),
    ),
    Rule(
        code="secret-missing",
        title="A secret that the task reads is not there.",
        sees="Tasks stop with `ResourceInitializationError: unable to pull secrets …` and "
        "`ResourceNotFoundException` or `invalid ssm parameters`.",
        why="The name or ARN of the task definition leads to nothing, to a secret without a value, "
        "or to one that is scheduled for deletion.",
        look="serverless-containers secrets list",
        fix="Push the values, or restore the secret; then start the tasks again.",
        repair="serverless-containers secrets push",
        page=INITIALIZATION_ERRORS,
        find=_secret_missing,
        explains=(*_STARTS, "secret-denied"),
    ),
    Rule(
        code="secret-key-missing",
        title="A secret lacks the key that the task reads.",
        sees="Tasks stop with `did not contain json key`.",
        why="The task definition reads one key of a JSON object, and the secret's value has none "
        "of that name.",
        look="serverless-containers secrets list",
        fix="Push a value with that key.",
        repair="serverless-containers secrets push",
        page=INITIALIZATION_ERRORS,
        find=_secret_key,
        explains=_STARTS,
    ),
    Rule(
        code="secret-denied",
        title="The execution role may not read a secret.",
        sees="Tasks stop with `unable to pull secrets …` and `AccessDeniedException`.",
        why="ECS reads the secrets of a task definition with the execution role, not the task's "
        "role. It lacks the permission for the secret or for its KMS key, or the secret's policy "
        "denies it.",
        look="aws iam list-role-policies --role-name {role}",
        fix="Give the execution role secretsmanager:GetSecretValue or ssm:GetParameters on it, and "
        "kms:Decrypt on its key; deploying the stack restores what it knows of.",
        repair="cdk deploy {stack_path}",
        page=INITIALIZATION_ERRORS,
        find=_secret_denied,
        explains=_STARTS,
    ),
    Rule(
        code="log-group-missing",
        title="The log group of a container does not exist.",
        sees="Tasks stop with `failed to validate logger args` or `The specified log group does "
        "not exist`.",
        why="The log group was deleted by hand, or the task definition names another region's.",
        look="aws logs describe-log-groups --log-group-name-prefix {log_group}",
        fix="Make it again under the same name.",
        repair="aws logs create-log-group --log-group-name {log_group}",
        page=INITIALIZATION_ERRORS,
        find=_log_group,
        explains=(*_STARTS, "logs-denied"),
    ),
    Rule(
        code="logs-denied",
        title="The log driver could not be started.",
        sees="Tasks stop with `failed to initialize logging driver` or `logs:CreateLogStream`.",
        why="The execution role may not write to the log group, or an option of the driver is "
        "wrong.",
        look=_STOPPED,
        fix="Deploy the stack again, which restores the permission; check `logging:`.",
        repair="cdk deploy {stack_path}",
        page=INITIALIZATION_ERRORS,
        find=_logs_denied,
        explains=_STARTS,
    ),
    Rule(
        code="file-system-not-mounted",
        title="The file system cannot be mounted.",
        sees="Tasks stop with `failed to invoke EFS utils commands` or `mount.nfs4: …`.",
        why="There is no mount target in the task's zone, port 2049 is not let in from the tasks, "
        "the VPC resolves no names, or the task's role may not mount.",
        look="aws efs describe-mount-targets --file-system-id {file_system}",
        fix="Make a mount target in each zone of the tasks, let port 2049 in from their group, "
        "and give the task's role elasticfilesystem:ClientMount and ClientWrite.",
        repair="cdk deploy {stack_path}",
        page=FILE_SYSTEMS,
        find=_file_system,
        explains=_STARTS,
    ),
    Rule(
        code="no-free-addresses",
        title="The tasks' subnets have no free addresses.",
        sees="Tasks stay in PROVISIONING or stop with `InsufficientFreeAddressesInSubnet`.",
        why="Each task takes an address of its subnet, and a rolling deployment runs twice as many "
        "tasks for a while.",
        look="aws ec2 describe-subnets --query "
        "'Subnets[].[SubnetId,CidrBlock,AvailableIpAddressCount]'",
        fix="Run fewer tasks for now; give the service a subnet with more addresses.",
        repair="serverless-containers scale 1 --stack {stack}",
        page=STOPPED_ERRORS,
        find=_no_addresses,
        explains=(*_STARTS, "network-interface"),
    ),
    Rule(
        code="network-interface",
        title="Tasks get no network interface.",
        sees="Tasks stop with `network interface` in their reason.",
        why="EC2 refused to make or attach the interface: a quota of interfaces, a subnet or "
        "security group that is gone, or a fault of AWS's.",
        look=_STOPPED,
        fix="Read the reason; have the quota of network interfaces raised if it names one.",
        page=STOPPED_ERRORS,
        find=_network_interface,
        explains=_STARTS,
    ),
    Rule(
        code="quota-reached",
        title="A quota of the account is used up.",
        sees="Fewer tasks run than should; an event says `You've reached the limit on the number "
        "of vCPUs`.",
        why="Fargate counts the vCPUs of all running tasks of an account and region; a new account "
        "starts with few.",
        look="aws service-quotas list-service-quotas --service-code fargate",
        fix="Ask for a higher quota, and stop tasks that nobody needs meanwhile.",
        repair="aws service-quotas request-service-quota-increase --service-code fargate "
        "--quota-code L-3032A538 --desired-value 100",
        page=QUOTAS,
        find=_quota,
        explains=(*_STARTS, "capacity-unavailable"),
    ),
    Rule(
        code="capacity-unavailable",
        title="AWS has no capacity for the tasks now.",
        sees="Fewer tasks run than should; an event says `Capacity is unavailable at this time`.",
        why="Fargate, most often Fargate Spot, has no such task free in these zones.",
        look=_STATUS,
        fix="Run a base of the tasks on demand (`Spot(base=…)`), or in more zones. ECS tries again "
        "by itself.",
        repair=_REDEPLOY + " --capacity-provider-strategy capacityProvider=FARGATE,weight=1",
        page=SERVICE_EVENTS,
        find=_capacity,
        explains=_STARTS,
    ),
    Rule(
        code="spot-interruption",
        title="Fargate Spot took capacity back.",
        sees="Tasks stop with the code SpotInterruption, two minutes after a notice.",
        why="AWS needed the capacity. The service starts other tasks as soon as there is some.",
        look=_STATUS,
        fix="Nothing, as long as enough tasks run; otherwise run a base on demand "
        "(`Spot(base=…)`). The program should end its requests on SIGTERM.",
        page=SPOT,
        find=_spot,
        note=True,
    ),
    Rule(
        code="dependency-failed",
        title="A container waits in vain for another one.",
        sees="Tasks stop before all containers have started; the reason names a dependency.",
        why="`depends_on` waits for a container that does not start, is not healthy in time, or "
        "ended with an error.",
        look="serverless-containers logs --stack {stack}",
        fix="Mend the container that is waited for, or its health check.",
        page='"Container dependency", Amazon ECS Developer Guide',
        find=_dependency,
        explains=_STARTS,
    ),
    Rule(
        code="other-pull-error",
        title="An image cannot be pulled.",
        sees="Tasks stop with `CannotPullContainerError`.",
        why="The registry's answer is in the reason.",
        look="docker pull IMAGE",
        fix="Build the image anew and push it; pull it by hand to see the error at length.",
        page=PULL_ERRORS,
        find=_other_pull,
        explains=ANY_CAUSE,
    ),
    Rule(
        code="aws-unreachable",
        title="The tasks cannot reach the registry or AWS.",
        sees="Tasks stop with `i/o timeout`, and routes, endpoints and security groups look sound.",
        why="Something between them is shut that was not looked at: a network ACL, a firewall, the "
        "policy of an endpoint, a name that resolves elsewhere, or a registry that is down.",
        look="aws ec2 describe-network-acls --query 'NetworkAcls[].Entries'",
        fix="Look at network ACLs, endpoint policies and private DNS of the endpoints.",
        page=INITIALIZATION_ERRORS,
        find=_unreachable,
        explains=ANY_CAUSE,
    ),
)
"""The rules whose causes lie before a container's start."""
LAST = (
    Rule(
        code="deployment-waits-for-images",
        title="No image has been built yet.",
        sees="A first deployment goes on and no task has started.",
        why="The service wants tasks, and the pipeline that builds their images has not run or has "
        "failed.",
        look=_STATUS,
        fix="Wait for the pipeline, or mend it.",
        page=PULL_ERRORS,
        find=_waits_for_images,
        explains=("tasks-missing",),
    ),
    Rule(
        code="tasks-do-not-start",
        title="Tasks do not start.",
        sees="An event says `is unable to consistently start tasks successfully`.",
        why="ECS starts them more and more slowly after several failures.",
        look=_STATUS,
        fix="Read the reasons of the stopped tasks.",
        repair="serverless-containers rollback --stack {stack}",
        page=SERVICE_EVENTS,
        find=_do_not_start,
        explains=("deployment-rolled-back", "deployment-stuck", "tasks-missing", "alarm"),
    ),
)
"""The rules that tell what follows from others."""
