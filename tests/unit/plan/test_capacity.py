"""The size of a task, the number of tasks, and their processor."""

import pytest

from serverless_containers.plan import Architecture, TaskSize, planner
from serverless_containers.plan.capacity import note_assumed_size
from serverless_containers.plan.tracing import TracingPlan

TRACING = TracingPlan(
    sample_percent=None, metrics=False, propagators=("tracecontext",), cpu=64, memory_mib=256
)


def test_one_container_without_numbers_gets_the_smallest_task(plan_service):
    assert plan_service("init: true").plan.size == TaskSize(256, 512)


def test_each_container_without_numbers_counts_for_the_smallest(plan):
    planned = plan("services: {a: {image: x, ports: ['80']}, b: {image: x}}")
    assert planned.plan.size == TaskSize(512, 1024)


def test_limits_are_added_up_and_rounded_up_to_a_valid_pair(plan):
    planned = plan("""
        services:
          a: {image: x, ports: ["80"], deploy: {resources: {limits: {cpus: "0.5", memory: 900M}}}}
          b: {image: x, deploy: {resources: {limits: {cpus: "0.25", memory: 300M}}}}
        """)
    assert planned.plan.size == TaskSize(1024, 2048)


def test_more_than_the_largest_task_is_refused(plan_service):
    planned = plan_service('deploy: {resources: {limits: {cpus: "33"}}}')
    assert planned.messages("task-size-invalid") == [
        "docker-compose.yml:2:3: services: the containers ask for cpu 33792 and memory 512, "
        "which is more than Fargate's largest task has (32768/249856); lower their deploy.resources"
    ]


@pytest.mark.parametrize(
    ("options", "size"),
    [
        ({"cpu": 1024, "memory_mib": 4096}, (1024, 4096)),
        ({"cpu": 1024}, (1024, 2048)),
        ({"memory_mib": 4096}, (512, 4096)),
        ({"memory_mib": 8192}, (1024, 8192)),
    ],
)
def test_an_explicit_size(plan_service, options, size):
    assert plan_service("init: true", **options).plan.size == TaskSize(*size)


def test_an_invalid_pair_names_the_nearest_valid_ones(plan_service):
    planned = plan_service("init: true", cpu=512, memory_mib=512)
    assert planned.messages("task-size-invalid") == [
        "memory: Fargate has no task of cpu 512 with memory 512; the nearest valid sizes are "
        "cpu 256 with memory 512 or cpu 512 with memory 1024"
    ]


def test_an_invalid_pair_in_the_file_has_its_line(plan):
    planned = plan("""
        x-serverless-containers:
          cpu: 256
          memory: 4096
        services: {web: {image: nginx, ports: ["80"]}}
        """)
    assert planned.messages("task-size-invalid") == [
        "docker-compose.yml:4:11: x-serverless-containers.memory: Fargate has no task of cpu 256 "
        "with memory 4096; the nearest valid sizes are cpu 256 with memory 2048 or cpu 512 with "
        "memory 4096"
    ]


def test_a_lone_invalid_number_is_refused_too(plan_service):
    assert plan_service("init: true", cpu=300).messages("task-size-invalid")
    assert plan_service("init: true", memory_mib=700).messages("task-size-invalid")


def test_containers_must_fit_into_an_explicit_size(plan_service):
    planned = plan_service(
        'deploy: {resources: {limits: {cpus: "1", memory: 1G}}}', cpu=512, memory_mib=1024
    )
    assert planned.messages("task-size-exceeded") == [
        "cpu: the containers ask for cpu 1024 together, the task has 512; raise the task's size, "
        "or lower their deploy.resources"
    ]


@pytest.mark.parametrize(
    ("keys", "count"),
    [("deploy: {replicas: 3}", 3), ("scale: 2", 2), ("init: true", None), ("scale: 0", 0)],
)
def test_replicas(plan_service, keys, count):
    assert plan_service(keys).plan.replicas == count


