"""Who is told of alarms."""

from aws_cdk import Stack
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_iam as iam
from aws_cdk import aws_sns as sns

_MANAGED_KEY = "alias/aws/sns"


def notify(alarm: cloudwatch.AlarmBase, topic: sns.ITopic | None) -> None:
    """Have an alarm notify a topic, if there is one, when it goes off and when all is well.

    A topic of the app that has a policy, as ``enforce_ssl`` makes one, has lost the one by which
    its account may publish: alarms are then let in by name ("Amazon SNS access policy", Amazon SNS
    Developer Guide).

    Args:
        alarm: The alarm.
        topic: The topic. None: nobody is told.

    Raises:
        ValueError: If the topic is encrypted with the key that AWS manages for SNS, which lets no
            alarm publish, and whose policy cannot be changed ("My CloudWatch alarm doesn't
            notify", AWS re:Post Knowledge Center).
    """
    if topic is None:
        return
    if isinstance(topic, sns.Topic):
        _let_publish(topic)
    alarm.add_alarm_action(actions.SnsAction(topic))
    alarm.add_ok_action(actions.SnsAction(topic))


def _let_publish(topic: sns.Topic) -> None:
    resource = topic.node.default_child
    key = resource.kms_master_key_id if isinstance(resource, sns.CfnTopic) else None
    # Of an alias in this account the ARN holds tokens, and ends with its name.
    if key is not None and key.endswith(_MANAGED_KEY):
        raise ValueError(
            f"topic: the key of {topic.node.path} is {_MANAGED_KEY}, which lets no alarm publish; "
            "give the topic a key of your own that lets cloudwatch.amazonaws.com use it, or none"
        )
    if topic.node.try_find_child("Policy") is None:
        return
    topic.add_to_resource_policy(
        iam.PolicyStatement(
            sid="AlarmsOfThisAccount",
            principals=[iam.ServicePrincipal("cloudwatch.amazonaws.com")],
            actions=["sns:Publish"],
            resources=[topic.topic_arn],
            conditions={"StringEquals": {"aws:SourceAccount": Stack.of(topic).account}},
        )
    )
