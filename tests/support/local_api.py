"""A template with a task behind an HTTP API, and requests to it."""

import http.client
import json
import threading
import time
from pathlib import Path
from urllib.parse import urlsplit

import boto3
from botocore.config import Config

from serverless_containers.local.clients import LocalClients
from tests.support.base_images import PYTHON
from tests.support.local_app import ACCOUNT

SERVER = (Path(__file__).parent / "local_server.py").read_text()
"""What the containers of these tests run: it tells what it sees."""


def container(name="web", **more):
    """A container that serves on port 8080."""
    return {
        "Name": name,
        "Image": PYTHON,
        "Essential": True,
        "Command": ["python", "-u", "-c", SERVER],
        "PortMappings": [{"ContainerPort": 8080}],
        "HealthCheck": {
            "Command": ["CMD", "wget", "-q", "-O", "-", "http://127.0.0.1:8080/health"],
            "Interval": 5,
            # However busy the machine is: what answers wrongly answers at once.
            "Timeout": 30,
            "Retries": 2,
            "StartPeriod": 60,
        },
        "LogConfiguration": {
            "LogDriver": "awslogs",
            "Options": {
                "awslogs-group": "logs",
                "awslogs-region": "us-east-1",
                "awslogs-stream-prefix": "app",
            },
        },
        **more,
    }


def variables(**values):
    return [{"Name": name, "Value": value} for name, value in values.items()]


def template(*containers, count=1, route=None, task=None, **more):
    """A service of these containers behind an HTTP API. The first one gets the requests."""
    assumed = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Service": "ecs-tasks.amazonaws.com"},
                "Action": "sts:AssumeRole",
            }
        ],
    }
    return {
        "Logs": resource("Logs::LogGroup", LogGroupName="logs"),
        "Role": resource("IAM::Role", AssumeRolePolicyDocument=assumed, RoleName="task-role"),
        "Cluster": resource("ECS::Cluster", ClusterName="main"),
        "Names": resource("ServiceDiscovery::HttpNamespace", Name="names"),
        "Discovery": resource(
            "ServiceDiscovery::Service", Name="web", NamespaceId={"Ref": "Names"}
        ),
        "Task": resource(
            "ECS::TaskDefinition",
            Family="app",
            RequiresCompatibilities=["FARGATE"],
            Cpu="256",
            Memory="512",
            NetworkMode="awsvpc",
            TaskRoleArn={"Fn::GetAtt": ["Role", "Arn"]},
            ContainerDefinitions=list(containers),
            **(task or {}),
        ),
        "Service": resource(
            "ECS::Service",
            ServiceName="web",
            Cluster={"Ref": "Cluster"},
            TaskDefinition={"Ref": "Task"},
            DesiredCount=count,
            LaunchType="FARGATE",
            DeploymentConfiguration={
                "MinimumHealthyPercent": 100,
                "MaximumPercent": 200,
                "DeploymentCircuitBreaker": {"Enable": True, "Rollback": True},
            },
            ServiceRegistries=[
                {
                    "RegistryArn": {"Fn::GetAtt": ["Discovery", "Arn"]},
                    "ContainerName": "web",
                    "ContainerPort": 8080,
                }
            ],
        ),
        "Link": resource("ApiGatewayV2::VpcLink", Name="link", SubnetIds=[]),
        "Api": resource("ApiGatewayV2::Api", Name="api", ProtocolType="HTTP"),
        "Integration": resource(
            "ApiGatewayV2::Integration",
            ApiId={"Ref": "Api"},
            IntegrationType="HTTP_PROXY",
            IntegrationMethod="ANY",
            ConnectionType="VPC_LINK",
            ConnectionId={"Ref": "Link"},
            IntegrationUri={"Fn::GetAtt": ["Discovery", "Arn"]},
            PayloadFormatVersion="1.0",
        ),
        "Route": resource(
            "ApiGatewayV2::Route",
            ApiId={"Ref": "Api"},
            RouteKey="$default",
            Target={"Fn::Join": ["", ["integrations/", {"Ref": "Integration"}]]},
            **(route or {}),
        ),
        "Stage": resource(
            "ApiGatewayV2::Stage", ApiId={"Ref": "Api"}, StageName="$default", AutoDeploy=True
        ),
        **more,
    }


def resource(kind, **properties):
    return {"Type": f"AWS::{kind}", "Properties": properties}


def policy(name, *, effect="Allow", action="*", on="*"):
    """A policy of the task role."""
    statement = {"Effect": effect, "Action": action, "Resource": on}
    return resource(
        "IAM::Policy",
        PolicyName=name,
        Roles=[{"Ref": "Role"}],
        PolicyDocument={"Version": "2012-10-17", "Statement": [statement]},
    )


def client_within(environment, service):
    """A client with the credentials that a container's environment holds."""
    return boto3.client(
        service,
        endpoint_url=environment["AWS_ENDPOINT_URL"],
        region_name="us-east-1",
        aws_access_key_id=environment["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=environment["AWS_SECRET_ACCESS_KEY"],
        aws_session_token=environment["AWS_SESSION_TOKEN"],
        config=Config(retries={"total_max_attempts": 1}),
    )


class Deployed:
    """What `local up` left running.

    Args:
        app: The app.
        region: The region that it is in.
        api: The id of the API that is asked. Default: the first one.

    Attributes:
        clients: The clients of the services.
    """

    def __init__(self, app, region="us-east-1", api=None):
        self.endpoint = app.result()["endpoint"]
        self.emulator = app.emulator()
        self.credentials = self.emulator.credentials(ACCOUNT)
        self.clients = LocalClients(self.credentials, region=region)
        self.api = api or self.clients["apigatewayv2"].get_apis()["Items"][0]["ApiId"]

    def request(self, method, path, body=None, **headers):
        """Ask the API. Returns the status, the headers and the content."""
        address = urlsplit(self.endpoint)
        host = f"{self.api}.execute-api.localhost:{address.port}"
        connection = http.client.HTTPConnection(address.hostname, address.port, timeout=60)
        connection.request(
            method,
            path,
            body,
            {"host": host, **{name.replace("_", "-"): value for name, value in headers.items()}},
        )
        answer = connection.getresponse()
        content = answer.read()
        connection.close()
        return answer.status, answer.headers, content

    def seen(self, path="/", method="GET", body=None, **headers):
        """What the container saw of a request."""
        status, _, content = self.request(method, path, body, **headers)
        assert status == 200, (status, content)
        return json.loads(content)

    def tasks(self):
        arns = self.clients["ecs"].list_tasks(cluster="main", serviceName="web")["taskArns"]
        if not arns:
            return []
        return self.clients["ecs"].describe_tasks(cluster="main", tasks=arns)["tasks"]


class Load:
    """Requests all the time, from a thread, while a block runs."""

    def __init__(self, deployed, path="/"):
        self._deployed = deployed
        self._path = path
        self._ended = threading.Event()
        self._threads = [threading.Thread(target=self._ask) for _ in range(2)]
        self.answers = []

    def __enter__(self):
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self._ended.set()
        for thread in self._threads:
            thread.join()

    def _ask(self):
        while not self._ended.is_set():
            try:
                status, _, content = self._deployed.request("GET", self._path)
                self.answers.append((status, content))
            except OSError as error:
                self.answers.append((0, repr(error)))
            time.sleep(0.1)

    def failed(self):
        return [answer for answer in self.answers if answer[0] != 200]


def eventually(holds, seconds=120):
    """Wait until something holds, and return it."""
    deadline = time.monotonic() + seconds
    while not (found := holds()) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert found
    return found
