"""A site behind a load balancer: its rules decide who reaches the tasks."""

import http.client
import json
from urllib.parse import urlsplit

import pytest

from tests.support.local_api import container, resource, template

pytestmark = [pytest.mark.local, pytest.mark.thorough]


def balanced():
    resources = template(container())
    for name in ("Link", "Api", "Integration", "Route", "Stage", "Discovery", "Names"):
        del resources[name]
    service = resources["Service"]["Properties"]
    del service["ServiceRegistries"]
    service["LoadBalancers"] = [
        {
            "TargetGroupArn": {"Ref": "Group"},
            "ContainerName": "web",
            "ContainerPort": 8080,
        }
    ]
    resources["Service"]["DependsOn"] = ["Rule"]
    forbidden = {"ContentType": "text/plain", "MessageBody": "no", "StatusCode": "403"}
    return resources | {
        "Balancer": resource("ElasticLoadBalancingV2::LoadBalancer", Name="site", Subnets=[]),
        "Group": resource(
            "ElasticLoadBalancingV2::TargetGroup",
            Name="tasks",
            Port=80,
            Protocol="HTTP",
            TargetType="ip",
            HealthCheckPath="/health",
        ),
        "Listener": resource(
            "ElasticLoadBalancingV2::Listener",
            LoadBalancerArn={"Ref": "Balancer"},
            Port=80,
            Protocol="HTTP",
            DefaultActions=[{"Type": "fixed-response", "FixedResponseConfig": forbidden}],
        ),
        "Rule": resource(
            "ElasticLoadBalancingV2::ListenerRule",
            ListenerArn={"Ref": "Listener"},
            Priority=1,
            Conditions=[
                {
                    "Field": "http-header",
                    "HttpHeaderConfig": {"HttpHeaderName": "x-origin", "Values": ["secret"]},
                }
            ],
            Actions=[{"Type": "forward", "TargetGroupArn": {"Ref": "Group"}}],
        ),
        "Front": resource(
            "CloudFront::Distribution",
            DistributionConfig={
                "Enabled": True,
                "Origins": [
                    {
                        "Id": "balancer",
                        "DomainName": {"Fn::GetAtt": ["Balancer", "DNSName"]},
                        "CustomOriginConfig": {"OriginProtocolPolicy": "http-only"},
                        "OriginCustomHeaders": [
                            {"HeaderName": "x-origin", "HeaderValue": "secret"}
                        ],
                    }
                ],
                "DefaultCacheBehavior": {
                    "TargetOriginId": "balancer",
                    "ViewerProtocolPolicy": "redirect-to-https",
                    "AllowedMethods": ["GET", "HEAD", "OPTIONS", "PUT", "PATCH", "POST", "DELETE"],
                    # "Managed-CachingDisabled" and "Managed-AllViewer".
                    "CachePolicyId": "4135ea2d-6df8-44a3-9df3-4b5a84be39ad",
                    "OriginRequestPolicyId": "216adef6-5c7f-47e4-b989-5492eafa07d3",
                },
            },
        ),
    }


@pytest.fixture(scope="module")
def endpoint(make_app):
    app = make_app()
    app.has(balanced(), outputs={"Front": {"Value": {"Fn::GetAtt": ["Front", "DomainName"]}}})
    code, output = app.run("up", "--json", str(app.json))
    assert code == 0, output
    return app.result()


def ask(result, host, path="/", **headers):
    address = urlsplit(result["endpoint"])
    connection = http.client.HTTPConnection(address.hostname, address.port, timeout=30)
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    connection.request("GET", path, headers={"host": f"{host}:{address.port}", **names})
    answer = connection.getresponse()
    content = answer.read()
    connection.close()
    return answer.status, content


def test_without_the_origins_header_it_is_403(endpoint):
    assert ask(endpoint, "site.alb.localhost") == (403, b"no")


def test_with_it_the_tasks_answer(endpoint):
    status, content = ask(endpoint, "site.alb.localhost", "/a?b=c", x_origin="secret")
    assert (status, json.loads(content)["path"]) == (200, "/a?b=c")


def test_cloudfront_adds_it(endpoint):
    front = endpoint["outputs"]["Stack"]["Front"].partition(".")[0]
    status, content = ask(endpoint, f"{front}.cloudfront.localhost", "/a?b=c")
    assert (status, json.loads(content)["path"]) == (200, "/a?b=c")
