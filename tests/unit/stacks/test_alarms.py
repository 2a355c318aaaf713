"""How an environment's services are watched, and who is told."""

from dataclasses import replace
from pathlib import Path

import pytest
from aws_cdk import App
from aws_cdk.assertions import Match, Template

from stacks.environment_stage import EnvironmentStage
from stacks.environments import ENVIRONMENTS, Access, Alarms, EnvironmentConfig, Images, Site

TOPIC = "arn:aws:sns:eu-west-1:123456789012:on-call"
OPEN = EnvironmentConfig(name="dev", access=Access.OPEN, site=Site())


@pytest.fixture
def made(project):
    project.compose("services: {web: {image: nginx, ports: ['80']}}")

    def _made(config, stack):
        stage = EnvironmentStage(
            App(), config=config, source=Path(project.path), entrypoint=None, images=Images.DOCKER
        )
        return Template.from_stack(stage.node.find_child(stack))

    return _made


def actions(template):
    return {
        name: alarm["Properties"]["AlarmActions"]
        for kind in ("AWS::CloudWatch::Alarm", "AWS::CloudWatch::CompositeAlarm")
        for name, alarm in template.find_resources(kind).items()
        if "AlarmActions" in alarm["Properties"]
    }


def test_dev_alone_is_not_watched():
    assert {name for name, each in ENVIRONMENTS.items() if each.monitoring is None} == {"dev"}


def test_nobody_is_notified_unless_somebody_is_named(made):
    template = made(replace(OPEN, monitoring=Alarms()), "Api")
    assert actions(template) == {}
    template.resource_count_is("AWS::SNS::Topic", 0)
    assert len(template.find_resources("AWS::CloudWatch::Alarm")) > 10


@pytest.mark.parametrize("stack", ["Api", "Site"])
def test_a_topic_that_exists_is_notified(made, stack):
    template = made(replace(OPEN, monitoring=Alarms(topic_arn=TOPIC)), stack)
    assert list(actions(template).values()) == [[TOPIC], [TOPIC]]


@pytest.mark.parametrize("stack", ["Api", "Site"])
def test_addresses_are_notified_by_a_topic_to_which_alarms_may_publish(made, stack):
    template = made(replace(OPEN, monitoring=Alarms(emails=("ops@example.com",))), stack)
    ((topic, _),) = template.find_resources("AWS::SNS::Topic").items()
    assert list(actions(template).values()) == [[{"Ref": topic}], [{"Ref": topic}]]
    template.has_resource_properties(
        "AWS::SNS::Subscription", {"Protocol": "email", "Endpoint": "ops@example.com"}
    )
    template.has_resource_properties(
        "AWS::SNS::TopicPolicy",
        {
            "PolicyDocument": {
                "Statement": Match.array_with(
                    [
                        {
                            "Sid": "AlarmsOfThisAccount",
                            "Effect": "Allow",
                            "Principal": {"Service": "cloudwatch.amazonaws.com"},
                            "Action": "sns:Publish",
                            "Resource": {"Ref": topic},
                            "Condition": {
                                "StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}
                            },
                        }
                    ]
                )
            }
        },
    )


def test_objectives_are_the_environments(made):
    alarms = Alarms(availability=99, latency_ms=500, runbooks="https://example.com/runbooks/")
    template = made(replace(OPEN, monitoring=alarms), "Api")
    template.has_resource_properties(
        "AWS::CloudWatch::CompositeAlarm",
        {
            "AlarmDescription": Match.string_like_regexp(
                "objective 99 % without 5xx.*https://example.com/runbooks/availability-burn-rate.md"
            )
        },
    )
    template.has_resource_properties(
        "AWS::CloudWatch::CompositeAlarm",
        {"AlarmDescription": Match.string_like_regexp("95 % within 500 ms")},
    )


def test_one_address_is_no_list():
    with pytest.raises(TypeError, match=r"give a tuple: \('ops@example.com',\)"):
        Alarms(emails="ops@example.com")


def test_there_is_one_way_to_be_told():
    with pytest.raises(ValueError, match="subscribe the addresses to the topic"):
        Alarms(topic_arn=TOPIC, emails=("ops@example.com",))


def test_an_environment_has_one_dashboard_that_holds_nothing_back(made):
    config = replace(OPEN, monitoring=Alarms())
    made(config, "Dashboard").resource_count_is("AWS::CloudWatch::Dashboard", 1)
    for stack in ("Api", "Site"):
        template = made(config, stack)
        template.resource_count_is("AWS::CloudWatch::Dashboard", 0)
        outputs = template.to_json()["Outputs"].values()
        assert not [each for each in outputs if "Export" in each]


def test_queries_are_in_the_folder_of_the_environment(made):
    template = made(replace(OPEN, monitoring=Alarms()), "Site")
    names = [
        each["Properties"]["Name"]
        for each in template.find_resources("AWS::Logs::QueryDefinition").values()
    ]
    assert {name.rpartition("/")[0] for name in names} == {"serverless-containers/dev/site"}
