"""Scaling of the number of tasks, and the capacity that they run on."""

import re

import pytest
from aws_cdk import App, Duration, Environment, Stack, TimeZone, Token
from aws_cdk import aws_applicationautoscaling as appscaling
from aws_cdk import aws_cloudwatch as cloudwatch

from serverless_containers import (
    ContainerHosting,
    ContainerService,
    Rollout,
    ScalingMetric,
    ScheduledCapacity,
    Spot,
    TaskScaling,
)
from serverless_containers.workload.service.scaling import _Queries, _unit
from tests.unit.workload.deployed import Deployed

LATER = Token.as_number({"Fn::ImportValue": "Number"})
TARGET = "AWS::ApplicationAutoScaling::ScalableTarget"
POLICY = "AWS::ApplicationAutoScaling::ScalingPolicy"
STORE = """
    services:
      web: {image: nginx, ports: ["80"]}
      db: {image: "postgres:17", volumes: ["data:/var/lib/postgresql/data"]}
    volumes: {data: {}}
    """


def policy(deployed, end):
    """The configuration of the policy whose name ends like that."""
    (found,) = (
        each["TargetTrackingScalingPolicyConfiguration"]
        for each in deployed.resources(POLICY)
        if re.search(rf"{end}(?:[0-9A-F]{{8}})?$", each["PolicyName"])
    )
    return found


def backlog(**names):
    messages = cloudwatch.Metric(
        namespace="AWS/SQS",
        metric_name="ApproximateNumberOfMessagesVisible",
        dimensions_map={"QueueName": "jobs"},
        statistic="Maximum",
        unit=cloudwatch.Unit.COUNT,
    )
    return cloudwatch.MathExpression(
        expression="messages / 4", using_metrics={"messages": messages, **names}
    )


class TestScaling:
    def test_no_count_in_the_template_resets_it(self, deploy):
        deployed = deploy(scaling=TaskScaling(min_capacity=2, max_capacity=8, memory_percent=70))
        assert "DesiredCount" not in deployed.only("AWS::ECS::Service")
        target = deployed.only("AWS::ApplicationAutoScaling::ScalableTarget")
        assert (target["MinCapacity"], target["MaxCapacity"]) == (2, 8)
        metrics = {
            policy["TargetTrackingScalingPolicyConfiguration"]["PredefinedMetricSpecification"][
                "PredefinedMetricType"
            ]: policy["TargetTrackingScalingPolicyConfiguration"]["TargetValue"]
            for policy in deployed.resources("AWS::ApplicationAutoScaling::ScalingPolicy")
        }
        assert metrics == {
            "ECSServiceAverageCPUUtilization": 60,
            "ECSServiceAverageMemoryUtilization": 70,
        }

    def test_it_needs_something_to_follow(self):
        with pytest.raises(
            ValueError, match="TaskScaling: expected cpu_percent, memory_percent, requests"
        ):
            TaskScaling(max_capacity=4, cpu_percent=None)

    @pytest.mark.parametrize(
        ("capacities", "told"),
        [
            (
                {"min_capacity": 5, "max_capacity": 2},
                "TaskScaling: min_capacity=5 is more than max_capacity=2; give the fewest tasks as "
                "min_capacity and the most as max_capacity",
            ),
            (
                {"max_capacity": 2.5},
                "TaskScaling: expected a whole number of tasks as max_capacity, got 2.5",
            ),
            (
                {"max_capacity": float("nan")},
                "TaskScaling: expected a whole number of tasks as max_capacity, got nan",
            ),
            (
                {"min_capacity": -1, "max_capacity": 2},
                "TaskScaling: expected a whole number of tasks as min_capacity, got -1",
            ),
        ],
    )
    def test_the_fewest_tasks_are_no_more_than_the_most(self, capacities, told):
        with pytest.raises(ValueError, match=re.escape(told) + "$"):
            TaskScaling(**capacities)

    @pytest.mark.parametrize("limit", [{"min_capacity": 9}, {"max_capacity": 1}])
    def test_a_schedule_fits_the_limit_that_stays(self, limit):
        moment = ScheduledCapacity(schedule=appscaling.Schedule.cron(hour="6"), **limit)
        with pytest.raises(ValueError, match=r"^ScheduledCapacity without .* is more than"):
            TaskScaling(min_capacity=2, max_capacity=4, schedules=[moment])

    def test_something_brings_a_task_back(self):
        with pytest.raises(ValueError, match="nothing would start one again"):
            TaskScaling(min_capacity=0, max_capacity=4)
        morning = ScheduledCapacity(schedule=appscaling.Schedule.cron(hour="6"), min_capacity=1)
        TaskScaling(min_capacity=0, max_capacity=4, schedules=[morning])

    @pytest.mark.parametrize("capacities", [(2, 2), (LATER, 2), (5, LATER)])
    def test_capacities_that_are_not_known_pass(self, capacities):
        TaskScaling(min_capacity=capacities[0], max_capacity=capacities[1])

    def test_it_may_follow_memory_alone(self, deploy):
        deployed = deploy(scaling=TaskScaling(max_capacity=8, cpu_percent=None, memory_percent=70))
        deployed.template.resource_count_is("AWS::ApplicationAutoScaling::ScalingPolicy", 1)

    def test_it_excludes_a_count(self, deploy):
        with pytest.raises(ValueError, match="desired_count and scaling exclude each other"):
            deploy(desired_count=2, scaling=TaskScaling(max_capacity=4))

    def test_it_adds_tasks_sooner_than_it_takes_them_away(self, deploy):
        found = policy(deploy(scaling=TaskScaling(max_capacity=4)), "Cpu")
        assert (found["ScaleOutCooldown"], found["ScaleInCooldown"]) == (60, 300)

    def test_the_cooldowns_are_those_that_are_given(self, deploy):
        deployed = deploy(
            scaling=TaskScaling(
                max_capacity=4,
                memory_percent=70,
                requests_per_task=9,
                metrics=[ScalingMetric(metric=backlog(), target=10)],
                scale_out_cooldown=Duration.seconds(7),
                scale_in_cooldown=Duration.minutes(1),
            )
        )
        for each in deployed.resources(POLICY):
            found = each["TargetTrackingScalingPolicyConfiguration"]
            assert (found["ScaleOutCooldown"], found["ScaleInCooldown"]) == (7, 60)
        assert len(deployed.resources(POLICY)) == 4

    @pytest.mark.parametrize(("available", "fewest"), [(True, 3), (False, 1)])
    def test_by_itself_it_keeps_one_task_a_zone(self, deploy, available, fewest):
        deployed = deploy(high_availability=available, scaling=TaskScaling(max_capacity=4))
        assert deployed.only(TARGET)["MinCapacity"] == fewest

    def test_which_must_not_be_more_than_the_most(self, deploy):
        with pytest.raises(ValueError, match="min_capacity=3 is more than max_capacity=2"):
            deploy(high_availability=True, scaling=TaskScaling(max_capacity=2))


