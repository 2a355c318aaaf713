"""The rules about ``custom-policies.json``."""

from serverless_containers.findings import Rule

_QUOTAS = "IAM and AWS STS quotas, IAM User Guide"

POLICY_FILE = Rule.error(
    "policy-file",
    "The file of policies, if it is named, can be read, and is UTF-8 of at most 256 KiB.",
)
POLICY_SYNTAX = Rule.error(
    "policy-syntax",
    "The file of policies is JSON, and a key stands once in an object.",
    "https://www.rfc-editor.org/rfc/rfc8259",
)
POLICY_FORM = Rule.error(
    "policy-form",
    "The file of policies is an array of statements, and no array in a statement is empty.",
    "Grammar of the IAM JSON policy language, IAM User Guide",
)
POLICY_KEY = Rule.error(
    "policy-key",
    "A statement has `Action` and `Resource`, and may have `Effect`, `Sid`, `Condition`.",
    "Grammar of the IAM JSON policy language, IAM User Guide",
)
POLICY_EFFECT = Rule.error(
    "policy-effect",
    "An effect is `Allow`, which is the default, or `Deny`.",
    "IAM JSON policy elements: Effect, IAM User Guide",
)
POLICY_SID = Rule.error(
    "policy-sid",
    "A `Sid` has letters and digits only, and stands once in the file.",
    "IAM JSON policy elements: Sid, IAM User Guide",
)
POLICY_ACTION = Rule.error(
    "policy-action",
    "An action is `service:Name`, with wildcards in the name alone.",
    "IAM JSON policy elements: Action, IAM User Guide",
)
POLICY_ACTION_UNKNOWN = Rule.warning(
    "policy-action-unknown",
    "An action, or one that a wildcard stands for, is among those that AWS has, as far as this "
    "release knows.",
    "Actions, resources, and condition keys for AWS services, Service Authorization Reference",
)
POLICY_RESOURCE = Rule.error(
    "policy-resource",
    "A resource is an ARN, with its six parts, or `*`.",
    "IAM JSON policy elements: Resource, IAM User Guide",
)
POLICY_WILDCARD = Rule.warning(
    "policy-wildcard",
    "The actions and the resources that are allowed are named.",
    "SEC03-BP02 Grant least privilege access, AWS Well-Architected Framework",
)
POLICY_CONDITION = Rule.error(
    "policy-condition",
    "A condition maps operators of IAM to keys, `service:name`, and these to values.",
    "IAM JSON policy elements: Condition operators, IAM User Guide",
)
POLICY_VARIABLE = Rule.error(
    "policy-variable",
    "`${…}` names the environment, a pseudo parameter or a variable of IAM, where it may.",
    "IAM policy elements: Variables and tags, IAM User Guide",
)
POLICY_CHARACTER = Rule.error(
    "policy-character",
    "A policy has tabs, line breaks and the characters from U+0020 to U+00FF.",
    _QUOTAS,
)
POLICY_SIZE = Rule.error(
    "policy-size",
    "The policies of a role have at most 10,240 characters, without white space.",
    _QUOTAS,
)
