"""The HTTP API in front of the tasks."""

import json

import pytest
from aws_cdk import Duration, RemovalPolicy, Stack
from aws_cdk import aws_apigatewayv2 as apigwv2
from aws_cdk import aws_certificatemanager as acm
from aws_cdk import aws_cognito as cognito
from aws_cdk import aws_iam as iam
from aws_cdk import aws_route53 as route53
from aws_cdk.assertions import Annotations, Match

from serverless_containers import Authorization, ContainerApi
from serverless_containers.ingress.http_api.custom_domain import CustomDomain


class TestPath:
    """HTTP API, VPC link, Cloud Map, task: and no other way in."""

    def test_the_tasks_are_registered_with_their_port_and_health(self, deploy):
        deployed = deploy()
        discovery = deployed.only("AWS::ServiceDiscovery::Service")
        assert discovery["DnsConfig"]["DnsRecords"] == [{"TTL": 10, "Type": "SRV"}]
        assert "HealthCheckCustomConfig" in discovery
        (registry,) = deployed.only("AWS::ECS::Service")["ServiceRegistries"]
        assert (registry["ContainerName"], registry["ContainerPort"]) == ("web", 80)

    def test_the_api_finds_them_through_the_link(self, deploy):
        deploy().template.has_resource_properties(
            "AWS::ApiGatewayV2::Integration",
            {
                "ConnectionType": "VPC_LINK",
                "ConnectionId": {"Ref": Match.any_value()},
                "IntegrationType": "HTTP_PROXY",
                "IntegrationMethod": "ANY",
                "IntegrationUri": {"Fn::GetAtt": [Match.string_like_regexp("Discovery"), "Arn"]},
            },
        )

    def test_only_the_link_reaches_the_tasks_and_only_on_the_entrypoints_port(self, deploy):
        deployed = deploy("""
            x-serverless-containers: {entrypoint: web}
            services:
              web: {image: nginx, ports: ["80", "9090"]}
              db: {image: redis, ports: ["6379"]}
            """)
        (rule,) = deployed.resources("AWS::EC2::SecurityGroupIngress")
        assert (rule["FromPort"], rule["ToPort"]) == (80, 80)
        assert "LinkSecurityGroup" in str(rule["SourceSecurityGroupId"])
        for group in deployed.resources("AWS::EC2::SecurityGroup"):
            assert "SecurityGroupIngress" not in group

    def test_the_link_reaches_nothing_else(self, deploy):
        deployed = deploy()
        deployed.template.resource_count_is("AWS::EC2::SecurityGroupEgress", 0)
        (group,) = [
            group
            for group in deployed.resources("AWS::EC2::SecurityGroup")
            if "VPC link" in group["GroupDescription"]
        ]
        (rule,) = group["SecurityGroupEgress"]
        assert "ContainersSecurityGroup" in str(rule["DestinationSecurityGroupId"])
        assert (rule["IpProtocol"], rule["FromPort"], rule["ToPort"]) == ("tcp", 80, 80)

    @pytest.mark.parametrize(
        ("timeout", "message"),
        [
            (Duration.millis(49), "timeout: expected 50 to 30000 milliseconds, got 49"),
            (Duration.seconds(31), "timeout: expected 50 to 30000 milliseconds, got 31000"),
            (Duration.millis(50.5), "timeout: expected whole milliseconds, got 50.5"),
        ],
    )
    def test_a_timeout_that_the_api_does_not_take_is_refused(self, deploy, timeout, message):
        with pytest.raises(ValueError, match=message):
            deploy(timeout=timeout).make()

    def test_the_timeout_can_be_shortened(self, deploy):
        integration = deploy(timeout=Duration.seconds(5)).only("AWS::ApiGatewayV2::Integration")
        assert integration["TimeoutInMillis"] == 5000

    def test_two_apis_in_one_vpc_have_namespaces_of_different_names(self, deploy, project):
        deployed = deploy()
        first = deployed.ingress
        ContainerApi(deployed.stack, "Other", source=project.path, vpc=first.vpc)
        names = [
            each["Name"]
            for each in deployed.resources("AWS::ServiceDiscovery::PrivateDnsNamespace")
        ]
        assert len(set(names)) == 2