class TestRequests:
    SCALING = TaskScaling(max_capacity=4, cpu_percent=None, requests_per_task=300)

    def test_those_of_an_api_are_divided_by_its_running_tasks(self, deploy, by_design):
        deployed = deploy(scaling=self.SCALING)
        found = policy(deployed, "Requests")
        assert found["TargetValue"] == 300
        if by_design(api=False, hosting=True):
            predefined = found["PredefinedMetricSpecification"]
            assert predefined["PredefinedMetricType"] == "ALBRequestCountPerTarget"
            return
        requests, tasks, result = found["CustomizedMetricSpecification"]["Metrics"]
        assert requests["MetricStat"]["Metric"]["MetricName"] == "Count"
        assert requests["MetricStat"]["Stat"] == "Sum"
        assert tasks["MetricStat"]["Metric"]["MetricName"] == "CPUUtilization"
        assert tasks["MetricStat"]["Stat"] == "SampleCount"
        dimensions = tasks["MetricStat"]["Metric"]["Dimensions"]
        assert [each["Name"] for each in dimensions] == ["ClusterName", "ServiceName"]
        assert result == {
            "Expression": "FILL(requests, 0) / tasks", "Id": "result", "ReturnData": True,
        }  # fmt: skip
        assert not requests["ReturnData"]
        assert not tasks["ReturnData"]

    def test_where_two_target_groups_take_turns_those_of_the_load_balancer_count(self, project):
        project.compose("services: {web: {image: nginx, ports: ['80']}}")
        deployed = Deployed(
            ContainerHosting, project.path, scaling=self.SCALING, rollout=Rollout.blue_green()
        )
        requests, *_ = policy(deployed, "Requests")["CustomizedMetricSpecification"]["Metrics"]
        metric = requests["MetricStat"]["Metric"]
        assert metric["MetricName"] == "RequestCount"
        assert [each["Name"] for each in metric["Dimensions"]] == ["LoadBalancer"]

    def test_a_worker_gets_none(self, project):
        project.compose("services: {web: {image: nginx}}")
        with pytest.raises(ValueError, match="no requests reach a ContainerService"):
            Deployed(ContainerService, project.path, scaling=self.SCALING)

    @pytest.mark.parametrize("number", [0, -1, float("nan"), float("inf")])
    def test_a_task_takes_some(self, number):
        with pytest.raises(ValueError, match="expected requests_per_task above zero"):
            TaskScaling(max_capacity=4, requests_per_task=number)

    def test_cooldowns_are_whole_seconds(self):
        with pytest.raises(ValueError, match=r"^scale_out_cooldown: expected whole seconds, got 1"):
            TaskScaling(max_capacity=4, scale_out_cooldown=Duration.millis(1500))
        with pytest.raises(ValueError, match=r"^scale_in_cooldown: the CDK converts no token"):
            TaskScaling(max_capacity=4, scale_in_cooldown=Duration.minutes(LATER))
        TaskScaling(max_capacity=4, scale_in_cooldown=Duration.seconds(LATER))

    def test_tasks_are_counted_by_an_integer_of_the_api(self):
        with pytest.raises(ValueError, match="a whole number of tasks as max_capacity, got 1e"):
            TaskScaling(max_capacity=1e300)


