"""Monitoring of one service: all that its options ask for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from aws_cdk import Annotations, Duration, RemovalPolicy, Stack
from aws_cdk import aws_certificatemanager as acm
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_logs as logs
from constructs import Construct, IDependable

from serverless_containers.monitoring.alarm import name_of_alarm
from serverless_containers.monitoring.alarms import (
    anomaly_alarms,
    no_task_alarm,
    target_errors_alarm,
    task_alarms,
    unhealthy_alarm,
)
from serverless_containers.monitoring.certificates import certificate_alarm
from serverless_containers.monitoring.dashboard import (
    MonitoringDashboard,
    Rows,
    ServicePanel,
    TaskCounts,
)
from serverless_containers.monitoring.events import ServiceEvents
from serverless_containers.monitoring.kinds import AlarmKind
from serverless_containers.monitoring.notify import notify
from serverless_containers.monitoring.options import Monitoring
from serverless_containers.monitoring.queries import ServiceLogs, save_queries
from serverless_containers.monitoring.signals import Signals, TaskSignals
from serverless_containers.monitoring.slo import (
    BurnRate,
    availability_burn_rate,
    latency_burn_rate,
)

_EVENT_LABELS: Mapping[AlarmKind, str] = {
    AlarmKind.CONTAINERS_RESTARTING: "stopped tasks",
    AlarmKind.OUT_OF_MEMORY: "exit code 137",
    AlarmKind.DEPLOYMENT_FAILED: "failed deployments",
    AlarmKind.PIPELINE_FAILED: "failed pipelines",
}
_SUPPRESSION = Duration.minutes(2)
"""The time before and after a failure in which no warning is told of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MonitoredService:
    """A service, as far as its monitoring needs to know it.

    Attributes:
        name: The name of the project, for people.
        tasks: The metrics of its tasks.
        signals: The metrics of its ingress. None: it has none.
        counts: The number of its tasks, for the dashboard.
        certificates: The certificates of its ingress, in the region of the stack.
        container_logs: The log groups of its containers by their names.
        access_log: The log group of its ingress. None: CloudWatch Logs has none.
        pipeline_name: The name of the pipeline that builds its images in this region. None: none
            does.
        pipeline_url: The address of that pipeline in the console. None: there is none.
        waits_for: The construct that is made before anything can be said of tasks. None: the
            service is not of this app.
        never_empty: Whether it is meant to have a task at any time.
        log_retention: The time for which events are kept.
        removal_policy: Their removal policy when the stack is deleted.
    """

    name: str
    tasks: TaskSignals
    signals: Signals | None = None
    counts: TaskCounts = field(default_factory=TaskCounts)
    certificates: Sequence[acm.ICertificate] = ()
    container_logs: Mapping[str, logs.ILogGroup] = field(default_factory=dict)
    access_log: logs.ILogGroup | None = None
    pipeline_name: str | None = None
    pipeline_url: str | None = None
    waits_for: IDependable | None = None
    never_empty: bool = True
    log_retention: logs.RetentionDays
    removal_policy: RemovalPolicy


