"""The access log of an HTTP API."""

import json

import jsii
from aws_cdk import Aws, Fn, Names, RemovalPolicy
from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_apigatewayv2 as apigwv2
from aws_cdk import aws_logs as logs
from constructs import Construct

from serverless_containers.ingress.retention import retained_once_made

_FIELDS = {
    "requestId": "$context.requestId",
    "requestTime": "$context.requestTime",
    "ip": "$context.identity.sourceIp",
    "userAgent": "$context.identity.userAgent",
    "method": "$context.httpMethod",
    "path": "$context.path",
    "protocol": "$context.protocol",
    "routeKey": "$context.routeKey",
    "status": "$context.status",
    "responseLength": "$context.responseLength",
    "responseLatency": "$context.responseLatency",
    "integrationStatus": "$context.integration.integrationStatus",
    "integrationLatency": "$context.integration.latency",
    "integrationError": "$context.integrationErrorMessage",
    "authorizerError": "$context.authorizer.error",
    "error": "$context.error.message",
    "errorType": "$context.error.responseType",
}
"""Variables of "Customize HTTP API access logs", Amazon API Gateway Developer Guide."""


@jsii.implements(apigwv2.IAccessLogSettings)
class AccessLog:
    """One line of JSON for each request.

    API Gateway is let into the log group by a resource policy of CloudWatch Logs, which lists each
    group of an account and region in at most 5120 characters, and of which there are ten. Groups
    named ``/aws/vendedlogs/…`` are covered by one entry ("Enable logging from AWS services", Amazon
    CloudWatch Logs User Guide; "PutResourcePolicy", Amazon CloudWatch Logs API Reference). So the
    group is called that, then the construct's path and twelve digits of the stack's id: the same at
    every deployment, and another one when the stack is made again.

    Args:
        scope: The construct above the log group.
        retention: The time for which lines are kept.
        removal_policy: Their removal policy when the stack is deleted. What is retained goes all
            the same if its creation is rolled back. Whoever takes an API out of its stack and puts
            it back there has to delete a group that was retained.
    """

    def __init__(
        self, scope: Construct, *, retention: logs.RetentionDays, removal_policy: RemovalPolicy
    ) -> None:
        self.log_group = logs.LogGroup(
            scope,
            "AccessLogs",
            log_group_name=_name(scope),
            retention=retention,
            removal_policy=retained_once_made(removal_policy),
        )
        self._destination = apigwv2.LogGroupLogDestination(self.log_group)
        self._format = apigateway.AccessLogFormat.custom(json.dumps(_FIELDS, separators=(",", ":")))

    @property
    def destination(self) -> apigwv2.IAccessLogDestination:
        """The destination of the lines."""
        return self._destination

    @property
    def format(self) -> apigateway.AccessLogFormat:
        """The format of a line."""
        return self._format


def _name(scope: Construct) -> str:
    path = Names.unique_resource_name(scope, max_length=200, separator="-")
    # A name without the stack's id would meet the group that an earlier stack has left.
    uuid = Fn.select(2, Fn.split("/", Aws.STACK_ID))
    return f"/aws/vendedlogs/apigateway/{path}-{Fn.select(4, Fn.split('-', uuid))}"
