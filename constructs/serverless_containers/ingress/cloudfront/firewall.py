"""A web ACL before a distribution."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from aws_cdk import ArnFormat, Duration, Names, RemovalPolicy, Stack, Token
from aws_cdk import aws_logs as logs
from aws_cdk import aws_wafv2 as wafv2
from constructs import Construct

from serverless_containers.arguments.keywords import checks_fields
from serverless_containers.spelling import nearest

DEFAULT_RULE_GROUPS = (
    "AWSManagedRulesAmazonIpReputationList",
    "AWSManagedRulesCommonRuleSet",
    "AWSManagedRulesKnownBadInputsRuleSet",
)
"""Together 925 of the 1,500 capacity units that a web ACL's price includes; "AWS WAF pricing"."""

EVERY_RULE = "*"
"""In `Firewall.count`: all rules of the group."""

_OWN_PRIORITY = 1000
_WINDOWS = (60, 120, 300, 600)
_RULE_NAME = re.compile(r"[\w-]{1,128}", re.ASCII)
_SECRET_HEADERS = ("authorization", "cookie")


@checks_fields
@dataclass(frozen=True, slots=True, kw_only=True)
class Firewall:
    """The rules of a site's web ACL.

    The common rule set blocks request bodies of more than 8 KB (its rule
    ``SizeRestrictions_BODY``; "Baseline rule groups", AWS WAF Developer Guide). A site that takes
    uploads counts them instead::

        Firewall(count={"AWSManagedRulesCommonRuleSet": ["SizeRestrictions_BODY"]})

    Attributes:
        rule_groups: AWS's managed rule groups, in the order in which they are asked.
        count: By group, the rules that only count what they would block; `EVERY_RULE` for all.
        rate_limit: The requests that one address may send in ``rate_window``, 10 to 2,000,000,000
            (RateBasedStatement, AWS WAF API). None sets no limit.
        rate_window: 1, 2, 5 or 10 minutes. Default: 5 minutes.
        rules: Further rules, with priorities below 1,000 to be asked first, or above the others'.
        log: Whether requests that a rule blocked or counted go to a log group. The headers
            ``authorization`` and ``cookie`` are left out.
        log_retention: The time for which they are kept.
        removal_policy: The removal policy of the log when the site is deleted.

    Raises:
        ValueError: If a value is not allowed, a counted group is not there, or two rules share a
            priority or a name.
    """

    rule_groups: Sequence[str] = DEFAULT_RULE_GROUPS
    count: Mapping[str, Sequence[str]] = field(default_factory=dict)
    rate_limit: int | None = 2000
    rate_window: Duration | None = None
    rules: Sequence[wafv2.CfnWebACL.RuleProperty] = ()
    log: bool = True
    log_retention: logs.RetentionDays = logs.RetentionDays.ONE_MONTH
    removal_policy: RemovalPolicy = RemovalPolicy.DESTROY

    def __post_init__(self) -> None:
        for name in self.rule_groups:
            _check_name(name)
        self._check_count()
        self._check_rate()
        _check_rules(self.rules, own=len(self.rule_groups) + (self.rate_limit is not None))
        names = [rule.name for rule in self.rules] + ["RateLimit", *self.rule_groups]
        if twice := next((name for name in names if names.count(name) > 1), None):
            raise ValueError(f"two rules are called {twice!r}; give each a name of its own")

    def _check_count(self) -> None:
        for group, rules in self.count.items():
            if group not in self.rule_groups:
                near = nearest(group, self.rule_groups)
                raise ValueError(
                    f"count names the group {group!r}, which is not in rule_groups; "
                    + (f"did you mean {near!r}?" if near else "add it there")
                )
            for rule in rules:
                if rule != EVERY_RULE:
                    _check_name(rule)

    def _check_rate(self) -> None:
        limit, window = self.rate_limit, self.rate_window
        if limit is None:
            if window is not None:
                raise ValueError("rate_window is given without a rate_limit; give both or neither")
            return
        if not Token.is_unresolved(limit) and not 10 <= limit <= 2_000_000_000:
            raise ValueError(f"rate_limit is {limit}; allowed is 10 to 2,000,000,000, or None")
        if window is None or window.is_unresolved():
            return
        if window.to_milliseconds() / 1000 not in _WINDOWS:
            raise ValueError(
                f"rate_window is {window.to_human_string()}; allowed are 1, 2, 5 and 10 minutes"
            )


