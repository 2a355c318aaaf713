"""Stacks in us-east-1 for what CloudFront takes from there, whatever region its site is in."""

import hashlib
from collections.abc import Sequence

from aws_cdk import CfnOutput, Environment, Fn, Names, Stack, Token
from aws_cdk.region_info import RegionInfo
from constructs import Construct, IConstruct

EDGE_REGION = "us-east-1"
"""The region that CloudFront takes certificates and web ACLs from; "Requirements for using SSL/TLS
certificates with CloudFront", Amazon CloudFront Developer Guide."""

_LONGEST_NAME = 128
"""Characters of a stack's name ("CreateStack", AWS CloudFormation API Reference)."""


class SupportStack(Stack):
    """A stack in us-east-1 beside that of a site.

    It has no termination protection, whatever the site's stack has. A certificate that nobody
    validates fails its first deployment, and the CDK CLI deletes such a stack before it tries
    again, which the protection that it has already switched on would forbid.
    """


class EdgeScope:
    """A place in us-east-1 for the resources of a construct.

    In a stack of that region it is the construct itself. Elsewhere it is a support stack beside the
    construct's, ``<stack name>-edge-<region>``, made when it is first needed, shared by all sites
    of the stack, and deployed before it. The region is part of its name because stacks of one name
    may be in several regions, while their support stacks all meet in one. Its id is
    ``<stack id>-edge``. A stack of that id in us-east-1 that is there already is taken instead, for
    everything.

    What is never changed, only exchanged for another, has a support stack for each of its kind. The
    earlier stack stays until somebody deletes it, and so does its output: whether a stack that goes
    back asks for an output once more, AWS does not say ("Fn::GetStackOutput", CloudFormation
    Template Reference).

    Args:
        owner: The construct.

    Attributes:
        support_stacks: Those that it has asked for.
    """

    def __init__(self, owner: Construct) -> None:
        self._owner = owner
        self._stack = _top_stack(owner)
        self.support_stacks: list[Stack] = []

    def need(self, what: str, *, instead: str, kind: str | None = None) -> Construct:
        """Return the construct below which to make something.

        Args:
            what: The resource that is to be made, for the message.
            instead: The alternative for the caller, for the message.
            kind: The difference to others that it may be exchanged for; the end of the support
                stack's name. None: it is changed in its place.

        Raises:
            ValueError: If the stack has no concrete region, one outside of the partition ``aws``,
                another stack in another region has the support stack's id, or the stack has a
                synthesizer of its own.
        """
        region = self._stack.region
        if Token.is_unresolved(region):
            raise ValueError(
                f"{what} is made in {EDGE_REGION}, and the region of stack "
                f"{self._stack.node.path!r} is not known; give the stack "
                f"env=Environment(region=…), or {instead}"
            )
        if region == EDGE_REGION:
            return self._owner
        if (RegionInfo.get(region).partition or "aws") != "aws":
            raise ValueError(
                f"{what} is made in {EDGE_REGION}, which stack {self._stack.node.path!r} in "
                f"{region} cannot reach from its partition; give {instead}"
            )
        support = self._given_stack() or self._make_stack(region, kind)
        self.support_stacks.append(support)
        return _mirror(self._owner, support)

    def value(self, value: str, *, of: Construct, name: str) -> str:
        """A value of a resource in us-east-1, as the construct's stack can use it."""
        return refer(value, producer=of, name=name, consumer=self._owner)

    @property
    def _parent(self) -> Construct:
        parent = self._stack.node.scope
        if not isinstance(parent, Construct):
            raise TypeError(f"stack {self._stack.stack_name!r} is in no app; give it one")
        return parent

    def _given_stack(self) -> Stack | None:
        """The stack that somebody else has made for all of it, if there is one."""
        found = self._parent.node.try_find_child(f"{self._stack.node.id}-edge")
        if not isinstance(found, Stack) or isinstance(found, SupportStack):
            return None
        if found.region != EDGE_REGION:
            raise ValueError(
                f"stack {found.node.path!r} has the id of the support stack, and is not in "
                f"{EDGE_REGION}; give it another id, or that region"
            )
        return found

    def _make_stack(self, region: str, kind: str | None) -> Stack:
        end = f"-{kind}" if kind else ""
        construct_id = f"{self._stack.node.id}-edge{end}"
        found = self._parent.node.try_find_child(construct_id)
        if isinstance(found, SupportStack):
            return found
        account = self._stack.account
        support = SupportStack(
            self._parent,
            construct_id,
            stack_name=_joined(self._stack.stack_name, f"-edge-{region}{end}"),
            description=f"What CloudFront takes from {EDGE_REGION} for {self._stack.stack_name}",
            env=Environment(
                region=EDGE_REGION, account=None if Token.is_unresolved(account) else account
            ),
            tags=self._stack.tags.tag_values(),
        )
        if not _bootstrapped_alike(support, self._stack):
            raise ValueError(
                f"stack {self._stack.node.path!r} is bootstrapped by a synthesizer of its own, "
                "which its support stack cannot share; make that stack yourself, before the site: "
                f"Stack(…, '{self._stack.node.id}-edge', "
                f"env=Environment(region={EDGE_REGION!r}), synthesizer=…)"
            )
        return support


