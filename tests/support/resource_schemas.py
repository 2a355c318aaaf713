"""What CloudFormation's own schemas say of types of resources, as cfn-lint packages them."""

import functools


@functools.cache
def schema_of(kind):
    # It takes seconds to import: not wherever tests are collected.
    from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER  # noqa: PLC0415

    return PROVIDER_SCHEMA_MANAGER.get_resource_schema("us-east-1", kind).schema


@functools.cache
def tag_property(kind):
    """The property that holds the tags of a type; None of one that takes none."""
    schema = schema_of(kind)
    tagging = schema.get("tagging", {})
    name = tagging.get("tagProperty", "/properties/Tags").rpartition("/")[2]
    return name if tagging.get("taggable", True) and name in schema["properties"] else None


def tags_of(resource):
    """The values of a resource's tags by key; None of a type that takes none."""
    name = tag_property(resource["Type"])
    if name is None:
        return None
    tags = resource.get("Properties", {}).get(name, {})
    return tags if isinstance(tags, dict) else {each["Key"]: each["Value"] for each in tags}
