"""Stacks and resources, as CloudFormation lists them."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import yaml

from serverless_containers.local.clients import LocalClients

_GONE = "DELETE_COMPLETE"
_PSEUDO = {"AWS::Partition": "aws", "AWS::URLSuffix": "amazonaws.com"}


class UnresolvedError(Exception):
    """A property's value cannot be known from here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployed:
    """A resource, as CloudFormation lists it.

    Attributes:
        stack: The stack that it belongs to.
        type: CloudFormation's type.
        logical_id: Its id in the template.
        physical_id: What its service calls it.
    """

    stack: "DeployedStack"
    type: str
    logical_id: str
    physical_id: str

    @property
    def name(self) -> str:
        """Its place in the CDK app below the stack, or its logical id."""
        metadata = self.stack.template["Resources"].get(self.logical_id, {}).get("Metadata", {})
        path = metadata.get("aws:cdk:path", self.logical_id).removesuffix("/Resource")
        return str(path).removeprefix(f"{self.stack.path}/")

    def property(self, name: str) -> Any:  # noqa: ANN401  # of any type
        """A property from the template, with references resolved.

        Raises:
            UnresolvedError: If it is missing or depends on what is not known here.
        """
        properties = self.stack.template["Resources"][self.logical_id].get("Properties", {})
        if name not in properties:
            raise UnresolvedError(name)
        return self.stack.resolve(properties[name])


class DeployedStack:
    """A stack, read when it is asked about.

    Args:
        clients: The clients of its region.
        description: What `describe_stacks` says of it.
        path: Its place in the CDK app.
    """

    def __init__(self, clients: LocalClients, description: Mapping[str, Any], path: str) -> None:
        self.clients = clients
        self.path = path
        self.name: str = description["StackName"]
        self.outputs: dict[str, str] = {
            output["OutputKey"]: output["OutputValue"] for output in description.get("Outputs", [])
        }

    @cached_property
    def template(self) -> dict[str, Any]:
        """The template that was deployed."""
        answer = self.clients["cloudformation"].get_template(StackName=self.name)
        body: str | dict[str, Any] = answer["TemplateBody"]
        return _parsed(body) if isinstance(body, str) else body

    @cached_property
    def resources(self) -> tuple[Deployed, ...]:
        """Its resources, in the order of the template."""
        pages = self.clients["cloudformation"].get_paginator("list_stack_resources")
        summaries = {
            summary["LogicalResourceId"]: summary
            for page in pages.paginate(StackName=self.name)
            for summary in page["StackResourceSummaries"]
            if summary["ResourceStatus"] != _GONE
        }
        order = {name: index for index, name in enumerate(self.template["Resources"])}
        return tuple(
            Deployed(
                stack=self,
                type=summary["ResourceType"],
                logical_id=logical_id,
                physical_id=summary.get("PhysicalResourceId", ""),
            )
            for logical_id, summary in sorted(
                summaries.items(), key=lambda item: order.get(item[0], len(order))
            )
        )

    def resolve(self, value: Any) -> Any:  # noqa: ANN401  # JSON
        """Resolve references to resources, pseudo parameters and other stacks' exports.

        Raises:
            UnresolvedError: For any other function.
        """
        if isinstance(value, list):
            return [self.resolve(item) for item in value]
        if not isinstance(value, dict):
            return value
        match value:
            case {"Ref": str(name)}:
                return self._ref(name)
            case {"Fn::ImportValue": str(name)} if name in self._exports:
                return self._exports[name]
            case {"Fn::Join": [str(separator), list(parts)]}:
                return separator.join(str(self.resolve(part)) for part in parts)
        if any(key.startswith("Fn::") for key in value):
            raise UnresolvedError(json.dumps(value))
        return {key: self.resolve(item) for key, item in value.items()}

    def _ref(self, name: str) -> str:
        known = _PSEUDO | {
            "AWS::AccountId": self.clients.account,
            "AWS::Region": self.clients.region,
            "AWS::StackName": self.name,
        }
        known |= {resource.logical_id: resource.physical_id for resource in self.resources}
        if name not in known:
            raise UnresolvedError(name)
        return known[name]

    @cached_property
    def _exports(self) -> dict[str, str]:
        pages = self.clients["cloudformation"].get_paginator("list_exports")
        return {
            export["Name"]: export["Value"]
            for page in pages.paginate()
            for export in page["Exports"]
        }


def _parsed(body: str) -> dict[str, Any]:
    try:
        template: dict[str, Any] = json.loads(body)
    except ValueError:
        # The CDK CLI hands over a template without assets as YAML. Nothing here needs a value
        # to be anything but text.
        template = yaml.load(body, Loader=yaml.BaseLoader)  # noqa: S506  # makes text only
    return template


def deployed_stacks(clients: LocalClients, paths: Mapping[str, str]) -> Iterator[DeployedStack]:
    """The stacks of a region that belong to an app.

    Args:
        clients: The clients of the region.
        paths: The place in the app of each stack's name.
    """
    for page in clients["cloudformation"].get_paginator("describe_stacks").paginate():
        for description in page["Stacks"]:
            name = description["StackName"]
            if name in paths and description["StackStatus"] != _GONE:
                yield DeployedStack(clients, description, paths[name])
