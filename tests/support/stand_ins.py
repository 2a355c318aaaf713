"""The values that references in a synthesised template might have, the same at each run."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

_NAMED_BY = {
    "AWS::CodeBuild::Project": "Name",
    "AWS::CodePipeline::Pipeline": "Name",
    "AWS::DynamoDB::GlobalTable": "TableName",
    "AWS::DynamoDB::Table": "TableName",
    "AWS::ECR::Repository": "RepositoryName",
    "AWS::ECS::Cluster": "ClusterName",
    "AWS::IAM::ManagedPolicy": "ManagedPolicyName",
    "AWS::IAM::Role": "RoleName",
    "AWS::Lambda::Function": "FunctionName",
    "AWS::Logs::LogGroup": "LogGroupName",
    "AWS::S3::Bucket": "BucketName",
    "AWS::SNS::Topic": "TopicName",
    "AWS::SQS::Queue": "QueueName",
    "AWS::SecretsManager::Secret": "Name",
}
_REGIONAL = {
    "AWS::CodeBuild::Project": "codebuild:{place}:project/{name}",
    "AWS::CodePipeline::Pipeline": "codepipeline:{place}:{name}",
    "AWS::DynamoDB::GlobalTable": "dynamodb:{place}:table/{name}",
    "AWS::DynamoDB::Table": "dynamodb:{place}:table/{name}",
    "AWS::ECR::Repository": "ecr:{place}:repository/{name}",
    "AWS::ECS::Cluster": "ecs:{place}:cluster/{name}",
    "AWS::IAM::ManagedPolicy": "iam::{account}:policy/{name}",
    "AWS::IAM::Role": "iam::{account}:role/{name}",
    "AWS::KMS::Key": "kms:{place}:key/{name}",
    "AWS::Lambda::Function": "lambda:{place}:function:{name}",
    "AWS::Logs::LogGroup": "logs:{place}:log-group:{name}:*",
    "AWS::S3::Bucket": "s3:::{name}",
    "AWS::SNS::Topic": "sns:{place}:{name}",
    "AWS::SQS::Queue": "sqs:{place}:{name}",
    "AWS::SecretsManager::Secret": "secretsmanager:{place}:secret:{name}-AbCdEf",
}
_REF_IS_ARN = {
    "AWS::IAM::ManagedPolicy",
    "AWS::SNS::Topic",
    "AWS::SecretsManager::Secret",
}
_GENERIC = "{service}:{place}:{resource}/{name}"


@dataclass(frozen=True, kw_only=True)
class Named:
    """A name for the resources of a type that have certain properties.

    Attributes:
        kind: The type, such as ``AWS::DynamoDB::Table``.
        name: The name.
        properties: What they have, as it stands in the template. Default: anything.
    """

    kind: str
    name: str
    properties: Mapping[str, object] | None = None


class StandIns:
    """What the references of a template stand for.

    A resource is called what the template or the caller calls it, else by its logical id. An
    attribute that is no ARN is ``LogicalId.Attribute``.

    Args:
        content: The template.
        account: The account.
        region: The region.
        partition: The partition.
        named: Names for resources; see `Named`.
        imports: Values by the names of exports of other templates.

    Attributes:
        exports: The values that this template exports, by name.
    """

    def __init__(self, content, *, account, region, partition, named, imports):
        self._resources = content.get("Resources", {})
        self._named, self._imports = named, imports
        self._account, self._region, self._partition = account, region, partition
        self._known = {
            "AWS::AccountId": account,
            "AWS::Partition": partition,
            "AWS::Region": region,
            "AWS::StackId": f"arn:{partition}:cloudformation:{region}:{account}:stack/Stack/1",
            "AWS::StackName": "Stack",
            "AWS::URLSuffix": "amazonaws.com.cn" if partition == "aws-cn" else "amazonaws.com",
            **{
                name: str(parameter.get("Default", name))
                for name, parameter in content.get("Parameters", {}).items()
            },
        }
        self._intrinsics = {
            "Fn::GetAtt": self._attribute,
            "Fn::ImportValue": self._import,
            "Fn::Join": lambda given: given[0].join(self.resolve(given[1])),
            "Fn::Select": lambda given: self.resolve(given[1])[int(given[0])],
            "Fn::Split": lambda given: self.resolve(given[1]).split(given[0]),
            "Fn::Sub": self._substitute,
            "Ref": self._ref,
        }
        self.exports = {
            self.resolve(output["Export"]["Name"]): self.resolve(output["Value"])
            for output in content.get("Outputs", {}).values()
            if "Export" in output
        }

    def resolve(self, value):
        """A value of the template without references.

        Raises:
            ValueError: If it has a function of CloudFormation's that there is no stand-in for.
        """
        match value:
            case list():
                return [self.resolve(each) for each in value]
            case dict():
                first = next(iter(value), "")
                if first in self._intrinsics:
                    return self._intrinsics[first](value[first])
                if first.startswith("Fn::"):
                    raise ValueError(f"no stand-in for {first}")
                return {key: self.resolve(each) for key, each in value.items()}
            case _:
                return value

    def name(self, logical_id):
        """What a resource is called."""
        kind, properties = self._kind(logical_id), self._properties(logical_id)
        for each in self._named:
            if each.kind == kind and has(properties, each.properties or {}):
                return each.name
        own = properties.get(_NAMED_BY.get(kind, ""))
        name = logical_id.lower() if kind == "AWS::S3::Bucket" else logical_id
        return name if own is None else self.resolve(own)

    def arn(self, logical_id):
        """The ARN of a resource."""
        kind, name = self._kind(logical_id), self.name(logical_id)
        if kind == "AWS::IAM::Role":
            name = self._properties(logical_id).get("Path", "/").lstrip("/") + name
        service, resource = kind.lower().split("::")[1:3]
        below = _REGIONAL.get(kind, _GENERIC).format(
            account=self._account,
            name=name,
            place=f"{self._region}:{self._account}",
            resource=resource,
            service=service,
        )
        return f"arn:{self._partition}:{below}"

    def _kind(self, logical_id):
        return self._resources[logical_id]["Type"]

    def _properties(self, logical_id):
        return self._resources[logical_id].get("Properties", {})

    def _ref(self, name):
        if name in self._resources:
            is_arn = self._kind(name) in _REF_IS_ARN
            return self.arn(name) if is_arn else self.name(name)
        if name not in self._known:
            raise ValueError(f"no stand-in for {name}")
        return self._known[name]

    def _attribute(self, given):
        logical_id, attribute = given if isinstance(given, list) else given.split(".", 1)
        match attribute:
            case "Arn":
                return self.arn(logical_id)
            case "StreamArn":
                return f"{self.arn(logical_id)}/stream/2026-01-01T00:00:00.000"
            case _:
                return f"{logical_id}.{attribute}"

    def _substitute(self, given):
        text, values = (given, {}) if isinstance(given, str) else given

        def replacement(match):
            name = match[1]
            if name in values:
                return self.resolve(values[name])
            return self._attribute(name) if "." in name else self._ref(name)

        return re.sub(r"\$\{([^!}][^}]*)\}", replacement, text).replace("${!", "${")

    def _import(self, given):
        name = self.resolve(given)
        if name not in self._imports:
            raise ValueError(f"nothing that was given exports {name}")
        return self._imports[name]


def has(properties, wanted):
    """Whether a resource's properties include some."""
    return all(properties.get(key) == value for key, value in wanted.items())
