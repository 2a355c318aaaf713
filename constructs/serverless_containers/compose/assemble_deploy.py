"""The model of `deploy`."""

from serverless_containers.compose.model import (
    Deploy,
    Resources,
    RestartPolicy,
    UpdateConfig,
)
from serverless_containers.compose.place import NOTHING, Encoded, Many, Place, to_bytes, to_duration


def make_deploy(deploy: Encoded, at: Place) -> Deploy:
    """Make the part of the model that says how a service is deployed."""
    many = Many(deploy, at)
    resources = Many(deploy.get("resources", NOTHING), at.below("resources"))
    return Deploy(
        node=at.node,
        path=at.path,
        mode=deploy.get("mode"),
        replicas=deploy.get("replicas"),
        endpoint_mode=deploy.get("endpoint_mode"),
        labels=deploy.get("labels", NOTHING),
        limits=resources.one("limits", _resources),
        reservations=resources.one("reservations", _resources),
        restart_policy=many.one("restart_policy", _restart_policy),
        update_config=many.one("update_config", _update_config),
        rollback_config=many.one("rollback_config", _update_config),
    )


def _resources(resources: Encoded, at: Place) -> Resources:
    return Resources(
        node=at.node,
        path=at.path,
        cpus=resources.get("cpus"),
        memory=to_bytes(resources.get("memory")),
        pids=resources.get("pids"),
        has_devices="devices" in resources or "generic_resources" in resources,
    )


def _restart_policy(policy: Encoded, at: Place) -> RestartPolicy:
    return RestartPolicy(
        node=at.node,
        path=at.path,
        condition=policy.get("condition"),
        delay=to_duration(policy.get("delay")),
        max_attempts=policy.get("max_attempts"),
        window=to_duration(policy.get("window")),
    )


def _update_config(update: Encoded, at: Place) -> UpdateConfig:
    return UpdateConfig(
        node=at.node,
        path=at.path,
        parallelism=update.get("parallelism"),
        delay=to_duration(update.get("delay")),
        failure_action=update.get("failure_action"),
        monitor=to_duration(update.get("monitor")),
        max_failure_ratio=update.get("max_failure_ratio"),
        order=update.get("order"),
    )
