import json

import pytest
from aws_cdk import CfnParameter, Duration, Environment, RemovalPolicy, Token

from serverless_containers.ingress.load_balancer.rollout import Rollout
from serverless_containers.ingress.load_balancer.sign_in import SignIn
from serverless_containers.ingress.load_balancer.targets import TargetHealthCheck
from tests.support.nag import nag_findings
from tests.unit.ingress.load_balancer.load_balanced import (
    CERTIFICATE,
    LISTENER,
    LISTENER_RULE,
    LOAD_BALANCER,
    NAT,
    PUBLIC,
    Site,
    private,
)

IDLE = "idle_timeout.timeout_seconds"
FORBIDDEN = {
    "Type": "fixed-response",
    "FixedResponseConfig": {
        "StatusCode": "403",
        "ContentType": "text/plain",
        "MessageBody": "Forbidden",
    },
}


def test_with_a_certificate_the_only_listener_speaks_https(project):
    site = Site(project)
    listener = site.only(LISTENER)
    assert (listener["Port"], listener["Protocol"]) == (443, "HTTPS")
    assert listener["Certificates"] == [{"CertificateArn": CERTIFICATE}]
    assert site.ingress.port == 443


def test_tls_1_3_and_1_2_are_offered_since_cloudfront_speaks_1_2(project):
    policy = Site(project).only(LISTENER)["SslPolicy"]
    assert policy == "ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09"


def test_an_internal_one_without_a_certificate_speaks_http(project):
    site = private(project)
    listener = site.only(LISTENER)
    assert (listener["Port"], listener["Protocol"]) == (80, "HTTP")
    assert not listener.keys() & {"Certificates", "SslPolicy"}
    assert site.ingress.port == 80


@pytest.mark.parametrize("make", [Site, private])
def test_what_no_rule_lets_in_is_turned_away(project, make):
    assert make(project).only(LISTENER)["DefaultActions"] == [FORBIDDEN]


@pytest.mark.parametrize("generation", [1, 2])
def test_a_request_has_to_carry_a_value_of_the_origin_secret(project, generation):
    site = Site(project, secret=generation)
    (rule,) = site.rules()
    (condition,) = rule["Conditions"]
    assert condition["Field"] == "http-header"
    header = condition["HttpHeaderConfig"]
    assert header["HttpHeaderName"] == "X-Origin-Verify"
    assert len(header["Values"]) == generation
    for value in header["Values"]:
        _, (start, reference, end) = value["Fn::Join"]
        assert (start, end) == ("{{resolve:secretsmanager:", ":SecretString:::}}")
        assert reference["Ref"] in site.resources("AWS::SecretsManager::Secret")
    assert [action["Type"] for action in rule["Actions"]] == ["forward"]


def test_without_a_secret_every_path_is_let_in(project):
    (rule,) = private(project).rules()
    assert rule["Conditions"] == [
        {"Field": "path-pattern", "PathPatternConfig": {"Values": ["/*"]}}
    ]


def test_an_internal_one_may_have_a_secret_all_the_same(project):
    (rule,) = Site(project, internal=True).rules()
    assert [each["Field"] for each in rule["Conditions"]] == ["http-header"]


def test_a_new_secret_moves_no_rule(project):
    one, two = Site(project, secret=1), Site(project, secret=2)
    assert one.resources(LISTENER_RULE).keys() == two.resources(LISTENER_RULE).keys()
    assert [rule["Priority"] for rule in one.rules()] == [50_000]
    assert [rule["Priority"] for rule in two.rules()] == [50_000]


@pytest.mark.parametrize(
    ("props", "message"),
    [
        ({"certificate": False}, "on the internet needs a certificate"),
        ({"secret": None}, "on the internet needs an origin_secret"),
        (
            {
                "certificate": False,
                "internal": True,
                "sign_in": SignIn.cognito(),
                "site_names": ["app.example.com"],
            },
            "sign-in needs a certificate",
        ),
    ],
)
def test_what_would_be_open_is_refused(project, props, message):
    with pytest.raises(ValueError, match=message):
        Site(project, **props)


def test_invalid_headers_are_dropped(project):
    attributes = Site(project).attributes(LOAD_BALANCER)
    assert attributes["routing.http.drop_invalid_header_fields.enabled"] == "true"


@pytest.mark.parametrize("protected", [False, True])
def test_deletion_protection_is_a_choice(project, protected):
    attributes = Site(project, deletion_protection=protected).attributes(LOAD_BALANCER)
    assert attributes["deletion_protection.enabled"] == str(protected).lower()


@pytest.mark.parametrize(
    ("props", "seconds"),
    [
        ({}, "60"),
        ({"origin_timeout": Duration.seconds(55)}, "60"),
        ({"origin_timeout": Duration.seconds(60)}, "65"),
        ({"origin_timeout": Duration.minutes(2)}, "125"),
        ({"idle_timeout": Duration.seconds(31)}, "31"),
        ({"idle_timeout": Duration.minutes(10)}, "600"),
    ],
)
def test_it_waits_longer_than_cloudfront(project, props, seconds):
    assert Site(project, **props).attributes(LOAD_BALANCER)[IDLE] == seconds


