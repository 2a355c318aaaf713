"""The dashboard of an environment."""

from collections.abc import Sequence

from aws_cdk import CfnOutput, CrossStackReferences, ReferenceStrength, Stack
from constructs import Construct

from serverless_containers import MonitoringDashboard
from serverless_containers.monitoring.dashboard import ServicePanel


class DashboardStack(Stack):
    """One dashboard of all services of an environment.

    It refers to them weakly: an API or a load balancer that is shown can be replaced, which an
    export that somebody imports could not ("Fn::GetStackOutput", CloudFormation Template
    Reference).

    Args:
        panels: The services.
        stack_name: The name of the stack, and with the region that of the dashboard.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        panels: Sequence[ServicePanel],
        stack_name: str,
    ) -> None:
        super().__init__(
            scope,
            construct_id,
            stack_name=stack_name,
            description="Dashboard of an environment",
        )
        CrossStackReferences.of(self).consume(ReferenceStrength.WEAK)
        name = f"{stack_name}-{self.region}"
        MonitoringDashboard(self, "Services", panels=panels, name=name)
        CfnOutput(
            self,
            "DashboardConsole",
            value=f"https://{self.region}.console.aws.amazon.com/cloudwatch/home"
            f"?region={self.region}#dashboards:name={name}",
        )
