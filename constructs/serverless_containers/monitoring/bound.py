"""Monitoring of one service: all that its options ask for."""

from collections.abc import Sequence
from dataclasses import dataclass

from aws_cdk import Duration, RemovalPolicy
from aws_cdk import aws_certificatemanager as acm
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_logs as logs
from constructs import Construct

from serverless_containers.monitoring.alarms import (
    anomaly_alarms,
    no_task_alarm,
    target_errors_alarm,
    task_alarms,
    unhealthy_alarm,
)
from serverless_containers.monitoring.certificates import certificate_alarm, notify
from serverless_containers.monitoring.events import ServiceEvents
from serverless_containers.monitoring.options import Monitoring
from serverless_containers.monitoring.signals import Signals, TaskSignals
from serverless_containers.monitoring.slo import (
    BurnRate,
    availability_burn_rate,
    latency_burn_rate,
)

_SUPPRESSION = Duration.minutes(2)
"""The time before and after a failure in which no warning is told of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MonitoredService:
    """A service, as far as its monitoring needs to know it.

    Attributes:
        name: The name of the project, for people.
        tasks: The metrics of its tasks.
        signals: The metrics of its ingress. None: it has none.
        certificates: The certificates of its ingress, in the region of the stack.
        pipeline_name: The name of the pipeline that builds its images in this region. None: none
            does.
        never_empty: Whether it is meant to have a task at any time.
        log_retention: The time for which events are kept.
        removal_policy: Their removal policy when the stack is deleted.
    """

    name: str
    tasks: TaskSignals
    signals: Signals | None = None
    certificates: Sequence[acm.ICertificate] = ()
    pipeline_name: str | None = None
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
    """

    def __init__(
        self, scope: Construct, construct_id: str, *, service: MonitoredService, options: Monitoring
    ) -> None:
        super().__init__(scope, construct_id)
        self.service = service
        self.options = options
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
            alarm_rule=rule,
            alarm_description=f"{self.service.name}: {detail}; the alarms of which this one "
            "consists say what, and which page helps. It is quiet again when all of them are, and "
            "tells of nothing that begins before that.",
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
        return [
            *(
                [no_task_alarm(self, service.tasks, signals, options=options, of=name)]
                if service.never_empty
                else []
            ),
            *(
                [unhealthy_alarm(self, signals, options=options, of=name)]
                if signals and signals.unhealthy
                else []
            ),
        ]

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