@pytest.mark.parametrize(
    ("props", "message"),
    [
        (
            {"idle_timeout": Duration.seconds(30)},
            "idle_timeout: expected more than the 30 seconds .* got 30",
        ),
        (
            {"idle_timeout": Duration.seconds(60), "origin_timeout": Duration.seconds(90)},
            "idle_timeout: expected more than the 90 seconds .* got 60",
        ),
        ({"idle_timeout": Duration.seconds(4001)}, "expected 1 to 4000 seconds, got 4001"),
        ({"idle_timeout": Duration.millis(60500)}, "expected whole seconds, got 60.5"),
    ],
)
def test_a_wait_that_is_too_short_or_too_long_is_refused(project, props, message):
    with pytest.raises(ValueError, match=message):
        Site(project, **props)


def test_waits_may_be_known_only_at_deployment(project):
    seconds = Duration.seconds(Token.as_number({"Ref": "Seconds"}))
    given = Site(project, idle_timeout=seconds).attributes(LOAD_BALANCER)
    assert given[IDLE] == {"Ref": "Seconds"}
    assert Site(project, origin_timeout=seconds).attributes(LOAD_BALANCER)[IDLE] == "125"


def test_the_access_log_goes_to_a_closed_bucket(project):
    site = Site(project, log_expiration=Duration.days(7), removal_policy=RemovalPolicy.DESTROY)
    ((name, bucket),) = site.resources("AWS::S3::Bucket").items()
    attributes = site.attributes(LOAD_BALANCER)
    assert attributes["access_logs.s3.enabled"] == "true"
    assert attributes["access_logs.s3.bucket"] == {"Ref": name}
    assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}
    (encryption,) = bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    assert encryption == {"ServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}
    (rule,) = bucket["LifecycleConfiguration"]["Rules"]
    assert rule["ExpirationInDays"] == 7
    assert site.template["Resources"][name]["DeletionPolicy"] == "Delete"


def test_the_access_log_is_kept_by_default(project):
    site = Site(project)
    ((name, bucket),) = site.resources("AWS::S3::Bucket").items()
    assert bucket["LifecycleConfiguration"]["Rules"][0]["ExpirationInDays"] == 30
    assert site.template["Resources"][name]["DeletionPolicy"] == "Retain"


@pytest.mark.parametrize("env", [None, Environment(region="eu-west-1")])
def test_only_log_delivery_writes_to_it_over_tls_and_for_this_account(project, env):
    site = Site(project, env=env)
    ((name, _),) = site.resources("AWS::S3::Bucket").items()
    deny, allow = site.only("AWS::S3::BucketPolicy")["PolicyDocument"]["Statement"]
    assert deny["Effect"] == "Deny"
    assert deny["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    assert allow == {
        "Sid": "AccessLogsOfThisAccount",
        "Effect": "Allow",
        "Principal": {"Service": "logdelivery.elasticloadbalancing.amazonaws.com"},
        "Action": "s3:PutObject",
        "Resource": {
            "Fn::Join": [
                "",
                [{"Fn::GetAtt": [name, "Arn"]}, "/AWSLogs/", {"Ref": "AWS::AccountId"}, "/*"],
            ]
        },
    }


def test_the_load_balancer_waits_for_the_permission_to_write(project):
    site = Site(project)
    ((policy, _),) = site.resources("AWS::S3::BucketPolicy").items()
    (balancer,) = (
        each for each in site.template["Resources"].values() if each["Type"] == LOAD_BALANCER
    )
    assert policy in balancer["DependsOn"]


def test_the_service_is_attached_when_its_rules_are_there(project):
    site = Site(project)
    ((group, _),) = site.resources("AWS::ElasticLoadBalancingV2::TargetGroup").items()
    ((rule, _),) = site.resources(LISTENER_RULE).items()
    (service,) = (
        each for each in site.template["Resources"].values() if each["Type"] == "AWS::ECS::Service"
    )
    assert service["Properties"]["LoadBalancers"] == [
        {"ContainerName": "web", "ContainerPort": 80, "TargetGroupArn": {"Ref": group}}
    ]
    assert rule in service["DependsOn"]


SITES = {
    "on the internet": (Site, {"secret": 2}),
    "with sign-in": (
        Site,
        {"sign_in": SignIn.cognito(managed_login=True), "site_names": ["app.example.com"]},
    ),
    "internal": (private, {"kinds": (PUBLIC, NAT)}),
    "blue/green": (private, {"rollout": Rollout.blue_green()}),
    "with another health port": (Site, {"health_check": TargetHealthCheck(port=9000)}),
}


@pytest.mark.parametrize(("make", "props"), SITES.values(), ids=SITES)
def test_cdk_nag_finds_nothing_in_it(project, make, props):
    found = nag_findings(make(project, **props).app)
    # The VPC of these tests has no flow log; that the checks ran at all shows by it.
    assert found == [("Test/Vpc/Resource", "AwsSolutions-VPC7")]


def test_the_template_is_the_same_at_every_synthesis(project):
    sites = [Site(project), Site(project)]
    for site in sites:
        # Or its template might be that of the other.
        site.own()
    assert sites[0].template == sites[1].template


def test_a_parameter_may_name_the_prefix_list(project):
    site = Site(project, prefix_list_id=lambda stack: CfnParameter(stack, "List").value_as_string)
    assert '"SourcePrefixListId": {"Ref": "List"}' in json.dumps(site.template)
