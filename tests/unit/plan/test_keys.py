"""No key is dropped in silence."""

import pytest

from serverless_containers.plan.support import Support
from serverless_containers.plan.support.keys import SERVICE


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        (
            "privileged: true",
            "docker-compose.yml:5:5: services.web.privileged: Fargate gives no access to a host; "
            "remove it, or keep it in compose.override.yaml, which a deployment leaves out",
        ),
        (
            "devices: [/dev/fuse]",
            "docker-compose.yml:5:5: services.web.devices: Fargate offers no devices to "
            "containers; remove it, or keep it in compose.override.yaml, which a deployment leaves "
            "out",
        ),
    ],
)
def test_a_rejected_key_is_an_error_with_a_way_out(plan_service, keys, message):
    assert plan_service(keys).messages("key-rejected") == [message]


def test_a_local_key_is_a_note(plan_service):
    planned = plan_service("attach: true")
    assert planned.plan is not None
    assert planned.messages("key-local-only") == [
        "docker-compose.yml:5:5: services.web.attach: a deployed container's output goes to "
        "its log group"
    ]


def test_an_approximated_key_is_a_warning(plan_service):
    planned = plan_service("dns: 10.0.0.2")
    assert planned.plan is not None
    assert planned.messages("key-approximated") == [
        "docker-compose.yml:5:5: services.web.dns: the task uses the resolver of its VPC; this key "
        "is left out"
    ]


@pytest.mark.parametrize(
    "keys",
    [
        "blkio_config: {weight: 300}",
        "cgroup: host",
        "cgroup_parent: m-executor",
        "cpu_count: 2",
        "cpu_percent: 50",
        "cpu_period: 100000",
        "cpu_quota: 50000",
        "cpu_rt_period: 1000",
        "cpu_rt_runtime: 400",
        "cpu_shares: 73",
        "mem_swappiness: 10",
        "memswap_limit: 2g",
        "oom_kill_disable: true",
        "oom_score_adj: 500",
        "userns_mode: host",
        "uts: host",
    ],
)
def test_what_tunes_a_host_is_left_out_with_a_warning(plan_service, keys):
    planned = plan_service(keys)
    assert planned.plan is not None
    (message,) = planned.messages("key-approximated")
    assert message.startswith("docker-compose.yml:5:")
    assert "is left out" in message


@pytest.mark.parametrize(
    "keys",
    [
        "cpuset: 0,1",
        "deploy: {resources: {limits: {pids: 100}}}",
        "group_add: [mail]",
        "network_mode: host",
        "pids_limit: 100",
        "security_opt: [no-new-privileges:true]",
        "security_opt: [seccomp:unconfined]",
        "shm_size: 256mb",
        "stop_signal: SIGINT",
        "storage_opt: {size: 1G}",
    ],
)
def test_what_is_left_out_and_may_be_missed_is_an_error_under_strict(plan_service, keys):
    planned = plan_service(keys)
    assert planned.plan is not None
    (message,) = planned.messages("key-left-out")
    assert message.startswith("docker-compose.yml:5:")
    assert "is left out; " in message
    assert "keep it in compose.override.yaml, which a deployment leaves out" in message
    assert plan_service(keys, strict=True).plan is None


@pytest.mark.parametrize(
    ("keys", "code", "said"),
    [
        ("network_mode: bridge", "key-local-only", "every task has a network of its own"),
        ("network_mode: shop_net", "key-local-only", "every task has a network of its own"),
        ("network_mode: host", "key-left-out", "an interface of its own, and not that of a"),
        ("network_mode: none", "key-rejected", "a container without a network would get one"),
        ("network_mode: container:vpn", "key-rejected", "vpn is no container of this task"),
        ("ipc: private", "key-local-only", "a container of a task has that"),
        ("ipc: shareable", "key-local-only", "a container of a task has that"),
        ("ipc: host", "key-rejected", "share no memory with others"),
        ("pid: host", "key-rejected", "sees its own processes alone"),
        ("runtime: runc", "key-local-only", "a container of a task has that"),
        ("runtime: nvidia", "key-rejected", "Fargate runs containers with runc"),
    ],
)
def test_what_is_asked_of_an_engine_depends_on_the_value(plan_service, keys, code, said):
    planned = plan_service(keys)
    (message,) = planned.messages(code)
    key = keys.partition(":")[0]
    assert message.startswith("docker-compose.yml:5:")
    assert f" services.web.{key}: " in message
    assert said in message
    assert (planned.plan is None) == (code == "key-rejected")


