"""A GraphQL container behind the same construct: notes in DynamoDB, for users of a pool."""

from pathlib import Path

from aws_cdk import App, CfnOutput, RemovalPolicy, Stack
from aws_cdk import aws_apigatewayv2 as apigwv2
from aws_cdk import aws_dynamodb as dynamodb
from constructs import Construct

from serverless_containers import Access, Authorization, BuildPipeline, ContainerApi, ResourceAccess

HERE = Path(__file__).parent
WEB_SITE = "http://localhost:5173"


class NotesStack(Stack):
    """Notes, which every user of the pool may read and write."""

    def __init__(self, scope: Construct, construct_id: str) -> None:
        super().__init__(scope, construct_id, description="A GraphQL container on Fargate")
        notes = dynamodb.Table(
            self,
            "Notes",
            partition_key=dynamodb.Attribute(name="id", type=dynamodb.AttributeType.STRING),
            billing_mode=dynamodb.BillingMode.PAY_PER_REQUEST,
            point_in_time_recovery_specification=dynamodb.PointInTimeRecoverySpecification(
                point_in_time_recovery_enabled=True
            ),
            # An example leaves nothing behind. Where data matters, leave this out here and below.
            removal_policy=RemovalPolicy.DESTROY,
        )
        self.api = ContainerApi(
            self,
            "Api",
            source=HERE / "container_src",
            images=BuildPipeline.managed(),
            authorization=Authorization.cognito(removal_policy=RemovalPolicy.DESTROY),
            cors_preflight=apigwv2.CorsPreflightOptions(
                allow_origins=[WEB_SITE],
                allow_methods=[apigwv2.CorsHttpMethod.POST],
                allow_headers=["authorization", "content-type", "x-amz-user-agent"],
            ),
            throttle=apigwv2.ThrottleSettings(rate_limit=50, burst_limit=100),
            resources=[ResourceAccess.table(notes, name="notes", access=Access.ALL)],
        )
        self._tell()

    def _tell(self) -> None:
        """Say after a deployment what a client has to know, and where the build is."""
        outputs = {"GraphqlUrl": f"{self.api.url}/graphql", **self.api.client_outputs}
        if self.api.build_pipeline:
            outputs["PipelineConsole"] = self.api.build_pipeline.console_url
        for name, value in outputs.items():
            CfnOutput(self, name, value=value)


app = App()
NotesStack(app, "graphql-notes")
app.synth()
