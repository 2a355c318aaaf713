"""What the IAM policies of a synthesised template allow, by MiniStack's evaluator.

What the evaluator is known to get wrong, or what is not in the template, is refused: there is no
answer that only looks right. It is wrong about policy variables, NotPrincipal and trust policies.
"""

from collections.abc import Mapping

from ministack.core import iam_evaluator

from tests.support.stand_ins import StandIns, has

NOTHING = {"Version": "2012-10-17", "Statement": []}
"""A resource policy that says nothing."""

_RESOURCE_POLICIES = {
    "AWS::KMS::Key": ("KeyPolicy", None),
    "AWS::S3::BucketPolicy": ("PolicyDocument", "Bucket"),
    "AWS::SNS::TopicPolicy": ("PolicyDocument", "Topics"),
    "AWS::SQS::QueuePolicy": ("PolicyDocument", "Queues"),
    "AWS::SecretsManager::ResourcePolicy": ("ResourcePolicy", "SecretId"),
}
# The evaluator looks for these in fields of its own and never in the context.
_FIELDS = {
    "aws:requestedregion": "region",
    "aws:securetransport": "secure_transport",
    "aws:sourceip": "source_ip",
}
_COMPUTED = {
    "aws:currenttime",
    "aws:epochtime",
    "aws:principalaccount",
    "aws:principalarn",
    "aws:principaltype",
    "aws:resourceaccount",
    "s3:resourceaccount",
}