@pytest.mark.parametrize("mode", ["service:db", "container:store"])
def test_the_network_of_a_sibling_is_the_tasks(plan, mode):
    planned = plan(f"""
        services:
          web: {{image: nginx, ports: ["80"]}}
          db: {{image: postgres, container_name: store}}
          proxy: {{image: envoy, network_mode: "{mode}"}}
        """)
    assert planned.plan is not None
    said = [each for each in planned.messages("key-local-only") if "network_mode" in each]
    assert len(said) == 1
    assert f"a task is what {mode} asks for" in said[0]


@pytest.mark.parametrize(
    "networks",
    [
        "networks: {a: {external: true, name: proxy}}",
        "networks: {a: {driver: bridge}}",
        "networks: {a: {driver: overlay, attachable: true}}",
        "networks: {a: {ipam: {config: [{subnet: 172.20.0.0/16}]}}}",
        "networks: {a: {internal: true, driver_opts: {com.docker.network.bridge.name: br0}}}",
    ],
)
def test_networks_of_the_project_are_left_out_with_a_note(plan, networks):
    use = ", networks: [a]" if "{a:" in networks else ""
    planned = plan(f"services: {{web: {{image: nginx, ports: ['80']{use}}}}}\n{networks}")
    assert planned.plan is not None
    assert {code for code, _ in planned.findings} == {"key-local-only"}


@pytest.mark.parametrize(
    "keys", ["privileged: false", "restart: always", "devices: []", "tty: false", "volumes: []"]
)
def test_a_key_that_asks_for_nothing_is_passed_over(plan_service, keys):
    planned = plan_service(keys)
    assert planned.plan is not None
    assert planned.errors == []


def test_every_class_says_why():
    for name, key in SERVICE.items():
        assert key.support is Support.MAPPED or key.why, name
        assert key.support is not Support.REJECTED or key.fix, name


def test_every_error_is_reported_at_once(plan):
    planned = plan("""
        services:
          a: {image: x, ports: ["80"], privileged: true}
          b: {image: x, ports: ["80"], stop_grace_period: 10m}
        """)
    assert planned.plan is None
    assert {code for code, _ in planned.findings} >= {
        "key-rejected", "port-taken", "stop-timeout-range", "entrypoint-ambiguous",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("keys", "code", "path"),
    [
        ("ports: [{target: 81, name: admin}]", "key-approximated", "ports[0].name"),
        ("ports: [{target: 81, app_protocol: http}]", "key-approximated", "ports[0].app_protocol"),
        (
            "volumes: [{type: volume, target: /x, volume: {nocopy: true}}]",
            "key-local-only",
            "volumes[0].volume.nocopy",
        ),
        (
            "volumes: [{type: tmpfs, target: /x, tmpfs: {size: 64m, mode: 448}}]",
            "key-approximated",
            "volumes[0].tmpfs.mode",
        ),
    ],
)
def test_a_key_of_a_listed_item_is_not_dropped_in_silence(plan, keys, code, path):
    ports = "" if keys.startswith("ports") else "ports: ['80'], "
    planned = plan(f"services: {{web: {{image: nginx, {ports}{keys}}}}}")
    assert planned.plan is not None
    assert any(f"services.web.{path}: " in message for message in planned.messages(code))


def test_a_dependencys_restart_is_not_dropped_in_silence(plan):
    planned = plan("""
        services:
          web:
            image: nginx
            ports: ["80"]
            depends_on: {db: {condition: service_started, restart: true}}
          db: {image: postgres}
        """)
    (message,) = planned.messages("key-approximated")
    assert "services.web.depends_on.db.restart: ECS restarts no container" in message