class TestAuthorization:
    def routes(self, deployed):
        return {
            route["RouteKey"]: route["AuthorizationType"]
            for route in deployed.resources("AWS::ApiGatewayV2::Route")
        }

    def test_by_default_anybody_may_call(self, deploy):
        assert self.routes(deploy()) == {"$default": "NONE"}

    @pytest.mark.parametrize(
        ("authorization", "kind"),
        [
            (Authorization.iam(), "AWS_IAM"),
            (Authorization.cognito(), "JWT"),
            (Authorization.jwt(issuer="https://id.example.com/", audience=["api"]), "JWT"),
        ],
    )
    def test_all_routes_are_guarded_but_preflights(self, deploy, authorization, kind):
        assert self.routes(deploy(authorization=authorization)) == {
            "$default": kind,
            "OPTIONS /": "NONE",
            "OPTIONS /{proxy+}": "NONE",
        }

    def test_a_pool_is_made_with_a_client_for_browsers(self, deploy):
        deployed = deploy(
            authorization=Authorization.cognito(scopes=["aws.cognito.signin.user.admin"])
        )
        deployed.template.has_resource_properties(
            "AWS::Cognito::UserPoolClient",
            {"GenerateSecret": False, "PreventUserExistenceErrors": "ENABLED"},
        )
        authorizer = deployed.only("AWS::ApiGatewayV2::Authorizer")
        assert "UserPool" in str(authorizer["JwtConfiguration"]["Issuer"])
        assert "WebClient" in str(authorizer["JwtConfiguration"]["Audience"])
        (route,) = [
            route
            for route in deployed.resources("AWS::ApiGatewayV2::Route")
            if route["RouteKey"] == "$default"
        ]
        assert route["AuthorizationScopes"] == ["aws.cognito.signin.user.admin"]
        assert deployed.ingress.user_pool is not None
        assert deployed.ingress.user_pool_client is not None

    def test_scopes_that_the_made_client_cannot_have_are_refused(self):
        with pytest.raises(ValueError, match="scopes need user_pool_clients"):
            Authorization.cognito(scopes=["api/read"])

    def test_users_are_kept_when_the_stack_is_deleted(self, deploy):
        template = deploy(authorization=Authorization.cognito()).template
        # But for the empty pool of a creation that is rolled back.
        template.has_resource(
            "AWS::Cognito::UserPool",
            {"DeletionPolicy": "RetainExceptOnCreate", "UpdateReplacePolicy": "Retain"},
        )

    def test_a_pool_and_its_clients_can_be_given(self, deploy):
        # GIVEN
        other = Stack()
        pool = cognito.UserPool.from_user_pool_id(other, "Pool", "us-east-1_AbCdEf")
        client = cognito.UserPoolClient.from_user_pool_client_id(other, "Client", "client-id")
        # WHEN
        deployed = deploy(
            authorization=Authorization.cognito(user_pool=pool, user_pool_clients=[client])
        )
        # THEN
        deployed.template.resource_count_is("AWS::Cognito::UserPool", 0)
        authorizer = deployed.only("AWS::ApiGatewayV2::Authorizer")
        assert authorizer["JwtConfiguration"]["Audience"] == ["client-id"]

    def test_an_issuer(self, deploy):
        deployed = deploy(
            authorization=Authorization.jwt(
                issuer="https://id.example.com/", audience=["a", "b"], scopes=["read"]
            )
        )
        deployed.template.has_resource_properties(
            "AWS::ApiGatewayV2::Authorizer",
            {
                "AuthorizerType": "JWT",
                "IdentitySource": ["$request.header.Authorization"],
                "JwtConfiguration": {"Audience": ["a", "b"], "Issuer": "https://id.example.com/"},
            },
        )

    def test_a_role_can_be_let_in(self, deploy):
        deployed = deploy(authorization=Authorization.iam())
        role = iam.Role(deployed.stack, "Caller", assumed_by=iam.AccountRootPrincipal())
        deployed.ingress.grant_invoke(role)
        (policy,) = [
            policy
            for policy in deployed.resources("AWS::IAM::Policy")
            if "Caller" in str(policy["Roles"])
        ]
        (statement,) = policy["PolicyDocument"]["Statement"]
        assert statement["Action"] == "execute-api:Invoke"
        assert "$default/*" in json.dumps(statement["Resource"])