class BoundMonitoring(Construct):
    """The alarms of a service, and what notifies of them.

    One composite alarm stands for all failures, so that one cause, which sets several of them off,
    is told of once. Another one stands for the warnings: what may last for days without harm, such
    as memory that is nearly full, would keep the first one from telling of an outage. It is silent
    while the first one is on, and for two minutes before and after. A certificate that was not
    renewed lasts for weeks, and its alarm notifies by itself.

    Args:
        service: The service.
        options: The options.

    Attributes:
        service: The service.
        options: The options.
        failures: The alarms of what fails. Those of objectives are themselves composite.
        warnings: The alarms of what may come to fail, or is merely unusual.
        certificate_alarms: The alarms of certificates in this region.
        composite: The alarm that goes off when one of the failures does.
        warning: The alarm that goes off when one of the warnings does, and none of the failures.
            None: there are no warnings.
        deployment_alarms: The alarms that tell that a new version fails. They depend on nothing of
            the service, so that it can be told of them.
        log_group: The log group of the service's events.
        panel: The part of a dashboard that shows the service.
        queries: The queries that are saved for its logs.
        dashboard: Its dashboard. None: it has none of its own.
    """

    def __init__(
        self, scope: Construct, construct_id: str, *, service: MonitoredService, options: Monitoring
    ) -> None:
        super().__init__(scope, construct_id)
        self.service = service
        self.options = options
        # The period of an expression, which is its window, is meant to be that of its metrics.
        Annotations.of(self).acknowledge_warning("CloudWatch:Math:MetricsPeriodsOverridden")
        self.deployment_alarms: Sequence[cloudwatch.Alarm] = ()
        requests = self._request_alarms(service.signals) if service.signals else []
        events = ServiceEvents(
            self,
            "Events",
            tasks=service.tasks,
            pipeline_name=service.pipeline_name,
            options=options,
            of=service.name,
            retention=service.log_retention,
            removal_policy=service.removal_policy,
        )
        self.log_group = events.log_group
        self.failures: Sequence[cloudwatch.AlarmBase] = [
            *requests,
            *self._health_alarms(),
            *events.alarms,
        ]
        self.composite = self._any_of(
            "Failures", self.failures, detail="something fails", silenced_by=None
        )
        self.warnings: Sequence[cloudwatch.AlarmBase] = self._warnings()
        self.warning = (
            self._any_of(
                "Warnings",
                self.warnings,
                detail="something is unusual, or may come to fail",
                silenced_by=self.composite,
            )
            if self.warnings
            else None
        )
        self.certificate_alarms: Sequence[cloudwatch.Alarm] = self._certificate_alarms()
        self.panel = self._make_panel(events)
        self.queries = save_queries(
            Construct(self, "Queries"), self.panel.logs, folder=self._query_folder()
        )
        self.dashboard = (
            MonitoringDashboard(self, "Dashboard", panels=[self.panel]).dashboard
            if options.dashboard
            else None
        )

    @property
    def widgets(self) -> Rows:
        """New widgets of the service, in rows, for a dashboard of one's own."""
        return self.panel.widgets()

    def _make_panel(self, events: ServiceEvents) -> ServicePanel:
        service = self.service
        warnings = [self.warning] if self.warning else []
        return ServicePanel(
            name=service.name,
            tasks=service.tasks,
            counts=service.counts,
            signals=service.signals,
            options=self.options,
            deployments=events.deployments,
            events={_EVENT_LABELS[kind]: metric for kind, metric in events.counted.items()},
            logs=ServiceLogs(
                containers=list(service.container_logs.values()),
                access=service.access_log,
                events=self.log_group,
            ),
            composites=[self.composite, *warnings],
            alarms=self.alarms,
            links=self._links(),
        )

    def _query_folder(self) -> str:
        scope = self.node.scope
        path = [Stack.of(self).stack_name, *([scope.node.id] if scope else [])]
        return self.options.query_folder or "/".join(path)

    def _links(self) -> Mapping[str, str]:
        """The pages of the console, and the runbooks, where they have an address."""
        service, region = self.service, Stack.of(self).region
        console = f"https://{region}.console.aws.amazon.com"
        cloudwatch_page = f"{console}/cloudwatch/home?region={region}#"
        cluster, name = service.tasks.cluster_name, service.tasks.service_name
        runbooks = self.options.runbooks or ""
        return {
            "Service": f"{console}/ecs/v2/clusters/{cluster}/services/{name}/health"
            f"?region={region}",
            **{
                f"Log of {container}": f"{cloudwatch_page}logsV2:log-groups/log-group/"
                f"{group.log_group_name}"
                for container, group in service.container_logs.items()
            },
            "Queries": f"{cloudwatch_page}logsV2:logs-insights",
            "Alarms": f"{cloudwatch_page}alarmsV2:",
            **({"Pipeline": service.pipeline_url} if service.pipeline_url else {}),
            **({"Runbooks": runbooks} if runbooks.startswith("https://") else {}),
        }

    @property
    def alarms(self) -> Sequence[cloudwatch.AlarmBase]:
        """All alarms that tell of something, without those that stand for several of them."""
        return [*self.failures, *self.warnings, *self.certificate_alarms]

    def _any_of(
        self,
        construct_id: str,
        alarms: Sequence[cloudwatch.AlarmBase],
        *,
        detail: str,
        silenced_by: cloudwatch.IAlarm | None,
    ) -> cloudwatch.CompositeAlarm:
        """The alarm that goes off when one of some alarms does, and notifies."""
        rule = cloudwatch.AlarmRule.any_of(
            *(
                cloudwatch.AlarmRule.from_alarm(alarm, cloudwatch.AlarmState.ALARM)
                for alarm in alarms
            )
        )
        composite = cloudwatch.CompositeAlarm(
            self,
            construct_id,
            composite_alarm_name=name_of_alarm(self, construct_id),
            alarm_rule=rule,
            alarm_description=f"{self.service.name}: {detail}; the alarms of which this one "
            "consists say what, and which page helps, and so does `serverless-containers diagnose "
            f"--stack {Stack.of(self).stack_name} --region {Stack.of(self).region}`. It is quiet "
            "again when all of them are, and tells of nothing that begins before that. Runbooks: "
            f"{self.options.runbook_folder}",
            actions_suppressor=silenced_by,
            actions_suppressor_wait_period=_SUPPRESSION if silenced_by else None,
            actions_suppressor_extension_period=_SUPPRESSION if silenced_by else None,
        )
        notify(composite, self.options.topic)
        return composite

    def _request_alarms(self, signals: Signals) -> Sequence[cloudwatch.AlarmBase]:
        """The alarms of what the callers of the service see."""
        options, name = self.options, self.service.name
        errors = target_errors_alarm(self, signals, options=options, of=name)
        objectives: list[BurnRate] = []
        failing = [errors]
        if options.availability is not None:
            availability = availability_burn_rate(
                self, signals, availability=options.availability, options=options, of=name
            )
            objectives.append(availability)
            failing.append(availability.fast)
        if options.latency is not None:
            objectives.append(
                latency_burn_rate(self, signals, latency=options.latency, options=options, of=name)
            )
        self.deployment_alarms = failing
        return [*(objective.alarm for objective in objectives), errors]

    def _health_alarms(self) -> Sequence[cloudwatch.AlarmBase]:
        """The alarms of tasks that are not there, or not healthy."""
        options, service = self.options, self.service
        signals, name = service.signals, service.name
        alarms: list[cloudwatch.AlarmBase] = []
        if service.never_empty:
            no_task = no_task_alarm(self, service.tasks, signals, options=options, of=name)
            if service.waits_for is not None:
                # A first deployment may wait for its images longer than an alarm warms up.
                no_task.node.add_dependency(service.waits_for)
            alarms.append(no_task)
        if signals and signals.unhealthy:
            alarms.append(unhealthy_alarm(self, signals, options=options, of=name))
        return alarms

    def _warnings(self) -> Sequence[cloudwatch.AlarmBase]:
        """The alarms of what tasks use, and of what is unusual."""
        options, service = self.options, self.service
        alarms = [*task_alarms(self, service.tasks, options=options, of=service.name)]
        if service.signals and options.anomaly_detection:
            return [
                *alarms,
                *anomaly_alarms(self, service.signals, options=options, of=service.name),
            ]
        return alarms

    def _certificate_alarms(self) -> Sequence[cloudwatch.Alarm]:
        """The alarms of certificates, each of which notifies by itself."""
        alarms = [
            certificate_alarm(
                self,
                certificate,
                options=self.options,
                of=self.service.name,
                suffix="" if number == 1 else str(number),
            )
            for number, certificate in enumerate(self.service.certificates, start=1)
        ]
        for alarm in alarms:
            notify(alarm, self.options.topic)
        return alarms
