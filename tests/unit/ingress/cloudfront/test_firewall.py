import re

import pytest
from aws_cdk import App, CfnParameter, Duration, Environment, Stack
from aws_cdk import aws_logs as logs
from aws_cdk import aws_wafv2 as wafv2
from aws_cdk.assertions import Template

from serverless_containers.ingress.cloudfront.firewall import (
    DEFAULT_RULE_GROUPS,
    EVERY_RULE,
    Firewall,
    WebAcl,
)

COMMON = "AWSManagedRulesCommonRuleSet"


def synthesized(*, stack="Site", **options):
    stack = Stack(App(), stack, env=Environment(region="us-east-1"))
    WebAcl(stack, "Firewall", firewall=Firewall(**options))
    return Template.from_stack(stack)


def only(template, kind):
    (resource,) = template.find_resources(kind).values()
    return resource["Properties"]


def rules(**options):
    return only(synthesized(**options), "AWS::WAFv2::WebACL")["Rules"]


def own_rule(name="Robots", priority=1):
    return wafv2.CfnWebACL.RuleProperty(
        name=name,
        priority=priority,
        statement={"geoMatchStatement": {"countryCodes": ["AQ"]}},
        action={"block": {}},
        visibility_config={
            "cloudWatchMetricsEnabled": True,
            "metricName": name,
            "sampledRequestsEnabled": True,
        },
    )


class TestWebAcl:
    def test_it_is_for_cloudfront_and_lets_through_what_no_rule_blocks(self):
        acl = only(synthesized(), "AWS::WAFv2::WebACL")
        assert acl["Scope"] == "CLOUDFRONT"
        assert acl["DefaultAction"] == {"Allow": {}}

    def test_it_has_no_name_that_another_could_have(self):
        assert "Name" not in only(synthesized(), "AWS::WAFv2::WebACL")

    def test_everything_in_it_is_measured(self):
        acl = only(synthesized(rules=[own_rule()]), "AWS::WAFv2::WebACL")
        for part in (acl, *acl["Rules"]):
            assert part["VisibilityConfig"]["CloudWatchMetricsEnabled"] is True
        metrics = [rule["VisibilityConfig"]["MetricName"] for rule in acl["Rules"]]
        assert metrics == ["Robots", "RateLimit", *DEFAULT_RULE_GROUPS]

    def test_the_groups_block_and_have_distinct_priorities_in_their_order(self):
        _, *groups = rules()
        named = [rule["Statement"]["ManagedRuleGroupStatement"] for rule in groups]
        assert [group["Name"] for group in named] == list(DEFAULT_RULE_GROUPS)
        assert {group["VendorName"] for group in named} == {"AWS"}
        assert all(rule["OverrideAction"] == {"None": {}} for rule in groups)
        assert [rule["Priority"] for rule in rules()] == [1000, 1001, 1002, 1003]


class TestCount:
    def test_a_rule_can_count_what_it_would_block(self):
        (group,) = [
            rule
            for rule in rules(count={COMMON: ["SizeRestrictions_BODY"]})
            if rule["Name"] == COMMON
        ]
        assert group["OverrideAction"] == {"None": {}}
        assert group["Statement"]["ManagedRuleGroupStatement"]["RuleActionOverrides"] == [
            {"Name": "SizeRestrictions_BODY", "ActionToUse": {"Count": {}}}
        ]

    def test_a_whole_group_can(self):
        found = {rule["Name"]: rule for rule in rules(count={COMMON: [EVERY_RULE]})}
        assert found[COMMON]["OverrideAction"] == {"Count": {}}
        assert "RuleActionOverrides" not in found[COMMON]["Statement"]["ManagedRuleGroupStatement"]
        assert found[DEFAULT_RULE_GROUPS[0]]["OverrideAction"] == {"None": {}}


