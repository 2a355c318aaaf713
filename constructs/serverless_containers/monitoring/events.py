"""Events of a service that no metric tells of: kept as evidence, and counted by alarms.

ECS forgets a stopped task after an hour ("DescribeTasks", Amazon ECS API Reference). A rule of
EventBridge for each kind of event writes it to a log group, and its alarm counts how often the rule
was triggered: there is no function in between, and nothing to run.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from aws_cdk import ArnFormat, Aws, Duration, Fn, Names, RemovalPolicy, Stack
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_events as events
from aws_cdk import aws_logs as logs
from constructs import Construct

from serverless_containers.monitoring.alarm import Watch, make_alarm
from serverless_containers.monitoring.kinds import AlarmKind
from serverless_containers.monitoring.options import Monitoring
from serverless_containers.monitoring.signals import MINUTE, TaskSignals

PERIOD = Duration.minutes(15)
"""The period of the alarms, which go off at an event and are quiet again so long after the last
one: of a repair there is no event."""
_LONGEST_RULE_NAME = 64
"""Characters ("PutRule", Amazon EventBridge API Reference)."""
_PRINCIPALS = ("events.amazonaws.com", "delivery.logs.amazonaws.com")
"""The writers of a rule's events ("CloudWatch Logs permissions", Amazon EventBridge User Guide)."""
_KILLED = 137
"""The exit code of a process that was killed: 128 and the number of SIGKILL."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Event:
    """Events of a kind, and the number of them that sets its alarm off.

    Attributes:
        kind: The kind of the alarm.
        pattern: The pattern of EventBridge that they match.
        count: The number.
    """

    kind: AlarmKind
    pattern: Mapping[str, object]
    count: int


class ServiceEvents(Construct):
    """Rules for a service's events, the log group that keeps them, and their alarms.

    The log group lets the rules write by a policy of its own: of those of a whole account and
    region there are ten ("PutResourcePolicy", Amazon CloudWatch Logs API Reference). The policy
    and the rules name each other, so that both have names that are known before: the construct's
    path, and for the group twelve digits of the stack's id, as with access logs.

    Args:
        tasks: The names of cluster and service.
        pipeline_name: The name of the pipeline that builds its images, if one does.
        options: The options.
        of: The name of the service, for descriptions.
        retention: The time for which events are kept.
        removal_policy: Their removal policy when the stack is deleted.

    Attributes:
        log_group: The log group, with an event in JSON in each line.
        alarms: The alarms.
        counted: The number of events, by the kind of their alarm.
        deployments: The number of deployments that began or ended.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        tasks: TaskSignals,
        pipeline_name: str | None,
        options: Monitoring,
        of: str,
        retention: logs.RetentionDays,
        removal_policy: RemovalPolicy,
    ) -> None:
        super().__init__(scope, construct_id)
        watched = [*_task_events(self, tasks, options), *_pipeline_events(pipeline_name)]
        rule_names = {event.kind: _rule_name(self, event.kind) for event in watched}
        deployments = _rule_name(self, "deployments")
        self.log_group = self._make_log_group(
            [*rule_names.values(), deployments], retention=retention, removal_policy=removal_policy
        )
        rules = {
            event.kind: self._make_rule(
                event.kind.construct_id, event.pattern, name=rule_names[event.kind]
            )
            for event in watched
        }
        self.counted: Mapping[AlarmKind, cloudwatch.Metric] = {
            kind: _triggered(rule) for kind, rule in rules.items()
        }
        self.deployments = _triggered(
            self._make_rule("Deployments", _deployments(self, tasks), name=deployments)
        ).with_(period=MINUTE)
        self.alarms: Sequence[cloudwatch.Alarm] = [
            make_alarm(
                self,
                event.kind,
                Watch(
                    metric=self.counted[event.kind],
                    threshold=event.count,
                    # A rule that nothing matches reports nothing.
                    missing=cloudwatch.TreatMissingData.NOT_BREACHING,
                ),
                options=options,
                of=of,
                detail=f"{event.count} or more in 15 minutes; the events are in "
                "the log group of the service's events",
            )
            for event in watched
        ]

    def _make_log_group(
        self, rules: Sequence[str], *, retention: logs.RetentionDays, removal_policy: RemovalPolicy
    ) -> logs.LogGroup:
        path = Names.unique_resource_name(self, max_length=200, separator="-")
        # A name without the stack's id would meet the group that an earlier stack has left.
        uuid = Fn.select(2, Fn.split("/", Aws.STACK_ID))
        name = f"/aws/events/{path}-{Fn.select(4, Fn.split('-', uuid))}"
        group = logs.LogGroup(
            self,
            "Log",
            log_group_name=name,
            retention=retention,
            removal_policy=removal_policy,
        )
        resource = group.node.default_child
        if isinstance(resource, logs.CfnLogGroup):
            resource.resource_policy_document = self._policy(name, rules)
        return group

    def _policy(self, group: str, rules: Sequence[str]) -> Mapping[str, object]:
        """Let EventBridge write to the group, for these rules alone."""
        stack = Stack.of(self)

        def arn(service: str, resource: str, name: str) -> str:
            return stack.format_arn(
                service=service,
                resource=resource,
                resource_name=name,
                arn_format=ArnFormat.SLASH_RESOURCE_NAME
                if service == "events"
                else ArnFormat.COLON_RESOURCE_NAME,
            )

        streams = f"{arn('logs', 'log-group', group)}:*"
        principal = {"Service": list(_PRINCIPALS)}
        return {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Principal": principal,
                    "Action": "logs:CreateLogStream",
                    "Resource": streams,
                },
                {
                    "Effect": "Allow",
                    "Principal": principal,
                    "Action": "logs:PutLogEvents",
                    "Resource": f"{streams}:*",
                    "Condition": {
                        "ArnEquals": {
                            "aws:SourceArn": [arn("events", "rule", name) for name in rules]
                        }
                    },
                },
            ],
        }

    def _make_rule(
        self, construct_id: str, pattern: Mapping[str, object], *, name: str
    ) -> events.CfnRule:
        arn = Stack.of(self).format_arn(
            service="logs",
            resource="log-group",
            resource_name=self.log_group.log_group_name,
            arn_format=ArnFormat.COLON_RESOURCE_NAME,
        )
        return events.CfnRule(
            self,
            f"{construct_id}Rule",
            name=name,
            event_pattern=pattern,
            targets=[events.CfnRule.TargetProperty(id="Log", arn=arn)],
        )


