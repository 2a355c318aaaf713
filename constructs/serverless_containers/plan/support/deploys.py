"""The keys of ``deploy`` and of ``healthcheck``."""

from serverless_containers.plan.support.key import (
    Key,
    approximated,
    local_only,
    mapped,
    rejected,
)

_FARGATE_PLACES = approximated("Fargate places tasks; this key is left out")
_CIRCUIT_BREAKER = approximated("the circuit breaker decides when a rollout has failed")
_WHOLE_ROLLOUT = approximated("a rollout replaces as many tasks at once as its percentages allow")
_ROLLBACK = approximated("a rollback is a rollout of the old version")
_NO_DEVICES = rejected("Fargate offers no devices to containers")

DEPLOY_KEYS: dict[str, Key] = {
    "replicas": mapped("Service.DesiredCount"),
    "labels": mapped("Service.Tags"),
    "mode": mapped("Service.SchedulingStrategy"),
    "endpoint_mode": local_only("there is no Swarm to route requests"),
    "resources": mapped("container and TaskDefinition"),
    "resources.limits": mapped("container and TaskDefinition"),
    "resources.limits.cpus": mapped("container.Cpu and TaskDefinition.Cpu"),
    "resources.limits.memory": mapped("container.Memory and TaskDefinition.Memory"),
    "resources.limits.pids": rejected("Fargate limits no processes", "say ulimits.nproc"),
    "resources.reservations": mapped("container and TaskDefinition"),
    "resources.reservations.cpus": mapped("container.Cpu and TaskDefinition.Cpu"),
    "resources.reservations.memory": mapped("container.MemoryReservation"),
    "resources.reservations.devices": _NO_DEVICES,
    "resources.reservations.generic_resources": _NO_DEVICES,
    "restart_policy": mapped("container.RestartPolicy"),
    "restart_policy.condition": mapped("container.RestartPolicy"),
    "restart_policy.window": mapped("container.RestartPolicy.RestartAttemptPeriod"),
    "restart_policy.delay": approximated("ECS restarts a container at once"),
    "restart_policy.max_attempts": approximated("ECS restarts a container however often"),
    "update_config": mapped("Service.DeploymentConfiguration"),
    "update_config.order": mapped(
        "Service.DeploymentConfiguration.MinimumHealthyPercent and MaximumPercent"
    ),
    "update_config.failure_action": mapped(
        "Service.DeploymentConfiguration.DeploymentCircuitBreaker"
    ),
    "update_config.parallelism": _WHOLE_ROLLOUT,
    "update_config.delay": _WHOLE_ROLLOUT,
    "update_config.monitor": _CIRCUIT_BREAKER,
    "update_config.max_failure_ratio": _CIRCUIT_BREAKER,
    "rollback_config": _ROLLBACK,
    "placement": _FARGATE_PLACES,
}

HEALTHCHECK_KEYS: dict[str, Key] = {
    "test": mapped("container.HealthCheck.Command"),
    "interval": mapped("container.HealthCheck.Interval"),
    "timeout": mapped("container.HealthCheck.Timeout"),
    "retries": mapped("container.HealthCheck.Retries"),
    "start_period": mapped("container.HealthCheck.StartPeriod"),
    "start_interval": approximated("ECS checks at the interval from the start"),
    "disable": mapped("whether there is a container.HealthCheck"),
}
