"""The service that is meant is found by its stack's resources, or it is said which there are."""

import pytest

from serverless_containers.aws_api.errors import AwsError
from serverless_containers.operations.deployed import find_service
from tests.support.deployed_stack import (
    CLUSTER,
    ECS,
    GROUP,
    NO_STACK,
    SERVICE,
    SERVICE_ARN,
    STACK,
    resource,
    resources,
    service,
    services,
    task_definition_arn,
)
from tests.support.recorded_aws import ACCOUNT, REGION, RefusalError

SITE_ARN = f"{ECS}:service/{CLUSTER}/shop-site"


def in_stacks(aws, **stacks):
    """Have ECS know a service for each stack, whose tags tell it."""
    found = [
        service(
            serviceArn=f"{ECS}:service/{CLUSTER}/{name}",
            tags=[
                {"key": "aws:cloudformation:stack-name", "value": name.replace("_", "-")},
                *({"key": key, "value": value} for key, value in tags.items()),
            ],
        )
        for name, tags in stacks.items()
    ]
    aws.answer("ListServices", {"serviceArns": [each["serviceArn"] for each in found]})
    aws.answer(
        "DescribeServices",
        lambda asked: services(*found) if "include" in asked else services(),
    )


def refused(clients, **arguments):
    with pytest.raises(AwsError) as caught:
        find_service(clients, **arguments)
    return str(caught.value)


def test_all_around_a_service_is_found_by_its_stack(clients):
    found = find_service(clients, stack=STACK)

    assert (found.region, found.account, found.stack) == (REGION, ACCOUNT, STACK)
    assert (found.cluster, found.service, found.arn) == (CLUSTER, SERVICE, SERVICE_ARN)
    assert found.task_definition == task_definition_arn(3)
    assert found.containers == ("web", "db")
    assert found.log_groups == {"web": "logs-web", "db": "logs-db"}
    assert found.log_prefixes == {"web": "web", "db": "db"}
    assert found.event_log_groups == ("/aws/events/shop-web",)
    assert found.target_groups == (GROUP,)
    assert found.registries == ("srv-0123456789abcdef",)
    assert found.http_apis == ("a1b2c3d4e5",)
    assert (found.pipelines, found.projects) == (("shop-pipeline",), ("shop-build",))
    assert found.repositories == ("shop/web",)
    assert found.alarms == ("shop-web-cpu", "shop-web-errors")
    assert found.composite_alarms == ("shop-web",)


def test_the_only_stack_with_a_service_needs_no_name(clients):
    assert find_service(clients).stack == STACK


@pytest.mark.parametrize("environment", ["dev", "Dev"])
def test_a_stack_is_found_by_a_part_of_its_name(aws, clients, environment):
    in_stacks(aws, shop_dev_api={}, shop_prod_api={})

    assert find_service(clients, environment=environment).stack == STACK


def test_a_tag_tells_the_environment_before_the_name_does(aws, clients):
    in_stacks(aws, shop_dev_api={"Environment": "test"}, shop_prod_api={"environment": "prod"})

    assert find_service(clients, environment="test").stack == STACK
    assert refused(clients, environment="dev") == (
        f"no stack of the environment dev in {REGION} has a service; there are: shop-dev-api, "
        "shop-prod-api"
    )


def test_of_several_stacks_one_has_to_be_named(aws, clients):
    in_stacks(aws, shop_dev_api={}, shop_dev_site={}, shop_prod_api={})

    assert refused(clients) == (
        f"3 stacks in {REGION} have a service; name one with --stack: shop-dev-api, "
        "shop-dev-site, shop-prod-api"
    )
    assert refused(clients, environment="dev") == (
        f"2 stacks of the environment dev in {REGION} have a service; name one with --stack: "
        "shop-dev-api, shop-dev-site"
    )


def test_without_any_service_another_region_is_worth_a_look(aws, clients):
    aws.answer("ListClusters", {"clusterArns": []})

    assert refused(clients) == (
        f"no stack in {REGION} has a service of Amazon ECS; name another region with --region, "
        "or another account's profile with --aws-profile"
    )


def test_a_misspelt_stack_is_told_with_the_one_that_was_meant(clients):
    assert refused(clients, stack="shop-dev-app") == (
        f"there is no stack shop-dev-app in {REGION}, nor in another region; did you mean {STACK}?"
    )
    assert refused(clients, stack="other") == (
        f"there is no stack other in {REGION}, nor in another region; there are: {STACK}"
    )


