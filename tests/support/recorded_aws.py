"""AWS's APIs with answers in the shapes of its API reference, below boto3's clients.

What is asked, and what is answered, is held against the models of the services: an answer that AWS
would not give in that shape fails the test, and so does a call that nothing answers.
"""

from functools import cache

import botocore.session
from botocore.client import BaseClient
from botocore.exceptions import ClientError
from botocore.loaders import create_loader
from botocore.validate import ParamValidator

REGION = "eu-central-1"
ACCOUNT = "123456789012"


@cache
def loader():
    """The models of the services, which every session would read anew."""
    return create_loader()


class RefusalError(Exception):
    """An error that AWS answers with."""

    def __init__(self, code, message="", status=400):
        super().__init__(code)
        self.code, self.message, self.status = code, message, status


class RecordedAws:
    """The APIs. `calls` has the operations that were called, each with its parameters."""

    def __init__(self, monkeypatch):
        self.calls = []
        self._answers = {}
        recorded = self

        def call(client, operation, parameters):
            return recorded._call(client, operation, parameters)

        assert hasattr(BaseClient, "_make_api_call")
        monkeypatch.setattr(BaseClient, "_make_api_call", call)
        assert hasattr(botocore.session, "create_loader")
        monkeypatch.setattr("botocore.session.create_loader", lambda *_: loader())
        for name in ("AWS_PROFILE", "AWS_REGION", "AWS_ENDPOINT_URL", "AWS_SESSION_TOKEN"):
            monkeypatch.delenv(name, raising=False)
        monkeypatch.setenv("AWS_DEFAULT_REGION", REGION)
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
        monkeypatch.setenv("AWS_CONFIG_FILE", "/nowhere")
        monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nowhere")

    def answer(self, operation, *answers):
        """Answer successive calls; the last answer is for good.

        An answer is a dictionary, an exception, or a function of the parameters that returns or
        raises one.
        """
        self._answers[operation] = list(answers)

    def deny(self, operation, message=""):
        self.answer(operation, RefusalError("AccessDeniedException", message))

    def called(self, operation):
        """The parameters of the calls of an operation."""
        return [parameters for name, parameters in self.calls if name == operation]

    def changes(self):
        """The operations that were called, but for those that only read."""
        reads = ("Describe", "List", "Get", "Filter", "BatchGet", "Detect")
        return [name for name, _ in self.calls if not name.startswith(reads)]

    def _call(self, client, operation, parameters):
        model = client.meta.service_model.operation_model(operation)
        _hold(parameters, model.input_shape, f"{operation} was asked for")
        self.calls.append((operation, parameters))
        assert operation in self._answers, f"nothing answers {operation}: {parameters}"
        left = self._answers[operation]
        answer = left.pop(0) if len(left) > 1 else left[0]
        if callable(answer):
            region = (client.meta.region_name,) if hasattr(answer, "wants_region") else ()
            answer = answer(parameters, *region)
        if isinstance(answer, RefusalError):
            raise ClientError(
                {
                    "Error": {"Code": answer.code, "Message": answer.message},
                    "ResponseMetadata": {"HTTPStatusCode": answer.status},
                },
                operation,
            )
        if isinstance(answer, BaseException):
            raise answer
        _hold(answer, model.output_shape, f"{operation} is answered")
        return answer


def _hold(values, shape, where):
    if shape is None:
        return
    unknown = set(values) - set(shape.members)
    assert not unknown, f"{where}, which has no {sorted(unknown)}"
    report = ParamValidator().validate(values, shape)
    assert not report.has_errors(), f"{where}: {report.generate_report()}"