class TestMetrics:
    def deploy(self, deploy, metric):
        scaling = TaskScaling(
            max_capacity=4, cpu_percent=None, metrics=[ScalingMetric(metric=metric, target=10)]
        )
        return policy(deploy(scaling=scaling), "Metric0")

    def test_an_expression_is_asked_with_what_it_uses(self, deploy):
        found = self.deploy(deploy, backlog())
        assert found["TargetValue"] == 10
        assert found["CustomizedMetricSpecification"]["Metrics"] == [
            {
                "Id": "messages",
                "MetricStat": {
                    "Metric": {
                        "Namespace": "AWS/SQS",
                        "MetricName": "ApproximateNumberOfMessagesVisible",
                        "Dimensions": [{"Name": "QueueName", "Value": "jobs"}],
                    },
                    "Stat": "Maximum",
                    "Unit": "Count",
                },
                "ReturnData": False,
            },
            {"Id": "result", "Expression": "messages / 4", "ReturnData": True},
        ]

    def test_so_is_one_metric(self, deploy):
        metric = cloudwatch.Metric(namespace="Shop", metric_name="Load", statistic="Average")
        (found,) = self.deploy(deploy, metric)["CustomizedMetricSpecification"]["Metrics"]
        assert found["Id"] == "result"
        assert found["ReturnData"]

    def test_two_of_one_name_are_refused(self, deploy):
        inner = cloudwatch.Metric(namespace="Shop", metric_name="Load")
        nested = cloudwatch.MathExpression(expression="result * 2", using_metrics={"result": inner})
        with pytest.raises(ValueError, match="'result' names two metrics of an expression"):
            self.deploy(deploy, nested)

    @pytest.mark.parametrize(
        ("elsewhere", "told"),
        [
            ({"region": "us-east-1"}, "the region of the service, eu-west-1, got one of us-east-1"),
            ({"account": "210987654321"}, "the account of the service, got one of 210987654321"),
        ],
    )
    def test_those_of_elsewhere_are_refused(self, elsewhere, told):
        queries = _Queries(Stack(App(), "Test", env=Environment(region="eu-west-1")))
        inner = cloudwatch.Metric(namespace="Shop", metric_name="Load", **elsewhere)
        outer = cloudwatch.MathExpression(expression="load", using_metrics={"load": inner})
        with pytest.raises(ValueError, match=f"^ScalingMetric: expected a metric of {told}; leave"):
            list(queries.of(outer))

    def test_one_that_says_the_region_of_the_service_is_taken(self):
        queries = _Queries(Stack(App(), "Test", env=Environment(region="eu-west-1")))
        assert list(
            queries.of(cloudwatch.Metric(namespace="a", metric_name="b", region="eu-west-1"))
        )

    @pytest.mark.parametrize("unit", cloudwatch.Unit)
    def test_units_have_cloudwatch_s_names(self, unit):
        known = {
            "Seconds", "Microseconds", "Milliseconds", "Bytes", "Kilobytes", "Megabytes",
            "Gigabytes", "Terabytes", "Bits", "Kilobits", "Megabits", "Gigabits", "Terabits",
            "Percent", "Count", "None",
        }  # fmt: skip
        name = _unit(unit)
        assert name.removesuffix("/Second") in known
        assert name.endswith("/Second") == unit.name.endswith("PER_SECOND")


