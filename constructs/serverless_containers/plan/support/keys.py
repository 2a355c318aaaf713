"""The record of every Compose key: its class on Fargate, what it becomes, and why none.

``container`` is short for a container definition of the task, ``TaskDefinition`` and ``Service``
for the resources of Amazon ECS.
"""

from collections.abc import Mapping

from serverless_containers.plan.settings import EXTENSION
from serverless_containers.plan.support.record import (
    KeySupport,
    approximated,
    local_only,
    mapped,
    missed,
    rejected,
)

Keys = Mapping[str, KeySupport]

_LOOPBACK = "the containers of a task share one loopback interface"
_ONE_LOOPBACK = local_only(_LOOPBACK)
_HOSTS = mapped("the task's /etc/hosts")
_DNS = approximated("the task uses the resolver of its VPC; this key is left out")
_FARGATE_PLACES = approximated("Fargate places tasks; this key is left out")
_LEFT_OUT = approximated("nothing on Fargate has a use for it; this key is left out")
_NO_HOST = rejected("Fargate gives no access to a host")
_NO_DEVICES = rejected("Fargate offers no devices to containers")
_NO_LABELS = local_only("labels of it are read by local engines")
_NO_MODELS = rejected("Fargate runs no models", "call one through Amazon Bedrock")
_NO_SWAP = approximated("Fargate has no swap; this key is left out")
_NO_TEMPLATE = rejected("nothing fills in templates", "write the file as it should be")
_NO_WINDOWS = rejected("tasks run Linux containers")
_NOBODY_ATTACHED = local_only("nobody is attached to a deployed container")
_PULLED_ALWAYS = local_only("Fargate pulls the image for every task")
_SCHEDULER = approximated(
    "Fargate schedules a task by its size alone; this key is left out",
    "say deploy.resources.limits.cpus instead",
)
_OF_THE_HOST = approximated("it tunes a host, of which Fargate has none; this key is left out")
_PROCESSES = missed("Fargate limits no processes; this key is left out", "say ulimits.nproc")

_NO_EFFECT = local_only("it changes how a build is done, not what it makes")
_NO_PRIVILEGES = rejected("a build gets no privileges", "do without them, or name an image")

BUILD: Keys = {
    "context": mapped("the build's context"),
    "dockerfile": mapped("the build's Dockerfile"),
    "dockerfile_inline": mapped("the build's Dockerfile", in_asset=False),
    "args": mapped("the build's arguments"),
    "target": mapped("the build's target"),
    "network": mapped("the build's network"),
    "labels": mapped("the image's labels", in_asset=False),
    "additional_contexts": mapped("the build's other contexts", in_asset=False),
    "secrets": mapped(
        "the build's secrets",
        in_asset=False,
        not_in_pipeline="CodeBuild has no secrets of this machine to mount",
    ),
    "ssh": mapped(
        "the build's SSH agents",
        in_asset=False,
        not_in_pipeline="CodeBuild has no SSH agent of this machine",
    ),
    "extra_hosts": mapped("the build's hosts", in_asset=False),
    "shm_size": mapped("the build's shared memory", in_asset=False),
    "ulimits": mapped(
        "the build's limits",
        in_asset=False,
        not_in_pipeline="the limits of a build are CodeBuild's",
    ),
    "cache_from": mapped("the images in registries that the build takes layers from"),
    "cache_to": mapped("the cache in the image, if the type is inline"),
    "no_cache": mapped("the build's caches"),
    "no_cache_filter": _NO_EFFECT,
    "pull": _NO_EFFECT,
    "provenance": _NO_EFFECT,
    "sbom": _NO_EFFECT,
    "platforms": local_only("the image is built for the architecture of the task"),
    "tags": local_only("the image is tagged by its content"),
    "entitlements": _NO_PRIVILEGES,
    "privileged": _NO_PRIVILEGES,
    "isolation": _NO_WINDOWS,
}
"""The keys of ``build``, for whoever builds the image."""

HEALTHCHECK: Keys = {
    "test": mapped("container.HealthCheck.Command"),
    "interval": mapped("container.HealthCheck.Interval"),
    "timeout": mapped("container.HealthCheck.Timeout"),
    "retries": mapped("container.HealthCheck.Retries"),
    "start_period": mapped("container.HealthCheck.StartPeriod"),
    "start_interval": approximated(
        "ECS checks at the interval from the start", reported_by="health-check-start-interval"
    ),
    "disable": mapped("whether there is a container.HealthCheck"),
}

