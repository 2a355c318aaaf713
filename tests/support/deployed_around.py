"""What a deployed service stands on, as AWS's APIs tell of it."""

import json
from datetime import timedelta

from tests.support.deployed_stack import GROUP, NOW, ago, resource, resources, service, services
from tests.support.recorded_aws import ACCOUNT, REGION

BALANCER = f"arn:aws:elasticloadbalancing:{REGION}:{ACCOUNT}:loadbalancer/app/shop/1a2b"
CERTIFICATE = f"arn:aws:acm:{REGION}:{ACCOUNT}:certificate/1a2b"
NETWORK = {
    "awsvpcConfiguration": {
        "subnets": ["subnet-a"],
        "securityGroups": ["sg-tasks"],
        "assignPublicIp": "DISABLED",
    }
}


def placed(*rollouts, **more):
    """The service in its network."""
    return service(*rollouts, networkConfiguration=NETWORK, **more)


def log_events(*lines):
    return {"events": [{"timestamp": 1, "ingestionTime": 1, "message": line} for line in lines]}


def allow(name, *groups, port=80):
    return {
        "GroupId": name,
        "GroupName": name,
        "IpPermissions": [
            {
                "IpProtocol": "tcp",
                "FromPort": port,
                "ToPort": port,
                "UserIdGroupPairs": [{"GroupId": each} for each in groups],
                "IpRanges": [],
                "Ipv6Ranges": [],
                "PrefixListIds": [],
            }
        ],
        "IpPermissionsEgress": [{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}],
    }


GROUPS = {
    "sg-tasks": allow("sg-tasks", "sg-balancer", "sg-link"),
    "sg-balancer": allow("sg-balancer", port=443),
    "sg-link": allow("sg-link"),
}


def manifest(*platforms):
    """The text of a list of manifests."""
    return json.dumps(
        {
            "schemaVersion": 2,
            "mediaType": "application/vnd.oci.image.index.v1+json",
            "manifests": [
                {"digest": "sha256:1", "platform": {"os": os, "architecture": architecture}}
                for os, architecture in (
                    *(each.split("/") for each in platforms),
                    ("unknown", "unknown"),
                )
            ],
        }
    )


def role(asked):
    name = asked["RoleName"]
    return {
        "Role": {
            "Path": "/",
            "RoleName": name,
            "RoleId": "AROA0123456789ABCDEF",
            "Arn": f"arn:aws:iam::{ACCOUNT}:role/{name}",
            "CreateDate": ago(days=9),
            "AssumeRolePolicyDocument": json.dumps(
                {"Statement": [{"Principal": {"Service": "ecs-tasks.amazonaws.com"}}]}
            ),
        }
    }


def in_stack(path):
    """The service as a resource of its stack, with a path in the CDK app; None: it tells none."""
    told = {} if path is None else {"Metadata": json.dumps({"aws:cdk:path": path})}
    found = resources()[0]
    return {"StackResourceDetail": {**found, **told}}