class TestStage:
    def test_every_request_is_logged_as_json(self, deploy):
        stage = deploy().only("AWS::ApiGatewayV2::Stage")
        line = json.loads(stage["AccessLogSettings"]["Format"])
        assert line["requestId"] == "$context.requestId"
        assert line["integrationError"] == "$context.integrationErrorMessage"
        # "Quotas for configuring and running an HTTP API": the template has at most 3 KB
        assert len(stage["AccessLogSettings"]["Format"]) < 3 * 1024

    @pytest.mark.parametrize("authorization", [Authorization.none(), Authorization.cognito()])
    def test_the_containers_get_the_id_that_the_log_has(self, deploy, authorization):
        deployed = deploy(authorization=authorization)
        for integration in deployed.resources("AWS::ApiGatewayV2::Integration"):
            assert integration["RequestParameters"] == {
                "overwrite:header.x-request-id": "$context.requestId"
            }

    def test_its_log_is_covered_by_the_one_policy_for_vended_logs(self, deploy, project):
        deployed = deploy()
        ContainerApi(deployed.stack, "Other", source=project.path, vpc=deployed.ingress.vpc)
        names = [
            group["LogGroupName"]
            for group in deployed.resources("AWS::Logs::LogGroup")
            if "LogGroupName" in group
        ]
        assert len({str(name) for name in names}) == len(names) == 2
        for name in names:
            assert name["Fn::Join"][1][0].startswith("/aws/vendedlogs/apigateway/Test-")
            # A stack that is made again does not meet the log of the one before.
            assert "AWS::StackId" in str(name)

    @pytest.mark.parametrize(
        ("given", "deletion", "replacement"),
        [
            ({}, "Delete", "Delete"),
            # What a creation that is rolled back left would be in the way of the next one.
            ({"removal_policy": RemovalPolicy.RETAIN}, "RetainExceptOnCreate", "Retain"),
        ],
    )
    def test_its_log_goes_or_stays_with_the_stack(self, deploy, given, deletion, replacement):
        deployed = deploy(**given)
        (group,) = [
            each
            for each in deployed.template.find_resources("AWS::Logs::LogGroup").values()
            if "LogGroupName" in each["Properties"]
        ]
        assert (group["DeletionPolicy"], group["UpdateReplacePolicy"]) == (deletion, replacement)

    def test_it_deploys_by_itself_at_the_root(self, deploy):
        stage = deploy().only("AWS::ApiGatewayV2::Stage")
        assert (stage["AutoDeploy"], stage["StageName"]) == (True, "$default")

    def test_throttling(self, deploy):
        throttle = apigwv2.ThrottleSettings(rate_limit=10, burst_limit=20)
        settings = deploy(throttle=throttle).only("AWS::ApiGatewayV2::Stage")
        assert settings["DefaultRouteSettings"] == {
            "ThrottlingBurstLimit": 20,
            "ThrottlingRateLimit": 10,
        }

    def test_cors(self, deploy):
        cors = apigwv2.CorsPreflightOptions(
            allow_origins=["https://example.com"], allow_methods=[apigwv2.CorsHttpMethod.GET]
        )
        api = deploy(cors_preflight=cors).only("AWS::ApiGatewayV2::Api")
        assert api["CorsConfiguration"] == {
            "AllowMethods": ["GET"],
            "AllowOrigins": ["https://example.com"],
        }

    def test_without_cors_the_containers_answer(self, deploy):
        assert "CorsConfiguration" not in deploy().only("AWS::ApiGatewayV2::Api")