class TestSchedules:
    MORNING = ScheduledCapacity(
        schedule=appscaling.Schedule.cron(week_day="MON-FRI", hour="8", minute="0"),
        min_capacity=3,
        time_zone=TimeZone.EUROPE_BERLIN,
    )

    def test_they_change_the_limits(self, deploy):
        scaling = TaskScaling(max_capacity=4, cpu_percent=None, schedules=[self.MORNING])
        deployed = deploy(scaling=scaling)
        assert deployed.only(TARGET)["ScheduledActions"] == [
            {
                "ScheduledActionName": "Schedule0",
                "Schedule": "cron(0 8 ? * MON-FRI *)",
                "Timezone": "Europe/Berlin",
                "ScalableTargetAction": {"MinCapacity": 3},
            }
        ]
        deployed.template.resource_count_is(POLICY, 0)

    def test_they_change_one_at_least(self):
        with pytest.raises(ValueError, match="expected min_capacity, max_capacity or both"):
            ScheduledCapacity(schedule=appscaling.Schedule.cron(hour="8"))

    def test_to_numbers_that_can_be(self):
        schedule = appscaling.Schedule.cron(hour="8")
        with pytest.raises(ValueError, match="min_capacity=4 is more than max_capacity=3"):
            ScheduledCapacity(schedule=schedule, min_capacity=4, max_capacity=3)


class TestOtherMeans:
    def test_a_count_that_others_set_is_in_no_template(self, deploy):
        assert "DesiredCount" not in deploy(keep_task_count=True).only("AWS::ECS::Service")

    def test_it_excludes_one(self, deploy):
        with pytest.raises(ValueError, match="desired_count and keep_task_count exclude"):
            deploy(keep_task_count=True, desired_count=2)

    def test_policies_of_one_s_own_may_scale(self, deploy):
        deployed = deploy(desired_count=2)
        count = deployed.ingress.auto_scale_task_count(max_capacity=5)
        count.scale_on_cpu_utilization("Mine", target_utilization_percent=30)
        template = deployed.template
        (service,) = template.find_resources("AWS::ECS::Service").values()
        assert "DesiredCount" not in service["Properties"]
        template.has_resource_properties(TARGET, {"MinCapacity": 1, "MaxCapacity": 5})

    def test_they_may_be_added_to_the_construct_s(self, deploy):
        deployed = deploy(scaling=TaskScaling(max_capacity=4))
        deployed.ingress.task_count.scale_on_memory_utilization(
            "Mine", target_utilization_percent=30
        )
        deployed.template.resource_count_is(POLICY, 2)
        with pytest.raises(ValueError, match="scales already; add policies to its task_count"):
            deployed.ingress.auto_scale_task_count(max_capacity=5)

    def test_not_what_must_run_once(self, deploy):
        deployed = deploy(STORE)
        with pytest.raises(ValueError, match=r"db must not run twice.*; use Amazon RDS, which the"):
            deployed.ingress.auto_scale_task_count(max_capacity=5)


class TestSpareCapacity:
    @pytest.mark.parametrize(
        ("spot", "strategy"),
        [
            (False, [{"CapacityProvider": "FARGATE", "Weight": 1}]),
            (True, [{"CapacityProvider": "FARGATE_SPOT", "Weight": 1}]),
            (Spot(base=0), [{"CapacityProvider": "FARGATE_SPOT", "Weight": 1}]),
            (
                Spot(),
                [
                    {"CapacityProvider": "FARGATE", "Base": 1, "Weight": 0},
                    {"CapacityProvider": "FARGATE_SPOT", "Weight": 1},
                ],
            ),
            (
                Spot(base=0, on_demand_weight=1, weight=3),
                [
                    {"CapacityProvider": "FARGATE", "Weight": 1},
                    {"CapacityProvider": "FARGATE_SPOT", "Weight": 3},
                ],
            ),
        ],
    )
    def test_the_capacity_providers(self, deploy, spot, strategy):
        deployed = deploy(spot=spot)
        assert deployed.only("AWS::ECS::Service")["CapacityProviderStrategy"] == strategy
        deployed.template.has_resource_properties(
            "AWS::ECS::ClusterCapacityProviderAssociations",
            {"CapacityProviders": ["FARGATE", "FARGATE_SPOT"]},
        )

    @pytest.mark.parametrize(
        ("spot", "warns"), [(True, True), (Spot(), False), (Spot(base=0), True)]
    )
    def test_a_store_is_warned_of_where_none_is_on_demand(self, deploy, spot, warns):
        warnings = [
            entry.data
            for each in deploy(STORE, spot=spot).ingress.node.find_all()
            for entry in each.node.metadata
            if entry.type == "aws:cdk:warning" and "exclusive-spot" in entry.data
        ]
        assert bool(warnings) == warns

    @pytest.mark.parametrize(
        ("numbers", "told"),
        [
            ({"base": -1}, "base: expected 0 to 100000"),
            ({"weight": 0}, "weight: expected 1 to 1000"),
            ({"on_demand_weight": 1001}, "on_demand_weight: expected 0 to 1000"),
        ],
    )
    def test_numbers_that_ecs_refuses(self, numbers, told):
        with pytest.raises(ValueError, match=told):
            Spot(**numbers)