def _task_events(scope: Construct, tasks: TaskSignals, options: Monitoring) -> Sequence[_Event]:
    """The events of a service's tasks and deployments.

    "Amazon ECS task state change events" and "Amazon ECS service deployment state change events",
    Amazon ECS Developer Guide. A task that ECS stops for a deployment, or to scale in, is none.
    """
    stack = Stack.of(scope)
    cluster = stack.format_arn(service="ecs", resource="cluster", resource_name=tasks.cluster_name)
    stopped = {
        "clusterArn": [cluster],
        "group": [f"service:{tasks.service_name}"],
        "lastStatus": ["STOPPED"],
    }
    return [
        _Event(
            kind=AlarmKind.CONTAINERS_RESTARTING,
            pattern=_ecs(
                "ECS Task State Change",
                {
                    **stopped,
                    "$or": [
                        {"stopCode": ["EssentialContainerExited", "TaskFailedToStart"]},
                        # Of a health check, of the containers' or of a load balancer's.
                        {"stoppedReason": [{"prefix": "Task failed "}]},
                    ],
                },
            ),
            count=options.restarts,
        ),
        _Event(
            kind=AlarmKind.OUT_OF_MEMORY,
            pattern=_ecs(
                "ECS Task State Change",
                {
                    **stopped,
                    "$or": [
                        {
                            "stopCode": ["EssentialContainerExited"],
                            "containers": {"exitCode": [_KILLED]},
                        },
                        {"containers": {"reason": [{"prefix": "OutOfMemory"}]}},
                        {"stoppedReason": [{"prefix": "OutOfMemory"}]},
                    ],
                },
            ),
            count=1,
        ),
        _Event(
            kind=AlarmKind.DEPLOYMENT_FAILED,
            pattern=_deployments(scope, tasks, "FAILED"),
            count=1,
        ),
    ]


def _deployments(scope: Construct, tasks: TaskSignals, *states: str) -> Mapping[str, object]:
    """The pattern of the deployments of a service that come into some states.

    Default: that they begin, and that they end well.
    """
    service = Stack.of(scope).format_arn(
        service="ecs",
        resource="service",
        resource_name=f"{tasks.cluster_name}/{tasks.service_name}",
    )
    names = [f"SERVICE_DEPLOYMENT_{state}" for state in states or ("IN_PROGRESS", "COMPLETED")]
    return {
        **_ecs("ECS Deployment State Change", {"eventName": names}),
        "resources": [service],
    }


def _pipeline_events(name: str | None) -> Sequence[_Event]:
    """The events of the pipeline, if there is one ("Monitoring CodePipeline events")."""
    if name is None:
        return []
    return [
        _Event(
            kind=AlarmKind.PIPELINE_FAILED,
            pattern={
                "source": ["aws.codepipeline"],
                "detail-type": ["CodePipeline Pipeline Execution State Change"],
                "detail": {"pipeline": [name], "state": ["FAILED"]},
            },
            count=1,
        )
    ]


def _ecs(detail_type: str, detail: Mapping[str, object]) -> Mapping[str, object]:
    return {"source": ["aws.ecs"], "detail-type": [detail_type], "detail": detail}


def _rule_name(scope: Construct, kind: str) -> str:
    length = _LONGEST_RULE_NAME - len(kind) - 1
    return f"{Names.unique_resource_name(scope, max_length=length, separator='-')}-{kind}"


def _triggered(rule: events.CfnRule) -> cloudwatch.Metric:
    """The number of events that a rule has matched ("Monitoring Amazon EventBridge")."""
    return cloudwatch.Metric(
        namespace="AWS/Events",
        metric_name="TriggeredRules",
        dimensions_map={"RuleName": rule.ref},
        statistic=cloudwatch.Stats.SUM,
        period=PERIOD,
    )
