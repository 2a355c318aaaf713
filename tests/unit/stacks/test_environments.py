"""How an environment's configuration reaches its stacks."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from aws_cdk import App, RemovalPolicy, Stack
from aws_cdk.assertions import Annotations, Match, Template

from serverless_containers import (
    BuildPipeline,
    ContainerApi,
    InvalidSourceError,
    NetworkProfile,
    Tracing,
)
from stacks.environment_stage import EnvironmentStage
from stacks.environments import (
    ENVIRONMENTS,
    Access,
    Domain,
    EnvironmentConfig,
    GitHub,
    Images,
    Site,
    open_site,
    second_store,
)

WEB = "{image: 'nginx:1.29', healthcheck: {test: 'true'}, ports: ['80']}"
"""A service that strict environments take."""


@pytest.fixture
def stage(project):
    project.compose(f"services: {{web: {WEB}}}")

    def _stage(config, images=Images.DOCKER, source=None, **arguments):
        return EnvironmentStage(
            App(),
            config=config,
            source=source or project.path,
            entrypoint=None,
            images=images,
            **arguments,
        )

    return _stage


GITHUB = GitHub(
    url="https://github.com/acme/shop/tree/main/shop",
    connection_arn="arn:aws:codeconnections:eu-west-1:123456789012:connection/x",
)
REGIONAL = {"account": "123456789012", "region": "eu-west-1"}
WWW = Domain(name="www.example.com", hosted_zone_id="Z123", hosted_zone_name="example.com")


def template(stage, stack):
    return Template.from_stack(stage.node.find_child(stack))


def test_there_are_dev_staging_and_prod():
    assert list(ENVIRONMENTS) == ["dev", "staging", "prod"]
    assert all(name == config.name for name, config in ENVIRONMENTS.items())


def test_only_dev_is_open():
    assert {name for name, each in ENVIRONMENTS.items() if each.access is Access.OPEN} == {"dev"}


def test_nothing_is_guessed_but_in_dev():
    assert {name: each.strict for name, each in ENVIRONMENTS.items()} == {
        "dev": None,
        "staging": True,
        "prod": True,
    }


@pytest.mark.parametrize("environment", list(ENVIRONMENTS))
def test_another_service_with_ports_moves_nothing_where_nothing_is_guessed(
    stage, project, environment
):
    project.compose(f"services: {{web: {WEB}, more: {{image: 'x:1', ports: ['5000']}}}}")
    if ENVIRONMENTS[environment].strict:
        with pytest.raises(InvalidSourceError, match=r"web receives the traffic.* under strict"):
            stage(ENVIRONMENTS[environment])
    else:
        assert stage(ENVIRONMENTS[environment]).api.api.plan.entrypoint == "web"


def test_a_port_may_be_named_for_what_declares_none(stage, project):
    project.compose("services: {web: {image: 'nginx:1.29'}}")
    plan = stage(ENVIRONMENTS["dev"], port=3000).api.api.plan
    assert (plan.entrypoint, plan.port) == ("web", 3000)


def test_prod_survives_the_loss_of_a_zone_and_keeps_its_data():
    prod = ENVIRONMENTS["prod"]
    assert prod.high_availability
    assert prod.network_profile is NetworkProfile.PRIVATE
    assert prod.removal_policy is RemovalPolicy.RETAIN


def test_the_containers_may_use_the_table_and_know_its_name(stage):
    made = template(stage(ENVIRONMENTS["dev"]), "Api")
    (policy,) = [
        each["Properties"]
        for each in made.find_resources("AWS::IAM::Policy").values()
        if "dynamodb:PutItem" in str(each)
    ]
    assert "TaskRole" in str(policy["Roles"])
    assert "serverless-containers-dev-storage" in str(policy["PolicyDocument"])
    (definition,) = made.find_resources("AWS::ECS::TaskDefinition").values()
    names = [
        variable["Name"]
        for variable in definition["Properties"]["ContainerDefinitions"][0]["Environment"]
    ]
    assert names == ["STORAGE_POSTS_ARN", "STORAGE_POSTS_NAME"]


def test_the_outputs_say_where_everything_is(stage):
    outputs = template(stage(ENVIRONMENTS["prod"]), "Api").find_outputs("*")
    exported = {name for name, each in outputs.items() if "Export" in each}
    assert exported == {name for name in outputs if name.startswith("ExportsOutput")}
    # What the dashboard asks for.
    shown = {name for name in outputs if name.startswith("PublishOutput")}
    assert shown
    assert set(outputs) - exported - shown == {
        "ApiName", "Url", "Region", "AuthorizationType", "ClusterName", "ServiceName",
        "AccessLogGroup", "ServiceConsole", "ApiConsole", "VariablesOfContainers",
        "LogGroupWeb", "UserPoolId", "UserPoolClientId", "AlarmsConsole", "EventLogGroup",
    }  # fmt: skip
    assert outputs["VariablesOfContainers"]["Value"] == "STORAGE_POSTS_ARN, STORAGE_POSTS_NAME"


@pytest.mark.parametrize(
    ("access", "kind"), [(Access.OPEN, "NONE"), (Access.IAM, "AWS_IAM"), (Access.COGNITO, "JWT")]
)
def test_access(stage, access, kind):
    made = template(stage(replace(ENVIRONMENTS["dev"], access=access)), "Api")
    made.has_resource_properties(
        "AWS::ApiGatewayV2::Route", {"RouteKey": "$default", "AuthorizationType": kind}
    )


def test_a_domain(stage):
    domain = Domain(name="api.example.com", hosted_zone_id="Z123", hosted_zone_name="example.com")
    made = template(stage(replace(ENVIRONMENTS["dev"], domain=domain)), "Api")
    made.resource_count_is("AWS::Route53::RecordSet", 2)
    assert made.find_outputs("Url")["Url"]["Value"] == "https://api.example.com"


@pytest.mark.parametrize(("name", "policy"), [("dev", "Delete"), ("prod", "Retain")])
def test_the_table_is_kept_where_data_matters(stage, name, policy):
    made = template(stage(ENVIRONMENTS[name]), "Storage")
    made.has_resource("AWS::DynamoDB::Table", {"DeletionPolicy": policy})
    made.has_resource_properties(
        "AWS::DynamoDB::Table",
        {
            "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
            "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "N"}],
            "DeletionProtectionEnabled": policy == "Retain",
        },
    )


@pytest.mark.parametrize("region", [None, "eu-west-1"])
def test_a_pipeline_builds_the_images_and_says_where_it_is(stage, project, region):
    project.compose("services: {web: {build: ., ports: ['80']}}")
    project.write("Dockerfile", "FROM scratch\n")
    staged = stage(replace(ENVIRONMENTS["dev"], region=region), Images.PIPELINE)
    made = template(staged, "Api")
    made.resource_count_is("AWS::CodePipeline::Pipeline", 1)
    outputs = made.find_outputs("*")
    assert {"PipelineConsole", "ImageTag"} <= set(outputs)
    # THEN the console opens where the pipeline is, and a message, which no token can be in, leads
    # to the region that was shown last where none is known
    (name,) = (
        each["Properties"]["Name"]
        for each in made.find_resources("AWS::CodePipeline::Pipeline").values()
    )
    path = f"console.aws.amazon.com/codesuite/codepipeline/pipelines/{name}/view"
    shown = region or {"Ref": "AWS::Region"}
    url = ["https://", shown, f".{path}?region=", shown]
    expected = {"Fn::Join": ["", url]} if region is None else "".join(url)
    assert outputs["PipelineConsole"]["Value"] == expected
    told = Annotations.from_stack(staged.node.find_child("Api")).find_info(
        "*", Match.string_like_regexp("shows the pipeline")
    )
    (message,) = {each.entry.data for each in told}
    start = f"https://{region}.{path}?region={region}" if region else f"https://{path}"
    assert f" {start} shows the pipeline" in message


def test_secrets_are_asked_for_before_anything_else_is_deployed(stage, project):
    project.compose("""
        services:
          web: {image: "nginx:1.29", healthcheck: {test: "true"}, ports: ["80"], secrets: [KEY]}
        secrets: {KEY: {file: ../.secret-key}}
        """)
    made = stage(replace(ENVIRONMENTS["dev"], site=Site()))
    template(made, "Storage").resource_count_is("AWS::SecretsManager::ResourcePolicy", 1)
    for name in ("Api", "Site"):
        template(made, name).resource_count_is("AWS::SecretsManager::ResourcePolicy", 0)
        stack = made.node.find_child(name)
        assert {each.node.id for each in stack.dependencies} == {"Storage", "Network"}
    network = made.node.find_child("Network")
    assert [each.node.id for each in network.dependencies] == ["Storage"]


def test_an_api_and_its_site_share_a_network_that_is_the_same_without_the_site(stage):
    alone, both = stage(ENVIRONMENTS["prod"]), stage(replace(ENVIRONMENTS["prod"], site=Site()))
    assert template(alone, "Network").to_json() == template(both, "Network").to_json()
    template(both, "Network").resource_count_is("AWS::EC2::VPC", 1)
    for name in ("Api", "Site"):
        template(both, name).resource_count_is("AWS::EC2::VPC", 0)
        template(both, name).resource_count_is("AWS::ECS::Cluster", 0)


def test_a_site_has_the_table_and_an_address_of_cloudfronts(stage):
    made = template(stage(replace(ENVIRONMENTS["dev"], site=Site())), "Site")
    made.resource_count_is("AWS::CloudFront::Distribution", 1)
    url = made.find_outputs("Url")["Url"]["Value"]
    assert url["Fn::Join"][1][1]["Fn::GetAtt"][1] == "DomainName"
    (definition,) = made.find_resources("AWS::ECS::TaskDefinition").values()
    variables = definition["Properties"]["ContainerDefinitions"][0]["Environment"]
    assert "STORAGE_POSTS_NAME" in {each["Name"] for each in variables}


def test_a_site_with_a_domain_sign_in_and_firewall(stage):
    site = Site(domain=WWW, sign_in=True, firewall=True)
    made = stage(replace(ENVIRONMENTS["prod"], site=site, **REGIONAL))
    ours = template(made, "Site")
    ours.has_resource_properties(
        "AWS::CloudFront::Distribution",
        {"DistributionConfig": {"Aliases": ["www.example.com"]}},
    )
    assert set(ours.find_outputs("*")) >= {"Url", "UserPoolId", "SignOutUrl", "DistributionId"}
    (edge,) = (each for each in made.node.children if each.node.id == "Site-edge")
    assert edge.region == "us-east-1"
    Template.from_stack(edge).resource_count_is("AWS::WAFv2::WebACL", 1)


def test_no_environment_pays_for_a_site_that_nobody_asked_for():
    assert all(each.site is None for each in ENVIRONMENTS.values())


class TestTheSecondIngress:
    @pytest.mark.parametrize("name", ["staging", "prod"])
    def test_a_site_around_the_sign_in_of_the_api_is_refused(self, name):
        told = open_site(replace(ENVIRONMENTS[name], site=Site()))
        assert told.startswith(f"environment {name}: its API asks who is calling (Access.COGNITO)")
        assert "\n" not in told

    @pytest.mark.parametrize(
        "changes",
        [
            {"site": None},
            {"site": Site(open=True)},
            {"site": Site(domain=WWW, sign_in=True)},
            {"site": Site(), "access": Access.OPEN},
        ],
    )
    def test_one_that_is_meant_is_not(self, changes):
        assert open_site(replace(ENVIRONMENTS["prod"], **changes)) is None

    def test_callers_that_sign_requests_are_guarded_too(self):
        assert open_site(replace(ENVIRONMENTS["dev"], access=Access.IAM, site=Site()))


class TestTwoStores:
    SITE = replace(ENVIRONMENTS["dev"], site=Site())

    def test_a_site_with_a_database_of_its_own_is_refused(self):
        told = second_store(self.SITE, "db")
        assert told.startswith("environment dev: db must not run twice, and would run once for the")
        assert "Site(own_data=True" in told
        assert "\n" not in told

    @pytest.mark.parametrize(
        ("config", "exclusive"),
        [
            (SITE, None),
            (ENVIRONMENTS["dev"], "db"),
            (replace(SITE, site=Site(own_data=True)), "db"),
        ],
    )
    def test_one_that_is_meant_or_has_none_is_not(self, config, exclusive):
        assert second_store(config, exclusive) is None


class TestWhatTheSiteImports:
    """CloudFormation deletes no export that is in use; the site goes after the API was deployed."""

    @pytest.fixture
    def with_users(self):
        site = Site(domain=WWW, sign_in=True)
        return replace(ENVIRONMENTS["prod"], site=site, **REGIONAL)

    @pytest.mark.parametrize(
        "site", [None, Site(domain=WWW, open=True)], ids=["no site", "no sign-in"]
    )
    def test_it_is_exported_after_an_update_that_ends_its_use(self, stage, with_users, site):
        before, after = stage(with_users), stage(replace(with_users, site=site))
        imported = json.dumps(template(before, "Site").to_json())
        old = template(before, "Api").to_json()["Outputs"]
        used = {name: each for name, each in old.items() if f"-api:{name}" in imported}
        assert len(used) == 2
        assert used.items() <= template(after, "Api").to_json()["Outputs"].items()

    def test_an_api_without_users_exports_none(self, stage):
        outputs = template(stage(ENVIRONMENTS["dev"]), "Api").find_outputs("*")
        assert not [name for name, each in outputs.items() if "Export" in each]


class TestHealthOfASite:
    @pytest.fixture
    def health(self, stage):
        def _health(site, **options):
            made = template(stage(replace(ENVIRONMENTS["dev"], site=site), **options), "Site")
            (group,) = made.find_resources("AWS::ElasticLoadBalancingV2::TargetGroup").values()
            return group["Properties"]["HealthCheckPath"]

        return _health

    def test_of_anybodys_folder_the_librarys_default_is_asked(self, health):
        assert health(Site()) == "/"

    def test_another_path(self, health):
        assert health(Site(health_check_path="/up")) == "/up"

    def test_the_sample_has_one(self, health):
        assert health(Site(), source=Path("container_src")) == "/health"


class TestUsersOfASite:
    def test_they_are_those_of_the_api(self, stage):
        site = Site(domain=WWW, sign_in=True)
        made = stage(replace(ENVIRONMENTS["prod"], site=site, **REGIONAL))
        template(made, "Api").resource_count_is("AWS::Cognito::UserPool", 1)
        template(made, "Site").resource_count_is("AWS::Cognito::UserPool", 0)
        assert made.node.find_child("Api") in made.node.find_child("Site").dependencies
        alone = template(stage(ENVIRONMENTS["prod"]), "Api")
        assert [*alone.find_resources("AWS::Cognito::UserPool")] == [
            *template(made, "Api").find_resources("AWS::Cognito::UserPool")
        ]

    def test_without_users_of_the_api_it_has_its_own(self, stage):
        site = Site(domain=WWW, sign_in=True)
        made = stage(replace(ENVIRONMENTS["dev"], site=site, **REGIONAL))
        template(made, "Api").resource_count_is("AWS::Cognito::UserPool", 0)
        template(made, "Site").resource_count_is("AWS::Cognito::UserPool", 1)

    @pytest.mark.parametrize(
        ("site", "options", "paths"),
        [
            ({}, {}, set()),
            ({}, {"source": Path("container_src")}, {"/health"}),
            ({"public_paths": ("/open",)}, {}, {"/open"}),
        ],
    )
    def test_what_everybody_sees(self, stage, site, options, paths):
        site = Site(domain=WWW, sign_in=True, **site)
        made = template(
            stage(replace(ENVIRONMENTS["dev"], site=site, **REGIONAL), **options), "Site"
        )
        rules = made.find_resources("AWS::ElasticLoadBalancingV2::ListenerRule").values()
        assert paths == {
            path
            for rule in rules
            for condition in rule["Properties"]["Conditions"]
            for path in condition.get("PathPatternConfig", {}).get("Values", ())
        }


def test_a_domain_whose_records_are_kept_elsewhere(stage):
    made = stage(replace(ENVIRONMENTS["dev"], domain=Domain(name="api.example.org"), **REGIONAL))
    api = template(made, "Api")
    api.resource_count_is("AWS::Route53::RecordSet", 0)
    api.resource_count_is("AWS::CertificateManager::Certificate", 1)
    (record,) = api.find_outputs("RecordToCreate").values()
    assert "api.example.org CNAME " in str(record["Value"])


def test_half_a_zone_is_refused():
    with pytest.raises(ValueError, match="give both, or neither"):
        Domain(name="api.example.org", hosted_zone_id="Z123")


def test_from_github_each_service_has_its_pipeline_before_it(stage, project):
    project.write("web/Dockerfile", "FROM scratch\n")
    project.compose("services: {web: {build: ./web, ports: ['80']}}")
    config = replace(ENVIRONMENTS["dev"], github=GITHUB, site=Site(), **REGIONAL)
    made = stage(config, images=Images.PIPELINE)
    for service in ("Api", "Site"):
        stack, pipeline = made.node.find_child(service), made.node.find_child(f"{service}Pipeline")
        template(made, service).resource_count_is("AWS::CodePipeline::Pipeline", 0)
        assert pipeline in stack.dependencies
        named = f"serverlesscontainersdev{service.lower()}-{service}-Containers-"
        template(made, service).has_resource_properties(
            "AWS::ECS::Service",
            {"ServiceName": Match.string_like_regexp(f"^{named}[0-9A-F]{{8}}$")},
        )
        built = template(made, f"{service}Pipeline")
        (found,) = built.find_resources("AWS::CodePipeline::Pipeline").values()
        assert "CodeStarSourceConnection" in str(found)
        (project_,) = built.find_resources("AWS::CodeBuild::Project").values()
        variables = {
            each["Name"]: each["Value"]
            for each in project_["Properties"]["Environment"]["EnvironmentVariables"]
        }
        (cluster,) = template(made, "Network").find_resources("AWS::ECS::Cluster").values()
        assert variables["CLUSTER_NAME"] == cluster["Properties"]["ClusterName"]


@pytest.mark.parametrize("service", ["Api", "Site"])
def test_a_service_keeps_its_name_whoever_builds_its_images(stage, project, service):
    project.write("Dockerfile", "FROM scratch\n")
    project.compose("services: {web: {build: ., ports: ['80']}}")
    folder = replace(ENVIRONMENTS["dev"], site=Site(), **REGIONAL)

    def name(config, **arguments):
        found = template(stage(config, **arguments), service).find_resources("AWS::ECS::Service")
        (made,) = found.values()
        return made["Properties"]["ServiceName"]

    names = {
        name(folder, images=Images.PIPELINE),
        name(replace(folder, github=GITHUB), images=Images.PIPELINE),
        name(folder, images=Images.DOCKER),
        name(folder, image_tag="1"),
    }
    assert len(names) == 1
    # The one that the construct chooses by itself.
    alone = Stack(App(), "Alone", stack_name=f"serverless-containers-dev-{service.lower()}")
    ContainerApi(alone, service, source=project.path, images=BuildPipeline.managed())
    (made,) = Template.from_stack(alone).find_resources("AWS::ECS::Service").values()
    assert names == {made["Properties"]["ServiceName"]}


class TestAnotherProject:
    def test_it_has_stacks_of_its_own_without_the_table_of_the_sample(self, stage):
        config = replace(ENVIRONMENTS["dev"], site=Site())
        made = stage(config, name="shop", sample=False)
        stacks = [each for each in made.node.children if isinstance(each, Stack)]
        assert {each.stack_name.removeprefix("shop-dev-") for each in stacks} == {
            "storage", "network", "api", "site",
        }  # fmt: skip
        template(made, "Storage").resource_count_is("AWS::DynamoDB::Table", 0)
        for name in ("Api", "Site"):
            text = json.dumps(template(made, name).to_json())
            assert "STORAGE_POSTS" not in text
            assert "serverless" not in text.replace("serverless-containers-service", "")
            assert "VariablesOfContainers" not in template(made, name).find_outputs("*")

    def test_its_images_are_in_repositories_of_its_name(self, stage, project):
        project.write("Dockerfile", "FROM scratch\n")
        project.compose("services: {web: {build: ., ports: ['80']}}")
        made = stage(ENVIRONMENTS["dev"], name="Shop", sample=False, image_tag="1")
        assert "/shop/web:1" in json.dumps(template(made, "Api").to_json())

    def test_a_stack_for_no_secrets_has_a_resource_all_the_same(self, stage, project):
        project.compose(f"services: {{web: {WEB}}}")
        made = stage(ENVIRONMENTS["dev"], name="shop", sample=False)
        (resource,) = template(made, "Storage").to_json()["Resources"].values()
        assert resource == {"Type": "AWS::CloudFormation::WaitConditionHandle"}

    def test_tags_tell_it_apart(self, stage):
        made = stage(ENVIRONMENTS["dev"], name="shop", sample=False)
        template(made, "Network").has_resource_properties(
            "AWS::EC2::VPC",
            {"Tags": Match.array_with([{"Key": "Service", "Value": "shop"}])},
        )


def test_everything_is_tagged_with_whose_it_is(stage):
    made = stage(replace(ENVIRONMENTS["dev"], owner="Team A", cost_center="42"), name="shop")
    tags = [
        {"Key": "CostCenter", "Value": "42"},
        {"Key": "Environment", "Value": "dev"},
        {"Key": "Owner", "Value": "Team A"},
        {"Key": "Service", "Value": "shop"},
    ]
    template(made, "Network").has_resource_properties("AWS::ECS::Cluster", {"Tags": tags})


def test_a_tag_that_aws_refuses_is_refused():
    with pytest.raises(ValueError, match="cost_center: 'aws:1' starts with aws:"):
        EnvironmentConfig(name="dev", cost_center="aws:1")


@pytest.mark.parametrize(
    ("kind", "arguments"),
    [
        (EnvironmentConfig, {"name": "dev", "cors_origins": "https://www.example.com"}),
        (EnvironmentConfig, {"name": "dev", "availability_zones": "eu-west-1a"}),
        (Site, {"public_paths": "/assets/*"}),
    ],
)
def test_one_text_in_place_of_several_is_refused(kind, arguments):
    name = list(arguments)[-1]
    with pytest.raises(TypeError, match=f"{name}: got '.*' .str.; give a tuple: .'.*',."):
        kind(**arguments)


@pytest.mark.parametrize(("given", "share"), [(True, "0.05"), (Tracing(sample_percent=50), "0.5")])
def test_traces_are_taken_where_they_are_asked_for(stage, given, share):
    made = template(stage(replace(ENVIRONMENTS["dev"], tracing=given)), "Api")
    (definition,) = made.find_resources("AWS::ECS::TaskDefinition").values()
    containers = {each["Name"]: each for each in definition["Properties"]["ContainerDefinitions"]}
    assert "trace-collector" in containers
    assert {"Name": "OTEL_TRACES_SAMPLER_ARG", "Value": share} in containers["web"]["Environment"]


def test_no_environment_pays_for_traces_that_nobody_asked_for():
    assert not any(each.tracing for each in ENVIRONMENTS.values())
