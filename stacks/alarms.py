"""The alarms of an environment's services, and who is told."""

from aws_cdk import Acknowledgment, Duration, Validations
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sns_subscriptions as subscriptions
from constructs import Construct

from serverless_containers import Monitoring
from stacks.environments import Alarms, EnvironmentConfig


def monitoring_of(
    scope: Construct, config: EnvironmentConfig, *, query_folder: str
) -> Monitoring | None:
    """Return the monitoring of a service in a stack; the environment has the dashboard.

    Args:
        scope: The stack, in which a topic is made if there are addresses.
        config: The environment.
        query_folder: The folder of the service's queries.
    """
    alarms = config.monitoring
    if alarms is None:
        return None
    return Monitoring(
        topic=_topic(scope, alarms),
        availability=alarms.availability,
        latency=Duration.millis(alarms.latency_ms),
        runbooks=alarms.runbooks,
        dashboard=False,
        query_folder=query_folder,
    )


def _topic(scope: Construct, alarms: Alarms) -> sns.ITopic | None:
    if alarms.topic_arn is not None:
        return sns.Topic.from_topic_arn(scope, "AlarmTopic", alarms.topic_arn)
    if not alarms.emails:
        return None
    topic = sns.Topic(scope, "AlarmTopic", enforce_ssl=True)
    for address in alarms.emails:
        topic.add_subscription(subscriptions.EmailSubscription(address))
    Validations.of(topic).acknowledge(
        Acknowledgment(
            id="AwsSolutions-SNS2",
            reason="Names and numbers of alarms, which are sent on by e-mail; the key that AWS "
            "manages lets no alarm publish.",
        )
    )
    return topic