class Policies:
    """The policies of a template, and of the roles in it.

    Attributes:
        exports: What the template exports, by name.
    """

    @classmethod
    def of(
        cls,
        template,
        *,
        account="123456789012",
        region="us-east-1",
        partition="aws",
        named=(),
        others=(),
    ):
        """Read a template.

        Args:
            template: A `Template` of the CDK's assertions, or the template as a dict.
            account: The account in the stand-ins for ARNs.
            region: Their region.
            partition: Their partition.
            named: Names for resources that are found by type and properties; see
                `tests.support.stand_ins.Named`. Default: their own, else their logical ids.
            others: Policies of the templates that this one imports from.
        """
        content = template if isinstance(template, Mapping) else template.to_json()
        stand_ins = StandIns(
            content,
            account=account,
            region=region,
            partition=partition,
            named=named,
            imports={name: value for each in others for name, value in each.exports.items()},
        )
        return cls(content.get("Resources", {}), stand_ins, region)

    def __init__(self, resources, stand_ins, region):
        self._resources, self._stand_ins, self._region = resources, stand_ins, region
        self.exports = stand_ins.exports
        self._identity, self._unknown, self._tags = {}, {}, {}
        self._on_resources = {}
        for role in self._of_kind("AWS::IAM::Role"):
            self._read_role(role)
        for kind in ("AWS::IAM::Policy", "AWS::IAM::ManagedPolicy"):
            for policy in self._of_kind(kind):
                self._read_policy(policy)
        for kind, (document, owner) in _RESOURCE_POLICIES.items():
            for policy in self._of_kind(kind):
                self._read_resource_policy(policy, document, owner)

    def arn(self, kind, **properties):
        """The ARN of the only resource of a type that has certain properties."""
        (found,) = [name for name in self._of_kind(kind) if has(self._properties(name), properties)]
        return self._stand_ins.arn(found)

    def referred(self, kind, key):
        """The value of a property of the only resource of a type, such as ``TaskRoleArn``."""
        (found,) = self._of_kind(kind)
        return self._stand_ins.resolve(self._properties(found)[key])

    def resource_policy(self, arn):
        """The policy that the template attaches to a resource, or None."""
        documents = self._on_resources.get(arn)
        if documents is None:
            return None
        resolved = self._stand_ins.resolve(documents)
        return {**NOTHING, "Statement": [each for one in resolved for each in one["Statement"]]}

    def allows(self, role, action, resource, *, context=None, resource_policy=None):
        """Whether a role may do something.

        The session has the role's tags as ``aws:PrincipalTag/…``, its ARN is the role's, as
        ``aws:PrincipalArn`` is on AWS, and its requests come over TLS.

        Args:
            role: The ARN of the role, of this template or imported into it.
            action: The action, such as ``s3:GetObject``.
            resource: The ARN that it is done to.
            context: Condition keys of the request with their values, a list for a key with
                several. ``aws:SecureTransport`` and other tags of the principal can be among them.
            resource_policy: The resource's own policy, in place of the one in the template.

        Raises:
            ValueError: If there is no answer that is known to be right.
        """
        name = _role_name(role)
        if unknown := self._unknown.get(name):
            raise ValueError(f"nothing here says what {', '.join(unknown)} of {name} allows")
        request = self._request(role, action, resource, context or {})
        documents = self._stand_ins.resolve(self._identity.get(name, []))
        policy = resource_policy or self.resource_policy(_with_policy(resource))
        for document in (*documents, policy or NOTHING):
            _refuse_unsure(document)
        identity = iam_evaluator.evaluate(
            request, [iam_evaluator.parse_policy_document(each) for each in documents]
        )
        if policy is None:
            return identity.decision == "Allow"
        both = iam_evaluator.combine_resource_policy(
            identity,
            request,
            policy,
            resource.split(":")[4] or request.principal_account,
            # A key has to allow what an identity policy allows, unlike all else in the account.
            required=action.startswith("kms:"),
        )
        return both.decision == "Allow"

    def _request(self, role, action, resource, context):
        given = {key.lower(): value for key, value in context.items()}
        if computed := sorted(_COMPUTED & given.keys()):
            raise ValueError(f"the evaluator takes no value of {', '.join(computed)}")
        fields = {"region": self._region, "secure_transport": True, "source_ip": "192.0.2.1"}
        for key in _FIELDS.keys() & given.keys():
            fields[_FIELDS[key]] = given.pop(key)
        keys = {"aws:principalisawsservice": "false", "aws:viaawsservice": "false"}
        for key, value in self._tags.get(_role_name(role), {}).items():
            keys[f"aws:principaltag/{key.lower()}"] = value
        return iam_evaluator.EvalContext(
            principal_arn=role,
            principal_type="AssumedRole",
            principal_account=role.split(":")[4],
            action=action,
            resource_arn=resource,
            # The evaluator looks here only for what it does not find among the principal's.
            principal_keys={**keys, **given},
            **fields,
        )

    def _read_role(self, logical_id):
        name, properties = self._stand_ins.name(logical_id), self._properties(logical_id)
        resolve = self._stand_ins.resolve
        self._tags[name] = {tag["Key"]: tag["Value"] for tag in resolve(properties.get("Tags", []))}
        for policy in properties.get("Policies", ()):
            self._attach(name, policy["PolicyDocument"])
        own = {self._stand_ins.arn(each): each for each in self._of_kind("AWS::IAM::ManagedPolicy")}
        for arn in resolve(properties.get("ManagedPolicyArns", [])):
            if arn in own:
                self._attach(name, self._properties(own[arn])["PolicyDocument"])
            else:
                self._unknown.setdefault(name, []).append(arn)
        if "PermissionsBoundary" in properties:
            self._unknown.setdefault(name, []).append("the permissions boundary")

    def _read_policy(self, logical_id):
        properties = self._properties(logical_id)
        for role in self._stand_ins.resolve(properties.get("Roles", [])):
            self._attach(role, properties["PolicyDocument"])

    def _attach(self, role, document):
        self._identity.setdefault(role, []).append(document)

    def _read_resource_policy(self, logical_id, document, owner):
        properties = self._properties(logical_id)
        owners = properties[owner] if owner else {"Ref": logical_id}
        for each in owners if isinstance(owners, list) else [owners]:
            # A bucket is named by its name here, a queue by its URL: policies are asked for by ARN.
            named = each.get("Ref") if isinstance(each, Mapping) else None
            arn = self._stand_ins.arn(named) if named in self._resources else None
            documents = self._on_resources.setdefault(arn or self._stand_ins.resolve(each), [])
            documents.append(properties[document])

    def _of_kind(self, kind):
        return [name for name, each in self._resources.items() if each["Type"] == kind]

    def _properties(self, logical_id):
        return self._resources[logical_id].get("Properties", {})


def _role_name(arn):
    return arn.rsplit("/", 1)[-1]


def _with_policy(arn):
    """The resource that has the policy: for an object, its bucket."""
    return arn.split("/", 1)[0] if arn.split(":")[2] == "s3" else arn


def _refuse_unsure(document):
    """Raise for a policy that the evaluator would get wrong."""
    problem = iam_evaluator.validate_policy_document(document)
    if document["Statement"] and problem:
        raise ValueError(problem)
    for statement in document["Statement"]:
        if "NotPrincipal" in statement:
            raise ValueError("the evaluator knows no NotPrincipal")
        if "${" in str(statement):
            raise ValueError(f"the evaluator knows no policy variables: {statement}")