class TestDomain:
    CERTIFICATE = "arn:aws:acm:us-east-1:123456789012:certificate/12345678"

    def zone(self, scope, name="example.com"):
        return route53.HostedZone.from_hosted_zone_attributes(
            scope, "Zone", hosted_zone_id="Z123", zone_name=name
        )

    @pytest.mark.parametrize("name", ["api.example.com", "example.com", "a.b.example.com"])
    def test_in_a_zone_it_gets_certificate_and_records(self, deploy, name):
        deployed = deploy(domain_name=name, hosted_zone=self.zone(Stack()))
        assert deployed.ingress.url == f"https://{name}"
        certificate = deployed.only("AWS::CertificateManager::Certificate")
        assert certificate["DomainName"] == name
        assert certificate["ValidationMethod"] == "DNS"
        records = deployed.resources("AWS::Route53::RecordSet")
        assert {(record["Name"], record["Type"]) for record in records} == {
            (f"{name}.", "A"),
            (f"{name}.", "AAAA"),
        }
        domain = deployed.only("AWS::ApiGatewayV2::DomainName")
        (configuration,) = domain["DomainNameConfigurations"]
        assert configuration["SecurityPolicy"] == "TLS_1_2"
        deployed.template.resource_count_is("AWS::ApiGatewayV2::ApiMapping", 1)

    def test_it_is_then_the_only_name(self, deploy):
        deployed = deploy(domain_name="api.example.com", hosted_zone=self.zone(Stack()))
        assert deployed.only("AWS::ApiGatewayV2::Api")["DisableExecuteApiEndpoint"] is True

    def test_with_a_certificate_it_needs_no_zone(self, deploy):
        certificate = acm.Certificate.from_certificate_arn(Stack(), "C", self.CERTIFICATE)
        deployed = deploy(domain_name="api.example.com", certificate=certificate)
        deployed.template.resource_count_is("AWS::Route53::RecordSet", 0)
        assert deployed.ingress.regional_domain_name is not None

    def test_with_neither_its_certificate_waits_for_a_record_and_that_is_told(self, deploy):
        deployed = deploy(domain_name="api.example.com")
        deployed.template.resource_count_is("AWS::CertificateManager::Certificate", 1)
        Annotations.from_stack(deployed.stack).has_warning(
            "*", Match.string_like_regexp("certificate of api.example.com waits until")
        )

    @pytest.mark.parametrize("name", ["api.example.org", "badexample.com"])
    def test_outside_the_zone_it_is_refused(self, deploy, name):
        with pytest.raises(ValueError, match=f"{name!r} is not in the hosted zone 'example.com'"):
            deploy(domain_name=name, hosted_zone=self.zone(Stack()))

    @pytest.mark.parametrize(
        "name",
        [
            "https://api.example.com",
            "api.example.com/v1",
            "api.example.com.",
            "API.example.com",
            "api..example.com",
            "-a.example.com",
            "api_v1.example.com",
            "*.example.com",
            "api",
            f"{'a' * 64}.example.com",
            ".".join(["a" * 50] * 6),
        ],
    )
    def test_what_is_no_host_name_is_refused(self, name):
        with pytest.raises(ValueError, match="domain_name: expected a host name such as"):
            CustomDomain(Stack(), "D", domain_name=name, certificate=None, hosted_zone=None)

    def test_without_one_the_url_is_api_gateways(self, deploy):
        deployed = deploy()
        _, attribute = deployed.stack.resolve(deployed.ingress.url)["Fn::GetAtt"]
        assert attribute == "ApiEndpoint"


@pytest.mark.parametrize(
    ("metric", "name"),
    [
        ("metric_requests", "Count"),
        ("metric_latency", "Latency"),
        ("metric_client_errors", "4xx"),
        ("metric_server_errors", "5xx"),
    ],
)
def test_metrics(deploy, metric, name):
    found = getattr(deploy().ingress, metric)(statistic="Maximum")
    assert (found.namespace, found.metric_name) == ("AWS/ApiGateway", name)
    assert found.statistic == "Maximum"