def test_a_stack_of_another_region_is_told_with_its_region(aws, clients):
    def there(_asked, region):
        if region not in regions:
            return NO_STACK
        return {
            "Stacks": [
                {"StackName": "x", "CreationTime": "2026-11-20", "StackStatus": "CREATE_COMPLETE"}
            ]
        }

    there.wants_region = True
    aws.answer("DescribeStacks", there)

    regions = ["us-east-1"]
    assert refused(clients, stack="other") == (
        f"there is no stack other in {REGION}, but there is one in us-east-1; add --region "
        "us-east-1"
    )
    regions = ["eu-west-1", "us-east-1"]
    assert refused(clients, stack="other") == (
        f"there is no stack other in {REGION}, but there are some in eu-west-1, us-east-1; name "
        "one with --region"
    )


def test_a_stack_without_a_service_is_told(aws, clients):
    aws.answer("ListStackResources", {"StackResourceSummaries": resources()[1:]})

    assert refused(clients, stack="shop-dev-network") == (
        f"the stack shop-dev-network has no service of Amazon ECS; did you mean {STACK}?"
    )


@pytest.fixture
def two(aws):
    """A stack with two services, each with an alarm and a pipeline of its own."""
    found = [
        resource("ApiContainersService1", "AWS::ECS::Service", SERVICE_ARN),
        resource("SiteContainersService1", "AWS::ECS::Service", SITE_ARN),
        resource("ApiMonitoringAlarm1", "AWS::CloudWatch::Alarm", "api-alarm"),
        resource("SiteMonitoringAlarm1", "AWS::CloudWatch::Alarm", "site-alarm"),
        resource("ApiPipeline1", "AWS::CodePipeline::Pipeline", "api-pipeline"),
        resource("SitePipeline1", "AWS::CodePipeline::Pipeline", "site-pipeline"),
        resource("Dashboard1", "AWS::CloudWatch::Dashboard", "both"),
    ]
    aws.answer("ListStackResources", {"StackResourceSummaries": found})


@pytest.mark.usefixtures("two")
@pytest.mark.parametrize("wanted", ["shop-site", "SiteContainersService1", "site"])
def test_of_several_services_one_is_named_and_has_what_is_near_it(clients, wanted):
    found = find_service(clients, stack=STACK, service=wanted)

    assert found.arn == SITE_ARN
    assert (found.alarms, found.pipelines) == (("site-alarm",), ("site-pipeline",))
    assert found.dashboards == ("both",)


@pytest.mark.usefixtures("two")
def test_of_several_services_one_has_to_be_named(clients):
    assert refused(clients, stack=STACK) == (
        f"the stack {STACK} has 2 services; name one with --ecs-service: shop-site, shop-web"
    )
    assert refused(clients, stack=STACK, service="shop-sight") == (
        f"the stack {STACK} has no service shop-sight; did you mean shop-site?"
    )


def test_the_pipeline_may_be_in_a_stack_beside_the_services(aws, clients):
    without = [each for each in resources() if "Pipeline" not in each["ResourceType"]]
    beside = [resource("Build1", "AWS::CodePipeline::Pipeline", "beside")]
    aws.answer(
        "ListStackResources",
        lambda asked: {
            "StackResourceSummaries": without if asked["StackName"] == STACK else beside
        },
    )

    assert find_service(clients, stack=STACK).pipelines == ("beside",)
    assert aws.called("ListStackResources")[1] == {"StackName": f"{STACK}-pipeline"}


def test_a_service_that_was_deleted_by_hand_is_told(aws, clients):
    aws.answer("DescribeServices", services(service(status="INACTIVE")))

    assert "it was deleted outside of CloudFormation" in refused(clients, stack=STACK)


@pytest.mark.parametrize(
    ("operation", "action"),
    [
        ("ListStackResources", "cloudformation:ListStackResources"),
        ("DescribeServices", "ecs:DescribeServices"),
        ("DescribeTaskDefinition", "ecs:DescribeTaskDefinition"),
    ],
)
def test_a_missing_permission_is_named(aws, clients, operation, action):
    aws.deny(operation)

    assert refused(clients, stack=STACK).startswith(f"these credentials lack {action} on ")


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("ExpiredToken", "the credentials have expired; sign in again"),
        ("Throttling", "AWS asks to slow down, also after several attempts; wait a minute"),
    ],
)
def test_credentials_and_throttling_are_told_in_words(aws, clients, code, words):
    aws.answer("ListStackResources", RefusalError(code))

    assert refused(clients, stack=STACK) == words