def test_replicas_that_disagree_are_refused(plan):
    planned = plan("""
        services:
          a: {image: x, ports: ["80"], deploy: {replicas: 2}}
          b: {image: x, deploy: {replicas: 3}}
        """)
    assert planned.messages("replicas-disagree") == [
        "docker-compose.yml:4:36: services.b.deploy.replicas: b asks for 3 replicas and a for 2, "
        "but all services run in one task; ask for one number, at the entrypoint"
    ]


@pytest.mark.parametrize(
    ("platform", "architecture"),
    [
        ("linux/amd64", Architecture.X86_64),
        ("linux/arm64", Architecture.ARM64),
        ("linux/arm64/v8", Architecture.ARM64),
    ],
)
def test_platform(plan_service, platform, architecture):
    assert plan_service(f"platform: {platform}").plan.architecture is architecture


def test_platforms_that_cannot_run_are_refused(plan_service):
    planned = plan_service("platform: windows/amd64")
    assert planned.messages("platform-unsupported") == [
        "docker-compose.yml:5:15: services.web.platform: expected linux/amd64 or linux/arm64, the "
        "same for all services of the task, got 'windows/amd64'"
    ]


def test_platforms_that_disagree_are_refused(plan):
    planned = plan("""
        services:
          a: {image: x, ports: ["80"], platform: linux/amd64}
          b: {image: x, platform: linux/arm64}
        """)
    assert len(planned.messages("platform-unsupported")) == 1


class TestAssumedSize:
    """The note of a size of which the files say nothing; `leave_out_advice` leaves it out."""

    @pytest.fixture(autouse=True)
    def _with_advice(self, monkeypatch):
        monkeypatch.setattr(planner, "note_assumed_size", note_assumed_size)

    def test_it_is_said_once_for_a_task_with_what_counts_as_much(self, plan):
        planned = plan("services: {a: {image: x, ports: ['80']}, b: {image: x}}")
        (message,) = planned.messages("task-size-assumed")
        assert message == (
            "docker-compose.yml:1:11: services: the task gets 512 CPU units and 1024 MiB of "
            "memory: nothing says what a, b need, and 256 and 512 are counted for each; the same "
            "size at the same price is said with deploy: {resources: {reservations: {cpus: "
            '"0.25", memory: 512M}}} at each; more there makes the task larger'
        )

    def test_a_collector_that_makes_the_task_larger_is_told_of(self, plan_service):
        (message,) = plan_service("", tracing=TRACING).messages("task-size-assumed")
        assert (
            "the task gets 512 CPU units and 1024 MiB of memory: nothing says what web needs, and "
            "256 and 512 are counted for each; the collector of tracing= adds 64 and 256, without "
            "which 256 and 512 would do; the same size"
        ) in message

    def test_one_for_which_there_is_room_is_not(self, plan):
        text = """
            services:
              a: {image: x, ports: ["80"], cpus: "0.15", mem_limit: 200m}
              b: {image: x}
            """
        planned = plan(text, tracing=TRACING)
        assert planned.plan.size == plan(text).plan.size
        (message,) = planned.messages("task-size-assumed")
        assert "collector" not in message

    def test_what_it_advises_is_the_same_size_and_says_nothing_more(self, plan_service):
        given = plan_service('deploy: {resources: {reservations: {cpus: "0.25", memory: 512M}}}')
        assert given.plan.size == plan_service("").plan.size
        assert given.messages("task-size-assumed") == []

    @pytest.mark.parametrize(
        "keys", ["mem_limit: 1g", "cpus: 1", "deploy: {resources: {reservations: {memory: 1G}}}"]
    )
    def test_one_amount_is_enough(self, plan_service, keys):
        assert plan_service(keys).messages("task-size-assumed") == []

    def test_a_size_that_is_named_is_no_guess(self, plan_service):
        assert plan_service("", cpu=512).messages("task-size-assumed") == []

    def test_of_several_only_those_that_say_nothing_are_named(self, plan):
        planned = plan("services: {a: {image: x, cpus: 1, ports: ['80']}, b: {image: x}}")
        (message,) = planned.messages("task-size-assumed")
        assert "nothing says what b needs, and" in message