class TestRate:
    def rate(self, **options):
        return rules(**options)[0]

    def test_an_address_may_send_two_thousand_requests_in_five_minutes(self):
        rate = self.rate()
        assert rate["Action"] == {"Block": {}}
        assert rate["Statement"]["RateBasedStatement"] == {
            "AggregateKeyType": "IP",
            "Limit": 2000,
            "EvaluationWindowSec": 300,
        }

    def test_limit_and_window_can_be_set(self):
        statement = self.rate(rate_limit=10, rate_window=Duration.minutes(1))["Statement"]
        assert statement["RateBasedStatement"]["Limit"] == 10
        assert statement["RateBasedStatement"]["EvaluationWindowSec"] == 60

    def test_it_can_be_left_out(self):
        assert [rule["Name"] for rule in rules(rate_limit=None)] == list(DEFAULT_RULE_GROUPS)

    def test_a_token_passes(self):
        limit = CfnParameter(Stack(App(), "Site"), "Limit", type="Number").value_as_number
        assert Firewall(rate_limit=limit).rate_limit == limit


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"rate_limit": 9}, "rate_limit is 9; allowed is 10 to 2,000,000,000"),
        ({"rate_limit": 2_000_000_001}, "rate_limit is 2000000001"),
        ({"rate_window": Duration.minutes(3)}, "rate_window is 3 minutes; allowed are 1, 2, 5"),
        ({"rate_window": Duration.millis(60_500)}, "rate_window is"),
        ({"rate_limit": None, "rate_window": Duration.minutes(1)}, "without a rate_limit"),
        ({"rule_groups": ["Common Rules"]}, "'Common Rules' is no name"),
        ({"rule_groups": [COMMON, COMMON]}, f"two rules are called '{COMMON}'"),
        ({"count": {COMMON: ["no such"]}}, "'no such' is no name"),
        ({"count": {"AWSManagedRulesCommonRuleset": []}}, f"did you mean '{COMMON}'"),
        ({"count": {"Something": []}}, "'Something', which is not in rule_groups; add it"),
        ({"rules": [own_rule("A"), own_rule("B")]}, "'B' has priority 1, which is taken by 'A'"),
        ({"rules": [own_rule("A", 1000)]}, "priority 1000, which is taken by 'the rate limit"),
        ({"rules": [own_rule("A", 1003)]}, "priority 1003, which is taken"),
        ({"rules": [own_rule("A", 1), own_rule("A", 2)]}, "two rules are called 'A'"),
        ({"rules": [own_rule("RateLimit")]}, "two rules are called 'RateLimit'"),
    ],
)
def test_what_aws_would_refuse_is_refused(options, message):
    with pytest.raises(ValueError, match=message):
        Firewall(**options)


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (
            {"rule_groups": COMMON},
            f"rule_groups: got '{COMMON}' (str); give a list of a string: ['{COMMON}']",
        ),
        (
            {"count": {COMMON: "SizeRestrictions_BODY"}},
            f"count['{COMMON}']: got 'SizeRestrictions_BODY' (str); give a list of a string",
        ),
    ],
)
def test_one_name_is_no_list_of_names(options, told):
    with pytest.raises(TypeError, match=f"^{re.escape(told)}$"):
        Firewall(**options)


def test_a_rule_may_come_after_the_others():
    assert Firewall(rules=[own_rule("A", 1004)]).rules


class TestLog:
    def test_blocked_and_counted_requests_are_kept_for_a_month(self):
        template = synthesized()
        (group,) = template.find_resources("AWS::Logs::LogGroup").values()
        assert group["Properties"]["LogGroupName"].startswith("aws-waf-logs-Site-Firewall-")
        assert group["Properties"]["RetentionInDays"] == 30
        assert group["DeletionPolicy"] == "Delete"
        (keep,) = only(template, "AWS::WAFv2::LoggingConfiguration")["LoggingFilter"]["Filters"]
        actions = {each["ActionCondition"]["Action"] for each in keep["Conditions"]}
        assert keep["Behavior"] == "KEEP"
        assert actions == {"BLOCK", "COUNT", "EXCLUDED_AS_COUNT"}

    def test_the_group_is_named_without_a_star(self):
        (arn,) = only(synthesized(), "AWS::WAFv2::LoggingConfiguration")["LogDestinationConfigs"]
        *_, last = arn["Fn::Join"][1]
        assert set(last) == {"Ref"}

    def test_no_credentials_are_in_it(self):
        fields = only(synthesized(), "AWS::WAFv2::LoggingConfiguration")["RedactedFields"]
        assert fields == [
            {"SingleHeader": {"Name": "authorization"}},
            {"SingleHeader": {"Name": "cookie"}},
        ]

    def test_retention_can_be_set(self):
        template = synthesized(log_retention=logs.RetentionDays.ONE_WEEK)
        assert only(template, "AWS::Logs::LogGroup")["RetentionInDays"] == 7

    def test_it_can_be_left_out(self):
        template = synthesized(log=False)
        template.resource_count_is("AWS::Logs::LogGroup", 0)
        template.resource_count_is("AWS::WAFv2::LoggingConfiguration", 0)

    def test_two_sites_have_two_logs(self):
        name = {
            only(synthesized(stack=stack), "AWS::Logs::LogGroup")["LogGroupName"]
            for stack in ("One", "Two")
        }
        assert len(name) == 2