class WebAcl(Construct):
    """A web ACL for a distribution. Its scope has to be in a stack of us-east-1.

    It has no name, so that two never clash, and CloudFormation may replace it.

    Args:
        firewall: The rules that it holds.
    """

    def __init__(self, scope: Construct, construct_id: str, *, firewall: Firewall) -> None:
        super().__init__(scope, construct_id)
        self.web_acl = wafv2.CfnWebACL(
            self,
            "WebAcl",
            scope="CLOUDFRONT",
            default_action=wafv2.CfnWebACL.DefaultActionProperty(allow={}),
            description="Guards a site of serverless-containers",
            visibility_config=_visible(Names.unique_resource_name(self, max_length=128)),
            rules=[*firewall.rules, *_own_rules(firewall)],
        )
        self.log_group = self._make_log(firewall) if firewall.log else None

    @property
    def arn(self) -> str:
        """The ARN, which the distribution refers to."""
        return self.web_acl.attr_arn

    def _make_log(self, firewall: Firewall) -> logs.LogGroup:
        # AWS WAF writes to no group whose name starts otherwise: "Sending web ACL traffic logs to
        # a CloudWatch Logs log group", AWS WAF Developer Guide.
        name = Names.unique_resource_name(self, max_length=200, separator="-")
        group = logs.LogGroup(
            self,
            "Logs",
            log_group_name=f"aws-waf-logs-{name}",
            retention=firewall.log_retention,
            removal_policy=firewall.removal_policy,
        )
        wafv2.CfnLoggingConfiguration(
            self,
            "Logging",
            resource_arn=self.arn,
            log_destination_configs=[
                # The group's own ARN attribute ends in ":*", which AWS WAF refuses.
                Stack.of(self).format_arn(
                    service="logs",
                    resource="log-group",
                    resource_name=group.log_group_name,
                    arn_format=ArnFormat.COLON_RESOURCE_NAME,
                )
            ],
            redacted_fields=[
                wafv2.CfnLoggingConfiguration.FieldToMatchProperty(single_header={"Name": header})
                for header in _SECRET_HEADERS
            ],
            logging_filter={
                "DefaultBehavior": "DROP",
                "Filters": [
                    {
                        "Behavior": "KEEP",
                        "Requirement": "MEETS_ANY",
                        "Conditions": [
                            {"ActionCondition": {"Action": action}}
                            for action in ("BLOCK", "COUNT", "EXCLUDED_AS_COUNT")
                        ],
                    }
                ],
            },
        )
        return group


def _own_rules(firewall: Firewall) -> list[wafv2.CfnWebACL.RuleProperty]:
    rules = []
    priority = _OWN_PRIORITY
    if firewall.rate_limit is not None:
        window = firewall.rate_window
        rules.append(
            wafv2.CfnWebACL.RuleProperty(
                name="RateLimit",
                priority=priority,
                statement=wafv2.CfnWebACL.StatementProperty(
                    rate_based_statement=wafv2.CfnWebACL.RateBasedStatementProperty(
                        aggregate_key_type="IP",
                        limit=firewall.rate_limit,
                        evaluation_window_sec=300 if window is None else window.to_seconds(),
                    )
                ),
                action=wafv2.CfnWebACL.RuleActionProperty(block={}),
                visibility_config=_visible("RateLimit"),
            )
        )
        priority += 1
    for place, group in enumerate(firewall.rule_groups, start=priority):
        rules.append(_group_rule(group, place, firewall.count.get(group, ())))
    return rules


def _group_rule(group: str, priority: int, counted: Sequence[str]) -> wafv2.CfnWebACL.RuleProperty:
    every = EVERY_RULE in counted
    return wafv2.CfnWebACL.RuleProperty(
        name=group,
        priority=priority,
        statement=wafv2.CfnWebACL.StatementProperty(
            managed_rule_group_statement=wafv2.CfnWebACL.ManagedRuleGroupStatementProperty(
                vendor_name="AWS",
                name=group,
                rule_action_overrides=[
                    wafv2.CfnWebACL.RuleActionOverrideProperty(
                        name=rule,
                        action_to_use=wafv2.CfnWebACL.RuleActionProperty(count={}),
                    )
                    for rule in counted
                    if not every
                ]
                or None,
            )
        ),
        override_action=wafv2.CfnWebACL.OverrideActionProperty(
            count={} if every else None, none=None if every else {}
        ),
        visibility_config=_visible(group),
    )


def _visible(metric: str) -> wafv2.CfnWebACL.VisibilityConfigProperty:
    return wafv2.CfnWebACL.VisibilityConfigProperty(
        cloud_watch_metrics_enabled=True, metric_name=metric, sampled_requests_enabled=True
    )


def _check_name(name: str) -> None:
    if not Token.is_unresolved(name) and not _RULE_NAME.fullmatch(name):
        raise ValueError(
            f"rule or group {name!r} is no name; allowed are 1 to 128 letters, digits, _ and -"
        )


def _check_rules(rules: Sequence[wafv2.CfnWebACL.RuleProperty], *, own: int) -> None:
    taken: dict[int | float | str, str] = {}
    for rule in rules:
        if Token.is_unresolved(rule.priority):
            continue
        reserved = _OWN_PRIORITY <= rule.priority < _OWN_PRIORITY + own
        if reserved or rule.priority in taken:
            raise ValueError(
                f"rule {rule.name!r} has priority {rule.priority:g}, which is taken by "
                f"{'the rate limit and rule groups' if reserved else taken[rule.priority]!r}; give "
                "one below 1,000 that no other rule has"
            )
        taken[rule.priority] = rule.name
