"""The rules about ``custom-policies.json``."""

from serverless_containers.findings import Rule, Severity

_QUOTAS = "IAM and AWS STS quotas, IAM User Guide"

POLICY_FILE = Rule(
    code="policy-file",
    severity=Severity.ERROR,
    summary="The file of policies, if it is named, can be read, and is UTF-8 of at most 256 KiB.",
)
POLICY_SYNTAX = Rule(
    code="policy-syntax",
    severity=Severity.ERROR,
    summary="The file of policies is JSON, and a key stands once in an object.",
    source="https://www.rfc-editor.org/rfc/rfc8259",
)
POLICY_FORM = Rule(
    code="policy-form",
    severity=Severity.ERROR,
    summary="The file of policies is an array of statements, and no array in a statement is empty.",
    source="Grammar of the IAM JSON policy language, IAM User Guide",
)
POLICY_KEY = Rule(
    code="policy-key",
    severity=Severity.ERROR,
    summary="A statement has `Action` and `Resource`, and may have `Effect`, `Sid`, `Condition`.",
    source="Grammar of the IAM JSON policy language, IAM User Guide",
)
POLICY_EFFECT = Rule(
    code="policy-effect",
    severity=Severity.ERROR,
    summary="An effect is `Allow`, which is the default, or `Deny`.",
    source="IAM JSON policy elements: Effect, IAM User Guide",
)
POLICY_SID = Rule(
    code="policy-sid",
    severity=Severity.ERROR,
    summary="A `Sid` has letters and digits only, and stands once in the file.",
    source="IAM JSON policy elements: Sid, IAM User Guide",
)
POLICY_ACTION = Rule(
    code="policy-action",
    severity=Severity.ERROR,
    summary="An action is `service:Name`, with wildcards in the name alone.",
    source="IAM JSON policy elements: Action, IAM User Guide",
)
POLICY_ACTION_UNKNOWN = Rule(
    code="policy-action-unknown",
    severity=Severity.WARNING,
    summary="An action, or one that a wildcard stands for, is among those that AWS has, as far as "
    "this release knows.",
    source="Actions, resources, and condition keys for AWS services, Service Authorization "
    "Reference",
)
POLICY_RESOURCE = Rule(
    code="policy-resource",
    severity=Severity.ERROR,
    summary="A resource is an ARN, with its six parts, or `*`.",
    source="IAM JSON policy elements: Resource, IAM User Guide",
)
POLICY_WILDCARD = Rule(
    code="policy-wildcard",
    severity=Severity.WARNING,
    summary="The actions and the resources that are allowed are named.",
    source="SEC03-BP02 Grant least privilege access, AWS Well-Architected Framework",
)
POLICY_CONDITION = Rule(
    code="policy-condition",
    severity=Severity.ERROR,
    summary="A condition maps operators of IAM to keys, `service:name`, and these to values.",
    source="IAM JSON policy elements: Condition operators, IAM User Guide",
)
POLICY_VARIABLE = Rule(
    code="policy-variable",
    severity=Severity.ERROR,
    summary="`${…}` names the environment, a pseudo parameter or a variable of IAM, where it may.",
    source="IAM policy elements: Variables and tags, IAM User Guide",
)
POLICY_CHARACTER = Rule(
    code="policy-character",
    severity=Severity.ERROR,
    summary="A policy has tabs, line breaks and the characters from U+0020 to U+00FF.",
    source=_QUOTAS,
)
POLICY_SIZE = Rule(
    code="policy-size",
    severity=Severity.ERROR,
    summary="The policies of a role have at most 10,240 characters, without white space.",
    source=_QUOTAS,
)