_CIRCUIT_BREAKER = approximated("the circuit breaker decides when a rollout has failed")
_WHOLE_ROLLOUT = approximated("a rollout replaces as many tasks at once as its percentages allow")

DEPLOY: Keys = {
    "replicas": mapped("Service.DesiredCount"),
    "labels": mapped("Service.Tags"),
    "mode": mapped("Service.SchedulingStrategy"),
    "endpoint_mode": local_only(
        "there is no Swarm to route requests: they reach the tasks through the ingress"
    ),
    "resources": mapped(
        "container and TaskDefinition",
        keys={
            "limits": mapped(
                "container and TaskDefinition",
                keys={
                    "cpus": mapped("container.Cpu and TaskDefinition.Cpu"),
                    "memory": mapped("container.Memory and TaskDefinition.Memory"),
                    "pids": _PROCESSES,
                },
            ),
            "reservations": mapped(
                "container and TaskDefinition",
                keys={
                    "cpus": mapped("container.Cpu and TaskDefinition.Cpu"),
                    "memory": mapped("container.MemoryReservation"),
                    "devices": _NO_DEVICES,
                    "generic_resources": _NO_DEVICES,
                },
            ),
        },
    ),
    "restart_policy": mapped(
        "container.RestartPolicy",
        keys={
            "condition": mapped("container.RestartPolicy"),
            "window": mapped("container.RestartPolicy.RestartAttemptPeriod"),
            "delay": approximated("ECS restarts a container at once"),
            "max_attempts": approximated("ECS restarts a container however often"),
        },
    ),
    "update_config": mapped(
        "Service.DeploymentConfiguration",
        keys={
            "order": mapped(
                "Service.DeploymentConfiguration.MinimumHealthyPercent and MaximumPercent"
            ),
            "failure_action": mapped("Service.DeploymentConfiguration.DeploymentCircuitBreaker"),
            "parallelism": _WHOLE_ROLLOUT,
            "delay": _WHOLE_ROLLOUT,
            "monitor": _CIRCUIT_BREAKER,
            "max_failure_ratio": _CIRCUIT_BREAKER,
        },
    ),
    "rollback_config": approximated("a rollback is a rollout of the old version"),
    "placement": _FARGATE_PLACES,
}

