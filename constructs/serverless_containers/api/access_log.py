"""The access log of an HTTP API."""

import json

import jsii
from aws_cdk import RemovalPolicy
from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_apigatewayv2 as apigwv2
from aws_cdk import aws_logs as logs
from constructs import Construct

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

    Args:
        scope: Where the log group is made.
        retention: How long lines are kept.
        removal_policy: What becomes of them when the stack is deleted.
    """

    def __init__(
        self, scope: Construct, *, retention: logs.RetentionDays, removal_policy: RemovalPolicy
    ) -> None:
        self.log_group = logs.LogGroup(
            scope, "AccessLogs", retention=retention, removal_policy=removal_policy
        )
        self._destination = apigwv2.LogGroupLogDestination(self.log_group)
        self._format = apigateway.AccessLogFormat.custom(json.dumps(_FIELDS, separators=(",", ":")))

    @property
    def destination(self) -> apigwv2.IAccessLogDestination:
        """Where the lines go."""
        return self._destination

    @property
    def format(self) -> apigateway.AccessLogFormat:
        """How a line is made up."""
        return self._format
