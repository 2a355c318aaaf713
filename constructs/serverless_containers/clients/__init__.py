"""Configuration files of client applications, written from the outputs of a deployment.

Outputs are read into a `Client`, which a `Form` turns into a document or writes into a file that is
there.
"""

from serverless_containers.clients.deployment import is_name, to_client
from serverless_containers.clients.failure import ClientConfigError
from serverless_containers.clients.files import read_bytes
from serverless_containers.clients.forms import FORMATS, Form, form_of
from serverless_containers.clients.graphql import configure_call
from serverless_containers.clients.model import Api, AuthorizationType, Client
from serverless_containers.clients.outputs import StackOutputs, choose_stacks, read_outputs
from serverless_containers.clients.writing import merge_into, write_new

__all__ = [
    "FORMATS",
    "Api",
    "AuthorizationType",
    "Client",
    "ClientConfigError",
    "Form",
    "StackOutputs",
    "choose_stacks",
    "configure_call",
    "form_of",
    "is_name",
    "merge_into",
    "read_bytes",
    "read_outputs",
    "to_client",
    "write_new",
]