SERVICE: Keys = {
    # What runs
    "image": mapped("container.Image"),
    "build": mapped("container.Image", keys=BUILD),
    "command": mapped("container.Command"),
    "entrypoint": mapped("container.EntryPoint"),
    "working_dir": mapped("container.WorkingDirectory"),
    "user": mapped("container.User"),
    "platform": mapped("TaskDefinition.RuntimePlatform"),
    "init": mapped("container.LinuxParameters.InitProcessEnabled"),
    "read_only": mapped("container.ReadonlyRootFilesystem"),
    "tty": mapped("container.PseudoTerminal"),
    "stdin_open": mapped("container.Interactive"),
    "extends": mapped("what it adds to the service"),
    "profiles": mapped("whether the service is in the task"),
    # What it is told
    "environment": mapped("container.Environment"),
    "env_file": mapped("container.Environment"),
    "secrets": mapped("container.Secrets"),
    "configs": mapped("a container that writes the files, and container.MountPoints"),
    "labels": mapped("container.DockerLabels"),
    "label_file": mapped("container.DockerLabels"),
    # Where it listens
    "ports": mapped(
        "container.PortMappings",
        items={
            "target": mapped("container.PortMappings.ContainerPort"),
            "protocol": mapped("container.PortMappings.Protocol"),
            "published": mapped("the target port, which requests reach through the ingress"),
            "mode": mapped("the target port, which requests reach through the ingress"),
            "host_ip": approximated(
                "a task has an interface of its own; this key is left out",
                reported_by="port-host-address",
            ),
            "name": _LEFT_OUT,
            "app_protocol": _LEFT_OUT,
        },
    ),
    "expose": mapped("container.PortMappings"),
    # How it lives
    "depends_on": mapped(
        "container.DependsOn",
        items={
            "condition": mapped("container.DependsOn.Condition"),
            "restart": approximated("ECS restarts no container for another's sake"),
            "required": local_only("all containers of a task are there"),
        },
    ),
    "healthcheck": mapped("container.HealthCheck", keys=HEALTHCHECK),
    "restart": mapped("container.RestartPolicy"),
    "stop_grace_period": mapped("container.StopTimeout"),
    "deploy": mapped("Service, TaskDefinition and container", keys=DEPLOY),
    "scale": mapped("Service.DesiredCount"),
    "logging": mapped(
        "container.LogConfiguration",
        keys={
            "driver": mapped("container.LogConfiguration.LogDriver"),
            "options": mapped("container.LogConfiguration.Options"),
        },
    ),
    # What it may use
    "cpus": mapped("container.Cpu"),
    "mem_limit": mapped("container.Memory"),
    "mem_reservation": mapped("container.MemoryReservation"),
    "ulimits": mapped("container.Ulimits"),
    "cap_add": mapped("container.LinuxParameters.Capabilities.Add"),
    "cap_drop": mapped("container.LinuxParameters.Capabilities.Drop"),
    "sysctls": mapped("container.SystemControls"),
    "tmpfs": mapped("container.LinuxParameters.Tmpfs"),
    "volumes": mapped(
        "TaskDefinition.Volumes and container.MountPoints; for files, container.Image",
        items={
            "type": mapped("whether it is a volume of the task, a tmpfs, or files of the project"),
            "source": mapped(
                "container.MountPoints.SourceVolume; for a bind mount a volume with a copy of "
                "it, or container.Image"
            ),
            "target": mapped("container.MountPoints.ContainerPath"),
            "read_only": mapped("container.MountPoints.ReadOnly"),
            "bind": local_only(
                "a task has no host to mount from; what is mounted is copied or stored",
                reported_by="mount-copied",
            ),
            "volume": mapped(
                "TaskDefinition.Volumes",
                keys={
                    "nocopy": local_only(
                        "a volume starts empty on Fargate, whatever the image holds"
                    ),
                    "subpath": rejected(
                        "ECS mounts a volume whole, not a path in it",
                        "make it a volume of its own",
                        reported_by="mount-rejected",
                    ),
                    "labels": _NO_LABELS,
                },
            ),
            "tmpfs": mapped(
                "container.LinuxParameters.Tmpfs",
                keys={
                    "size": mapped("container.LinuxParameters.Tmpfs.Size"),
                    "mode": _LEFT_OUT,
                },
            ),
            "image": rejected(
                "Fargate mounts volumes and tmpfs",
                "use a named volume",
                reported_by="mount-rejected",
            ),
            "consistency": local_only("consistency is a matter of Docker Desktop"),
        },
    ),
    # What the network of a task makes unnecessary, or has no place for
    "networks": local_only(_LOOPBACK, items={"aliases": _HOSTS}),
    "links": _HOSTS,
    "container_name": _HOSTS,
    "hostname": _HOSTS,
    "domainname": _HOSTS,
    "dns": _DNS,
    "dns_opt": _DNS,
    "dns_search": _DNS,
    "extra_hosts": _HOSTS,
    "mac_address": approximated("AWS gives the task its address; this key is left out"),
    "external_links": rejected("there are no other containers on a host to link to"),
    "network_mode": approximated(
        "every task is in network mode awsvpc: bridge and service:… are what a task is, host is "
        "left out, none is an error",
        reported_by="key-left-out",
    ),
    # What only a laptop has
    "annotations": local_only("annotations are read by local container runtimes"),
    "attach": local_only("a deployed container's output goes to its log group"),
    "develop": local_only("it watches files on a developer's machine"),
    "pull_policy": _PULLED_ALWAYS,
    "pull_refresh_after": _PULLED_ALWAYS,
    # What Fargate does not do
    "blkio_config": _SCHEDULER,
    "cgroup": _OF_THE_HOST,
    "cgroup_parent": _OF_THE_HOST,
    "cpu_count": _SCHEDULER,
    "cpu_percent": _SCHEDULER,
    "cpu_period": _SCHEDULER,
    "cpu_quota": _SCHEDULER,
    "cpu_rt_period": _SCHEDULER,
    "cpu_rt_runtime": _SCHEDULER,
    "cpu_shares": _SCHEDULER,
    "cpuset": missed(
        "Fargate binds no container to certain processors; this key is left out",
        "say deploy.resources.limits.cpus instead",
    ),
    "credential_spec": _NO_WINDOWS,
    "device_cgroup_rules": _NO_DEVICES,
    "devices": _NO_DEVICES,
    "gpus": _NO_DEVICES,
    "group_add": missed(
        "ECS takes one user and one group; this key is left out", 'write user: "UID:GID"'
    ),
    "ipc": rejected(
        "containers on Fargate share no memory with others: all but private and shareable",
        reported_by="key-rejected",
    ),
    "isolation": _NO_WINDOWS,
    "mem_swappiness": _NO_SWAP,
    "memswap_limit": _NO_SWAP,
    "models": _NO_MODELS,
    "oom_kill_disable": _OF_THE_HOST,
    "oom_score_adj": _OF_THE_HOST,
    "pid": rejected("a container sees its own processes alone", reported_by="key-rejected"),
    "pids_limit": _PROCESSES,
    "post_start": rejected("ECS has no hooks", "run it in the image's entry point"),
    "pre_start": rejected("ECS has no hooks", "make it a service that this one depends on"),
    "pre_stop": rejected("ECS has no hooks", "handle SIGTERM in the application"),
    "privileged": _NO_HOST,
    "provider": rejected("a provider is no container", "grant the resource to the construct"),
    "runtime": rejected("Fargate runs containers with runc", reported_by="key-rejected"),
    "security_opt": missed(
        "Fargate runs containers under security options of its own; this key is left out"
    ),
    "shm_size": missed(
        "Fargate fixes the size of /dev/shm; this key is left out", "mount a tmpfs elsewhere"
    ),
    "stop_signal": missed(
        "ECS sends the image's own signal, SIGTERM unless it says another; this key is left out",
        "write STOPSIGNAL in the Dockerfile",
    ),
    "storage_opt": missed(
        "Fargate sizes the task's disk; this key is left out", "say ephemeral_storage_gib"
    ),
    "umask": rejected("ECS has no umask", "set it in the image's entry point"),
    "use_api_socket": _NO_HOST,
    "userns_mode": _OF_THE_HOST,
    "uts": _OF_THE_HOST,
    "volumes_from": rejected("ECS would mount all or nothing", "name the volumes under volumes"),
}

