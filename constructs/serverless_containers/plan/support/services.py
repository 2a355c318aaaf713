"""The keys of a service. ``container`` is short for a container definition of the task."""

from serverless_containers.plan.support.key import (
    Key,
    approximated,
    local_only,
    mapped,
    rejected,
)

_ONE_LOOPBACK = local_only("the containers of a task share one loopback interface")
_DNS = approximated("the task uses the resolver of its VPC; this key is left out")
_NO_HOST = rejected("Fargate gives no access to a host")
_NO_DEVICES = rejected("Fargate offers no devices to containers")
_SCHEDULER = rejected(
    "Fargate schedules a task by its size alone", "say deploy.resources.limits.cpus instead"
)
_NO_SWAP = rejected("Fargate has no swap")
_NO_WINDOWS = rejected("tasks run Linux containers")
_NOBODY_ATTACHED = local_only("nobody is attached to a deployed container")
_PULLED_ALWAYS = local_only("Fargate pulls the image for every task")

SERVICE_KEYS: dict[str, Key] = {
    # What runs
    "image": mapped("container.Image"),
    "build": mapped("container.Image"),
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
    "ports": mapped("container.PortMappings"),
    "expose": mapped("container.PortMappings"),
    # How it lives
    "depends_on": mapped("container.DependsOn"),
    "healthcheck": mapped("container.HealthCheck"),
    "restart": mapped("container.RestartPolicy"),
    "stop_grace_period": mapped("container.StopTimeout"),
    "deploy": mapped("Service, TaskDefinition and container"),
    "scale": mapped("Service.DesiredCount"),
    "logging": mapped("container.LogConfiguration"),
    # What it may use
    "cpus": mapped("container.Cpu"),
    "mem_limit": mapped("container.Memory"),
    "mem_reservation": mapped("container.MemoryReservation"),
    "ulimits": mapped("container.Ulimits"),
    "cap_add": mapped("container.LinuxParameters.Capabilities.Add"),
    "cap_drop": mapped("container.LinuxParameters.Capabilities.Drop"),
    "sysctls": mapped("container.SystemControls"),
    "tmpfs": mapped("container.LinuxParameters.Tmpfs"),
    "volumes": mapped("TaskDefinition.Volumes and container.MountPoints"),
    # What the network of a task makes unnecessary, or has no place for
    "networks": _ONE_LOOPBACK,
    "links": _ONE_LOOPBACK,
    "container_name": _ONE_LOOPBACK,
    "hostname": _ONE_LOOPBACK,
    "domainname": _ONE_LOOPBACK,
    "dns": _DNS,
    "dns_opt": _DNS,
    "dns_search": _DNS,
    "extra_hosts": _DNS,
    "mac_address": approximated("AWS gives the task its address; this key is left out"),
    "external_links": rejected("there are no other containers on a host to link to"),
    "network_mode": rejected("every Fargate task is in network mode awsvpc"),
    # What only a laptop has
    "annotations": local_only("annotations are read by local container runtimes"),
    "attach": local_only("a deployed container's output goes to its log group"),
    "develop": local_only("it watches files on a developer's machine"),
    "pull_policy": _PULLED_ALWAYS,
    "pull_refresh_after": _PULLED_ALWAYS,
    # What Fargate does not do
    "blkio_config": _SCHEDULER,
    "cgroup": _NO_HOST,
    "cgroup_parent": _NO_HOST,
    "cpu_count": _SCHEDULER,
    "cpu_percent": _SCHEDULER,
    "cpu_period": _SCHEDULER,
    "cpu_quota": _SCHEDULER,
    "cpu_rt_period": _SCHEDULER,
    "cpu_rt_runtime": _SCHEDULER,
    "cpu_shares": _SCHEDULER,
    "cpuset": _SCHEDULER,
    "credential_spec": _NO_WINDOWS,
    "device_cgroup_rules": _NO_DEVICES,
    "devices": _NO_DEVICES,
    "gpus": _NO_DEVICES,
    "group_add": rejected("ECS takes one user and one group", 'write user: "UID:GID"'),
    "ipc": _NO_HOST,
    "isolation": _NO_WINDOWS,
    "mem_swappiness": _NO_SWAP,
    "memswap_limit": _NO_SWAP,
    "models": rejected("Fargate runs no models", "call one through Amazon Bedrock"),
    "oom_kill_disable": _NO_HOST,
    "oom_score_adj": _NO_HOST,
    "pid": _NO_HOST,
    "pids_limit": _NO_HOST,
    "post_start": rejected("ECS has no hooks", "run it in the image's entry point"),
    "pre_start": rejected("ECS has no hooks", "make it a service that this one depends on"),
    "pre_stop": rejected("ECS has no hooks", "handle SIGTERM in the application"),
    "privileged": _NO_HOST,
    "provider": rejected("a provider is no container", "grant the resource to the construct"),
    "runtime": _NO_HOST,
    "security_opt": _NO_HOST,
    "shm_size": rejected("Fargate fixes the size of /dev/shm", "mount a tmpfs elsewhere"),
    "stop_signal": rejected(
        "ECS sends the image's own signal", "write STOPSIGNAL in the Dockerfile"
    ),
    "storage_opt": rejected("Fargate sizes the task's disk", "say ephemeral_storage_gib"),
    "umask": rejected("ECS has no umask", "set it in the image's entry point"),
    "use_api_socket": _NO_HOST,
    "userns_mode": _NO_HOST,
    "uts": _NO_HOST,
    "volumes_from": rejected("ECS would mount all or nothing", "name the volumes under volumes"),
}