def refer(value: str, *, producer: IConstruct, name: str, consumer: IConstruct) -> str:
    """Make a value of one stack usable in another stack of another region.

    The CDK's own references would take two Lambda functions for that, unless the app sets a feature
    flag. This is an output, and ``Fn::GetStackOutput`` of it, whose name should change with
    whatever replaces the resource: CloudFormation does not watch the output.

    Args:
        value: The value. What is concrete is returned as it is.
        producer: The construct that has the value.
        name: The kind of value, for the output's name.
        consumer: A construct of the stack that uses the value.

    Raises:
        ValueError: If the producer's region is not known.
    """
    source, target = _top_stack(producer), _top_stack(consumer)
    if source is target or source.region == target.region or not Token.is_unresolved(value):
        return value
    if Token.is_unresolved(source.region):
        raise ValueError(
            f"{producer.node.path!r} is used from another region, and the region of its stack "
            f"{source.node.path!r} is not known; give that stack env=Environment(region=…)"
        )
    output_id = f"{name}Of{Names.unique_resource_name(producer, max_length=200)}"
    if source.node.try_find_child(output_id) is None:
        CfnOutput(source, output_id, value=value).override_logical_id(output_id)
    target.add_stack_dependency(source)
    return Fn.get_stack_output(source.stack_name, output_id, source.region)


def _joined(name: str, end: str) -> str:
    """A stack's name with something after it, shortened where it would be too long."""
    if len(name) + len(end) <= _LONGEST_NAME:
        return name + end
    digest = hashlib.sha256(name.encode()).hexdigest()[:8]
    return f"{name[: _LONGEST_NAME - len(end) - len(digest) - 1]}-{digest}{end}"


def _bootstrapped_alike(one: Stack, other: Stack) -> bool:
    """Return whether two stacks have the app's synthesizer, or default ones for one bootstrap."""
    first, second = one.synthesizer, other.synthesizer
    if first is second:
        return True
    # A synthesizer that was made in Python hides the qualifier that it has been given.
    qualifier = first.bootstrap_qualifier
    return qualifier is not None and qualifier == second.bootstrap_qualifier


def _top_stack(construct: IConstruct) -> Stack:
    stack = Stack.of(construct)
    while parent := stack.nested_stack_parent:
        stack = parent
    return stack


def _mirror(owner: Construct, support: Stack) -> Construct:
    """The construct at the owner's path below its stack, so that no two sites meet."""
    scope: Construct = support
    for construct_id in _ids_below(owner, _top_stack(owner)):
        child = scope.node.try_find_child(construct_id)
        scope = child if isinstance(child, Construct) else Construct(scope, construct_id)
    return scope


def _ids_below(owner: Construct, stack: Stack) -> Sequence[str]:
    scopes = list(owner.node.scopes)
    return [scope.node.id for scope in scopes[len(list(stack.node.scopes)) :]]
