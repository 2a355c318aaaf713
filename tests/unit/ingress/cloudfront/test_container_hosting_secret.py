"""The origin secret: a reference wherever it stands, and rotated while the site is up."""

import json
import re
from pathlib import Path

import pytest

from tests.support.iam import Policies
from tests.unit.workload.paths import Paths, is_origin_secret
from tests.unit.workload.sites import NAMED, host, host_in

GENERATIONS = (1, 2, 3)
SECRET = "AWS::SecretsManager::Secret"
RULE = "AWS::ElasticLoadBalancingV2::ListenerRule"
DISTRIBUTION = "AWS::CloudFront::Distribution"


@pytest.fixture(scope="module")
def sites(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sample")
    return {
        generation: host_in(folder, origin_secret_generation=generation, **NAMED)
        for generation in GENERATIONS
    }


@pytest.fixture(scope="module")
def templates(sites):
    return {generation: site.template.to_json() for generation, site in sites.items()}


def of(template, kind):
    return {name: each for name, each in template["Resources"].items() if each["Type"] == kind}


def sent(template):
    """What CloudFront adds to each request, as text."""
    (distribution,) = of(template, DISTRIBUTION).values()
    (origin,) = distribution["Properties"]["DistributionConfig"]["Origins"]
    (header,) = origin["OriginCustomHeaders"]
    return json.dumps(header["HeaderValue"])


def accepted(template):
    """What every rule lets in."""
    (values, *others) = Paths(template).secrets().values()
    assert all(each == values for each in others)
    return [json.dumps(value) for value in values]


def places(value, name, path=()):
    """Where in a template something refers to a resource."""
    match value:
        case {"Ref": found} if found == name:
            yield path
        case {"Fn::GetAtt": [found, *_]} if found == name:
            yield path
        case dict():
            for key, each in value.items():
                yield from places(each, name, (*path, key))
        case list():
            for number, each in enumerate(value):
                yield from places(each, name, (*path, number))


class TestEverywhere:
    @pytest.mark.parametrize("generation", GENERATIONS)
    def test_it_is_a_dynamic_reference_in_the_header_and_the_rules_and_nowhere_else(
        self, templates, generation
    ):
        template = templates[generation]
        kinds = set()
        for secret in of(template, SECRET):
            for path in places(template, secret):
                kinds.add(template["Resources"][path[1]]["Type"])
                # From the resource down to the value, which ends in …/Fn::Join/1/1.
                value = template
                for step in path[:-3]:
                    value = value[step]
                assert is_origin_secret(value), path
        assert kinds == {RULE, DISTRIBUTION}

    @pytest.mark.parametrize("generation", GENERATIONS)
    def test_secrets_manager_makes_the_value(self, templates, generation):
        for secret in of(templates[generation], SECRET).values():
            properties = secret["Properties"]
            assert "SecretString" not in properties
            assert properties["GenerateSecretString"] == {
                "ExcludePunctuation": True,
                "IncludeSpace": False,
                "PasswordLength": 40,
            }

    def test_the_cloud_assembly_holds_nothing_of_another_form(self, sites):
        site = sites[2]
        assembly = Path(site.app.synth().directory)
        files = [file for file in assembly.rglob("*") if file.is_file()]
        assert {file.name for file in files} >= {"manifest.json", "tree.json"}
        found = 0
        for file in files:
            text = file.read_text(encoding="utf-8")
            # The header is always followed by a reference, or by the rest of the rule.
            for match in re.finditer(r"X-Origin-Verify", text):
                found += 1
                rest = re.sub(r"\s", "", text[match.end() : match.end() + 200])
                assert rest.startswith(
                    ('","HeaderValue":{"Fn::Join', '","headerValue":{"Fn::Join',
                     '","Values":[{"Fn::Join', '","values":[{"Fn::Join')
                ), (file, rest)  # fmt: skip
            for match in re.finditer(r"resolve:\w+:", text):
                assert match.group() == "resolve:secretsmanager:"
        assert found >= 2

    def test_it_is_no_output_and_no_parameter(self, templates):
        template = templates[1]
        (secret,) = of(template, SECRET)
        rest = {key: value for key, value in template.items() if key != "Resources"}
        assert secret not in json.dumps(rest)

    def test_neither_role_of_the_tasks_may_read_it(self, templates):
        policies = Policies.of(templates[1], region="eu-west-1")
        secret = policies.arn(SECRET)
        for key in ("TaskRoleArn", "ExecutionRoleArn"):
            role = policies.referred("AWS::ECS::TaskDefinition", key)
            assert not policies.allows(role, "secretsmanager:GetSecretValue", secret)

    def test_a_vpc_origin_needs_none(self, project):
        template = host(project).template
        template.resource_count_is(SECRET, 0)
        assert "X-Origin-Verify" not in json.dumps(template.to_json())


class TestRotation:
    @pytest.mark.parametrize("generation", GENERATIONS)
    def test_what_is_sent_is_let_in(self, templates, generation):
        template = templates[generation]
        assert sent(template) == accepted(template)[0]
        assert len(accepted(template)) == len(of(template, SECRET)) == min(generation, 2)

    @pytest.mark.parametrize("generation", GENERATIONS[:-1])
    def test_the_rules_of_the_next_generation_let_in_what_is_still_being_sent(
        self, templates, generation
    ):
        after = templates[generation + 1]
        assert sent(templates[generation]) in accepted(after)
        assert sent(templates[generation]) != sent(after)

    def test_the_one_before_the_last_is_let_in_no_more(self, templates):
        assert sent(templates[1]) not in accepted(templates[3])

    @pytest.mark.parametrize("generation", GENERATIONS[:-1])
    def test_a_secret_that_is_still_in_use_is_left_as_it_is(self, templates, generation):
        before, after = (of(templates[each], SECRET) for each in (generation, generation + 1))
        kept = before.keys() & after.keys()
        assert len(kept) == 1
        assert all(before[name] == after[name] for name in kept)

    @pytest.mark.parametrize("generation", GENERATIONS)
    def test_the_rules_are_updated_before_the_distribution(self, templates, generation):
        template = templates[generation]
        (distribution,) = of(template, DISTRIBUTION).values()
        assert of(template, RULE).keys() <= set(distribution["DependsOn"])

    def test_nothing_else_changes(self, templates):
        before, after = (templates[each]["Resources"] for each in (1, 2))
        changed = {
            before.get(name, after.get(name))["Type"]
            for name in before.keys() | after.keys()
            if before.get(name) != after.get(name)
        }
        assert changed == {SECRET, RULE, DISTRIBUTION}

    @pytest.mark.parametrize("generation", [0, -1, True, "2", 1.5])
    def test_a_generation_is_a_number_from_1(self, project, generation):
        told = r"generation: (expected a whole number from 1|got .*; give a whole number)"
        with pytest.raises((TypeError, ValueError), match=told):
            host(project, origin_secret_generation=generation, **NAMED)
