"""A CDK app of somebody else's that uses the library: two APIs in one stack of its own."""

from pathlib import Path

from aws_cdk import App, CfnOutput, Duration, RemovalPolicy, Stack
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from serverless_containers import Authorization, ContainerApi

HERE = Path(__file__).parent


class ShopStack(Stack):
    """A shop, and a status page that shares its network and its cluster."""

    def __init__(self, scope: Construct, construct_id: str) -> None:
        super().__init__(scope, construct_id)
        orders = sqs.Queue(self, "Orders", enforce_ssl=True, removal_policy=RemovalPolicy.DESTROY)
        shop = ContainerApi(
            self,
            "Shop",
            source=HERE / "shop",
            environment={"ORDERS_QUEUE_URL": orders.queue_url},
            authorization=Authorization.iam(),
        )
        orders.grant_send_messages(shop)
        cloudwatch.Alarm(
            self,
            "ShopFails",
            metric=shop.metric_server_errors(period=Duration.minutes(1), statistic="Sum"),
            threshold=5,
            evaluation_periods=3,
            treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,
        )
        status = ContainerApi(
            self, "Status", source=HERE / "status", vpc=shop.vpc, cluster=shop.cluster
        )
        CfnOutput(self, "ShopUrl", value=shop.url)
        CfnOutput(self, "StatusUrl", value=status.url)


app = App()
ShopStack(app, "consumer-shop")
app.synth()
