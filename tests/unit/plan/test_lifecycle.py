"""Restart policies and rollouts."""

import pytest

from serverless_containers.plan.model import RestartPlan, RolloutPlan


@pytest.mark.parametrize(
    ("keys", "restart"),
    [
        ("init: true", None),
        ("restart: 'no'", None),
        ("restart: none", None),
        ("restart: any", RestartPlan()),
        ("restart: always", RestartPlan()),
        ("restart: unless-stopped", RestartPlan()),
        ("restart: on-failure", RestartPlan(ignored_exit_codes=(0,))),
        ("deploy: {restart_policy: {condition: none}}", None),
        ("deploy: {restart_policy: {condition: 'no'}}", None),
        ("deploy: {restart_policy: {condition: any}}", RestartPlan()),
        ("deploy: {restart_policy: {condition: unless-stopped}}", RestartPlan()),
        (
            "deploy: {restart_policy: {condition: on-failure, window: 2m}}",
            RestartPlan(ignored_exit_codes=(0,), attempt_period=120),
        ),
        ("restart: always\ndeploy: {restart_policy: {condition: none}}", None),
    ],
)
def test_restart(plan_service, keys, restart):
    assert plan_service(keys)["web"].restart == restart


@pytest.mark.parametrize("policy", ["never", "Always", "always:3", "no:1", "on-failure:-1",
    "on-failure:abc", "on-failure:3:4", "on-failure: 3", "on-failure:\u0663",
])  # fmt: skip
def test_policies_that_the_engine_refuses_are_refused(plan_service, policy):
    (message,) = plan_service(f"restart: '{policy}'").messages("restart-policy")
    assert message == (
        "docker-compose.yml:5:14: services.web.restart: expected no, always, on-failure[:attempts] "
        f"or unless-stopped, got {policy!r}, which Docker's engine refuses or takes for another; "
        'write "no" for a container that is not to be started again'
    )


def test_so_are_conditions(plan_service):
    planned = plan_service("deploy: {restart_policy: {condition: never}}")
    (message,) = planned.messages("restart-policy")
    assert "expected none, on-failure or any, got 'never'" in message


def test_ecs_counts_no_attempts(plan_service):
    planned = plan_service("restart: on-failure:3")
    assert planned["web"].restart == RestartPlan(ignored_exit_codes=(0,))
    assert planned.messages("restart-attempts") == [
        "docker-compose.yml:5:14: services.web.restart: ECS restarts a container that has run "
        "for 60 s, however often, not 3 times"
    ]


def test_a_window_has_limits(plan_service):
    planned = plan_service("deploy: {restart_policy: {condition: any, window: 5s}}")
    assert planned["web"].restart == RestartPlan(attempt_period=60)
    assert planned.messages("restart-window-range") == [
        "docker-compose.yml:5:55: services.web.deploy.restart_policy.window: expected 60s to 1800s "
        "that a container must run to be restarted, got 5s; ECS gets 60s; write "
        "60s"
    ]


@pytest.mark.parametrize(
    ("config", "rollout"),
    [
        ("{order: start-first}", RolloutPlan()),
        ("{order: stop-first}", RolloutPlan(min_healthy_percent=0, max_healthy_percent=100)),
        ("{order: start-first, failure_action: rollback}", RolloutPlan()),
        ("{order: start-first, failure_action: pause}", RolloutPlan(rollback=False)),
        (
            "{order: start-first, failure_action: continue}",
            RolloutPlan(circuit_breaker=False, rollback=False),
        ),
    ],
)
def test_rollout(plan_service, config, rollout):
    assert plan_service(f"deploy: {{update_config: {config}}}").plan.rollout == rollout


def test_rollouts_that_disagree_are_refused(plan):
    planned = plan("""
        services:
          a: {image: x, ports: ["80"], deploy: {update_config: {order: start-first}}}
          b: {image: x, deploy: {update_config: {order: stop-first}}}
        """)
    assert planned.messages("rollouts-disagree") == [
        "docker-compose.yml:4:41: services.b.deploy.update_config: b and a ask for different "
        "rollouts, but all services run in one task; ask for one of them, at the entrypoint"
    ]


def test_what_a_rollout_cannot_be_told_is_a_warning(plan_service):
    planned = plan_service(
        "deploy: {update_config: {parallelism: 2, delay: 10s, monitor: 5s}, placement: "
        "{constraints: [node.role==manager]}}"
    )
    assert len(planned.messages("key-approximated")) == 4


def test_one_task_on_each_node_is_one_task(plan_service):
    planned = plan_service("deploy: {mode: global}")
    assert planned.messages("deploy-global") == [
        "docker-compose.yml:5:20: services.web.deploy.mode: Fargate has no nodes to run one task "
        "on each, and runs one, or as many as replicas says; write mode: replicated"
    ]
    assert planned.plan is not None


@pytest.mark.parametrize("mode", ["replicated-job", "global-job"])
def test_a_job_is_no_service(plan_service, mode):
    assert plan_service(f"deploy: {{mode: {mode}}}").messages("deploy-mode") == [
        f"docker-compose.yml:5:20: services.web.deploy.mode: expected replicated, got {mode!r}: a "
        "service runs for ever; remove it"
    ]


@pytest.mark.parametrize("number", [50, 51])
def test_labels_are_no_more_than_a_service_may_have_tags(plan_service, number):
    labels = ", ".join(f"label-{each:02}: x" for each in range(number))
    planned = plan_service(f"deploy: {{labels: {{'aws:x': left out, {labels}}}}}")
    assert planned.messages("too-many-tags") == (
        []
        if number == 50
        else [
            "docker-compose.yml:5:702: services.web.deploy.labels.label-50: an ECS service has at "
            "most 50 tags, and this label would be one more; as a label of the container, under "
            "the service's labels, it is kept"
        ]
    )


def test_labels_of_deploy_are_the_services_tags(plan_service):
    planned = plan_service("deploy: {labels: {team: shop, cost: low}}\nlabels: {a: b}")
    assert planned.plan.tags == {"cost": "low", "team": "shop"}
    assert planned["web"].labels == {"a": "b"}


@pytest.mark.parametrize(
    ("labels", "said"),
    [
        ("{rule: 'Host(`a.b`)'}", "value holds letters, digits, spaces and _.:/=+-@, and no '('"),
        ("['rule=a,b']", "value holds letters, digits, spaces and _.:/=+-@, and no ','"),
        ("{'a$$b': x}", "key holds letters, digits, spaces and _.:/=+-@, and no '$'"),
        ("{'AWS:x': y}", "tags whose keys begin with AWS: are AWS's own"),
        (f"{{{'k' * 129}: x}}", "a tag's key has at most 128 characters, this one 129"),
        (f"{{k: {'v' * 257}}}", "a tag's value has at most 256 characters, this one 257"),
    ],
)
def test_a_label_that_is_no_tag_is_left_out_and_told(plan_service, labels, said):
    planned = plan_service(f"deploy: {{labels: {labels}}}")
    (message,) = planned.messages("label-no-tag")
    assert said in message
    assert message.startswith("docker-compose.yml:5:")
    assert "so that it is left out; as a label of the container" in message
    assert planned.plan.tags == {}


def test_any_letters_are_a_tag(plan_service):
    planned = plan_service("deploy: {labels: {Größe: 'groß 大 1/2 @x'}}")
    assert planned.plan.tags == {"Größe": "groß 大 1/2 @x"}