_NO_SECRET_DRIVER = rejected(
    "secrets are in AWS Secrets Manager", "remove the driver, or make the secret external"
)

VOLUME: Keys = {
    "name": mapped("the file system's id, if it is external"),
    "external": mapped("an EFS file system that exists"),
    "driver": mapped("a folder on Amazon EFS, for local: an error (volume-driver) for another"),
    "driver_opts": mapped(
        "what a bind mount becomes, for one of a folder of the project: an error (volume-driver) "
        f"for others, unless {EXTENSION} says storage"
    ),
    "labels": _NO_LABELS,
}

SECRET: Keys = {
    "file": mapped("the secret's value, once it is pushed"),
    "external": mapped("a secret that exists already"),
    "name": mapped("the secret's name"),
    "environment": mapped("the secret's value, once it is pushed"),
    "driver": _NO_SECRET_DRIVER,
    "driver_opts": _NO_SECRET_DRIVER,
    "template_driver": _NO_TEMPLATE,
    "labels": _NO_LABELS,
}

CONFIG: Keys = {
    "content": mapped("the file's content"),
    "file": mapped("the file's content"),
    "environment": rejected("the file would differ from machine to machine", "write content"),
    "external": rejected("only a local engine has configs of its own", "write content or file"),
    "name": local_only("the file is written into the task"),
    "template_driver": _NO_TEMPLATE,
    "labels": _NO_LABELS,
}

PROJECT: Keys = {
    "name": mapped("the names of secrets, and descriptions"),
    "version": local_only("Docker Compose ignores it too"),
    "services": mapped("TaskDefinition.ContainerDefinitions", items=SERVICE),
    "include": mapped("what the named files add"),
    "networks": _ONE_LOOPBACK,
    "volumes": mapped("TaskDefinition.Volumes", items=VOLUME),
    "secrets": mapped("container.Secrets", items=SECRET),
    "configs": mapped("a container that writes the files", items=CONFIG),
    "jobs": rejected("jobs are not deployed", "run them by a schedule of their own"),
    "models": _NO_MODELS,
}
"""The keys at the top of a file; those of all others lie below them."""