def deploy_around(aws):
    """Have AWS's APIs know what the service stands on, everything in order."""
    aws.answer(
        "ListStackResources",
        {
            "StackResourceSummaries": [
                *resources(),
                resource("ApiCertificate1", "AWS::CertificateManager::Certificate", CERTIFICATE),
            ]
        },
    )
    aws.answer("DescribeStackResource", in_stack("staging/Api/Api/Containers/Service/Service"))
    aws.answer("DescribeServices", services(placed()))
    aws.answer("GetLogEvents", log_events("listening on port 80"))
    aws.answer(
        "DescribeLogGroups",
        lambda asked: {"logGroups": [{"logGroupName": asked["logGroupNamePrefix"]}]},
    )
    aws.answer(
        "DescribeTargetGroups",
        {
            "TargetGroups": [
                {
                    "TargetGroupArn": GROUP,
                    "TargetGroupName": "shop-web",
                    "HealthCheckPath": "/",
                    "LoadBalancerArns": [BALANCER],
                }
            ]
        },
    )
    aws.answer(
        "DescribeLoadBalancers",
        {
            "LoadBalancers": [
                {
                    "LoadBalancerArn": BALANCER,
                    "DNSName": "shop-1.eu-central-1.elb.amazonaws.com",
                    "Scheme": "internet-facing",
                    "SecurityGroups": ["sg-balancer"],
                }
            ]
        },
    )
    aws.answer(
        "DescribeListeners",
        {
            "Listeners": [
                {
                    "ListenerArn": f"{BALANCER}/1",
                    "LoadBalancerArn": BALANCER,
                    "Certificates": [{"CertificateArn": CERTIFICATE}],
                }
            ]
        },
    )
    aws.answer(
        "GetIntegrations",
        {
            "Items": [
                {
                    "IntegrationId": "i1",
                    "ConnectionType": "VPC_LINK",
                    "ConnectionId": "link1",
                    "TimeoutInMillis": 30000,
                }
            ]
        },
    )
    aws.answer(
        "GetVpcLink",
        {
            "VpcLinkId": "link1",
            "Name": "shop",
            "VpcLinkStatus": "AVAILABLE",
            "SecurityGroupIds": ["sg-link"],
            "SubnetIds": ["subnet-a"],
        },
    )
    log = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/aws/vendedlogs/apigateway/shop"
    aws.answer(
        "GetStages",
        {"Items": [{"StageName": "$default", "AccessLogSettings": {"DestinationArn": log}}]},
    )
    aws.answer("FilterLogEvents", {"events": []})
    aws.answer("GetDomainNames", {"Items": []})
    aws.answer(
        "GetApi",
        {
            "ApiEndpoint": f"https://a1b2c3d4e5.execute-api.{REGION}.amazonaws.com",
            "Name": "shop",
            "ProtocolType": "HTTP",
            "RouteSelectionExpression": "${request.method} ${request.path}",
        },
    )
    aws.answer("GetMetricData", {"MetricDataResults": []})
    aws.answer(
        "DescribeSubnets",
        {
            "Subnets": [
                {
                    "SubnetId": "subnet-a",
                    "VpcId": "vpc-1",
                    "CidrBlock": "10.0.0.0/24",
                    "AvailabilityZone": f"{REGION}a",
                    "AvailableIpAddressCount": 200,
                }
            ]
        },
    )
    aws.answer(
        "DescribeRouteTables",
        {
            "RouteTables": [
                {
                    "RouteTableId": "rtb-1",
                    "Routes": [
                        {
                            "DestinationCidrBlock": "0.0.0.0/0",
                            "NatGatewayId": "nat-1",
                            "State": "active",
                        }
                    ],
                    "Associations": [{"SubnetId": "subnet-a", "Main": False}],
                }
            ]
        },
    )
    aws.answer("DescribeVpcEndpoints", {"VpcEndpoints": []})
    aws.answer(
        "DescribeSecurityGroups",
        lambda asked: {"SecurityGroups": [GROUPS[each] for each in asked["GroupIds"]]},
    )
    aws.answer(
        "BatchGetImage",
        {"images": [{"imageManifest": manifest("linux/amd64", "linux/arm64")}], "failures": []},
    )
    aws.answer("GetRole", role)
    aws.answer("ListBuildsForProject", {"ids": ["shop-build:1"]})
    aws.answer("BatchGetBuilds", {"builds": [{"id": "shop-build:1", "buildStatus": "SUCCEEDED"}]})
    aws.answer(
        "DescribeCertificate",
        {
            "Certificate": {
                "CertificateArn": CERTIFICATE,
                "DomainName": "shop.example.com",
                "Status": "ISSUED",
                "NotAfter": NOW + timedelta(days=200),
            }
        },
    )
    aws.answer("DescribeAlarms", {"MetricAlarms": []})
    aws.answer(
        "GetServiceQuota",
        {
            "Quota": {
                "QuotaName": "Fargate On-Demand vCPU resource count",
                "Value": 100.0,
                "UsageMetric": {
                    "MetricNamespace": "AWS/Usage",
                    "MetricName": "ResourceCount",
                    "MetricDimensions": {"Service": "Fargate", "Type": "Resource"},
                    "MetricStatisticRecommendation": "Maximum",
                },
            }
        },
    )
    aws.answer(
        "GetMetricStatistics", {"Label": "x", "Datapoints": [{"Timestamp": NOW, "Maximum": 3.0}]}
    )
