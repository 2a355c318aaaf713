"""Two sites side by side: in a stack, in an app, in an account. No name of theirs is the same."""

import itertools
import json
from collections import Counter

import pytest
from aws_cdk import App, Environment, Stack, Stage
from aws_cdk.assertions import Template

from serverless_containers import BuildPipeline, ContainerHosting, Firewall, SignIn
from tests.unit.workload.deployed import NGINX
from tests.unit.workload.paths import Paths
from tests.unit.workload.sites import ACCOUNT, IRELAND, zone

VPC_ORIGIN = {"firewall": Firewall()}
SIGNED_IN = {
    "firewall": Firewall(),
    "static_paths": ["/assets/*"],
    "sign_in": SignIn.cognito(public_paths=["/assets/*"], managed_login=True),
}
# Names within something else, or of something that may be there twice.
_NOT_ALONE = {
    ("AWS::IAM::Policy", "PolicyName"),
    ("AWS::Route53::RecordSet", "Name"),
    ("AWS::CertificateManager::Certificate", "DomainName"),
    ("AWS::EC2::VPCEndpoint", "ServiceName"),
}


@pytest.fixture
def folder(project):
    project.write("web/Dockerfile", "FROM scratch\n")
    return project.compose("services: {web: {build: web, ports: ['80']}}")


def put(stack, folder, construct_id, *, name=None, **props):
    if name:
        props.update(
            domain_names=name, hosted_zone=stack.node.try_find_child("Zone") or zone()(stack)
        )
    return ContainerHosting(
        stack, construct_id, source=folder, images=BuildPipeline.managed(), **props
    )


def names(app):
    """Each name that a template gives to something, with its type and the region of its stack."""
    found = []
    for stack in app.node.find_all():
        if not Stack.is_stack(stack):
            continue
        for each in Template.from_stack(stack).to_json()["Resources"].values():
            kind, properties = each["Type"], each.get("Properties", {})
            inner = [value for key, value in properties.items() if key.endswith("Config")]
            for part in (properties, *(value for value in inner if isinstance(value, dict))):
                for key, value in part.items():
                    if key in {"Name", "Domain"} or key.endswith("Name"):
                        if (kind, key) in _NOT_ALONE or _refers(value):
                            continue
                        # CloudFront and Cognito's domains are in one place for all regions.
                        text = json.dumps(value).replace("AWS::StackId", stack.stack_name)
                        found.append((kind, key, text.replace("AWS::Region", stack.region)))
    return found


def _refers(value):
    """Whether it is the name of another resource, such as the cluster of a service."""
    return isinstance(value, dict) and "Ref" in value and not value["Ref"].startswith("AWS::")


def kinds(found):
    return {kind for kind, *_ in found}


def twice(*founds):
    return [name for name, count in Counter(itertools.chain(*founds)).items() if count > 1]


@pytest.mark.parametrize("props", [VPC_ORIGIN, SIGNED_IN])
def test_in_one_stack(folder, props):
    app = App()
    stack = Stack(app, "Test", env=IRELAND)
    named = "sign_in" in props
    for construct_id, name in (("One", "one.example.com"), ("Two", "two.example.com")):
        put(stack, folder, construct_id, name=name if named else None, **props)
    found = names(app)
    assert twice(found) == []
    # The search would find them.
    assert kinds(found) >= {
        "AWS::Logs::LogGroup",
        "AWS::ECS::Cluster",
        "AWS::ECS::Service",
        *(
            {"AWS::CloudFront::CachePolicy", "AWS::Cognito::UserPoolDomain"}
            if named
            else {"AWS::CloudFront::VpcOrigin"}
        ),
    }
    template = Template.from_stack(stack)
    template.resource_count_is("AWS::CloudFront::Distribution", 2)


def test_in_one_vpc(project):
    stack = Stack(App(), "Test", env=IRELAND)
    project.compose(NGINX)
    first = ContainerHosting(stack, "One", source=project.path)
    ContainerHosting(stack, "Two", source=project.path, vpc=first.vpc)
    template = Template.from_stack(stack)
    template.resource_count_is("AWS::EC2::VPC", 1)
    # THEN neither load balancer reaches the tasks of the other site
    rules = template.find_resources("AWS::EC2::SecurityGroupIngress").values()
    pairs = {
        tuple(
            each["Properties"][key]["Fn::GetAtt"][0][:3]
            for key in ("GroupId", "SourceSecurityGroupId")
        )
        for each in rules
    }
    assert pairs == {("One", "One"), ("Two", "Two")}


@pytest.mark.parametrize("props", [VPC_ORIGIN, SIGNED_IN])
def test_in_two_regions_under_one_stack_name(folder, props):
    app = App()
    named = "sign_in" in props
    for region in ("eu-west-1", "eu-central-1"):
        stack = Stack(
            app,
            f"Site-{region}",
            stack_name="site",
            env=Environment(account=ACCOUNT, region=region),
        )
        put(stack, folder, "Site", name=f"{region}.example.com" if named else None, **props)
    world = ("AWS::CloudFront::", "AWS::Cognito::UserPoolDomain", "AWS::WAFv2::")
    found = [each for each in names(app) if each[0].startswith(world)]
    assert found
    assert twice(found) == []
    supports = {
        each.stack_name
        for each in app.node.find_all()
        if Stack.is_stack(each) and each.region == "us-east-1"
    }
    for region in ("eu-west-1", "eu-central-1"):
        assert [each for each in supports if each.startswith(f"site-edge-{region}")]


def one_of_two_apps(folder, stack_name, props):
    app = App()
    stack = Stack(app, "Site", stack_name=stack_name, env=IRELAND)
    named = "sign_in" in props
    put(stack, folder, "Site", name="www.example.com" if named else None, **props)
    return names(app)


@pytest.mark.parametrize(
    "props",
    [
        VPC_ORIGIN,
        SIGNED_IN,
    ],
)
def test_in_two_stacks_of_one_id_and_two_names(folder, props):
    found = [one_of_two_apps(folder, name, props) for name in ("site-dev", "site-prod")]
    assert twice(*found) == []


@pytest.mark.parametrize("props", [VPC_ORIGIN, SIGNED_IN])
def test_in_two_stages_of_one_app(folder, props):
    app = App()
    named = "sign_in" in props
    for stage in ("dev", "prod"):
        stack = Stack(Stage(app, stage, env=IRELAND), "Web")
        put(stack, folder, "Site", name=f"{stage}.example.com" if named else None, **props)
    assert twice(names(app)) == []
    # AND each has a support stack of its own, in its stage
    for stage in ("dev", "prod"):
        (edge, *_) = (
            each
            for each in app.node.find_child(stage).node.children
            if each.node.id.startswith("Web-edge")
        )
        assert edge.stack_name.startswith(f"{stage}-Web-edge-eu-west-1")


def test_the_prefix_list_is_that_of_the_region(project):
    project.compose(NGINX)
    stack = Stack(App(), "Test", env=Environment(account=ACCOUNT, region="us-west-2"))
    ContainerHosting(stack, "Site", source=project.path)
    template = Template.from_stack(stack).to_json()
    assert Paths(template, prefix_list="pl-82a045eb").complaints() == []
    assert Paths(template, prefix_list="pl-4fa04526").complaints() != []
