"""Configuration files of client applications, written from the outputs of a deployment.

Outputs are read into a `ClientConfig`, which a `Format` turns into a document or writes into a file
that is there.
"""

from serverless_containers.client_config.amplify_js import configure_call
from serverless_containers.client_config.deployment import is_name, to_client_config
from serverless_containers.client_config.errors import ClientConfigError
from serverless_containers.client_config.formats import FORMATS, Format, format_of
from serverless_containers.client_config.model import Api, AuthorizationType, ClientConfig
from serverless_containers.client_config.outputs import (
    VARIABLES_OUTPUT,
    StackOutputs,
    choose_stacks,
    load_outputs,
    read_outputs,
)
from serverless_containers.client_config.writing import merge_into, write_new

__all__ = [
    "FORMATS",
    "VARIABLES_OUTPUT",
    "Api",
    "AuthorizationType",
    "ClientConfig",
    "ClientConfigError",
    "Format",
    "StackOutputs",
    "choose_stacks",
    "configure_call",
    "format_of",
    "is_name",
    "load_outputs",
    "merge_into",
    "read_outputs",
    "to_client_config",
    "write_new",
]
