import pytest
from aws_cdk import App, CfnParameter, Duration, Environment, RemovalPolicy, Stack
from aws_cdk import aws_certificatemanager as acm
from aws_cdk import aws_cloudfront as cloudfront
from aws_cdk import aws_elasticloadbalancingv2 as elbv2
from aws_cdk import aws_s3 as s3
from aws_cdk.assertions import Template

from serverless_containers.ingress.cloudfront.distribution import SiteDistribution
from serverless_containers.ingress.cloudfront.domain_name import parse_domain_names
from serverless_containers.ingress.cloudfront.origins import load_balancer_origin

BALANCER = "site-1.eu-west-1.elb.amazonaws.com"
ARN = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/site/1234567890abcdef"
CERTIFICATE = "arn:aws:acm:us-east-1:123456789012:certificate/1234"

DISABLED = cloudfront.CachePolicy.CACHING_DISABLED.cache_policy_id
POLICIES = cloudfront.OriginRequestPolicy
ALL_VIEWER = POLICIES.ALL_VIEWER.origin_request_policy_id
ALL_VIEWER_AND_MORE = POLICIES.ALL_VIEWER_AND_CLOUDFRONT_2022.origin_request_policy_id
SECURITY = cloudfront.ResponseHeadersPolicy.SECURITY_HEADERS.response_headers_policy_id


def stack_in(region="eu-west-1", name="Site"):
    return Stack(App(), name, env=Environment(region=region) if region else None)


def origin_in(stack, *, server_name="example.com", **options):
    balancer = elbv2.ApplicationLoadBalancer.from_application_load_balancer_attributes(
        stack,
        "Balancer",
        load_balancer_arn=ARN,
        security_group_id="sg-12345678",
        load_balancer_dns_name=BALANCER,
    )
    return load_balancer_origin(stack, balancer, server_name=server_name, **options)


class Site:
    def __init__(self, stack=None, *, names=None, origin=None, **props):
        self.stack = stack or stack_in()
        if names:
            props["domain"] = parse_domain_names(names)
            props["certificate"] = acm.Certificate.from_certificate_arn(
                self.stack, "Certificate", CERTIFICATE
            )
        self.site = SiteDistribution(
            self.stack,
            "Ingress",
            origin=origin_in(self.stack, **(origin or {})),
            **props,
        )
        self.template = Template.from_stack(self.stack)

    @property
    def config(self):
        (found,) = self.template.find_resources("AWS::CloudFront::Distribution").values()
        return found["Properties"]["DistributionConfig"]

    @property
    def paths(self):
        return {each["PathPattern"]: each for each in self.config.get("CacheBehaviors", [])}

    @property
    def origin(self):
        (found,) = self.config["Origins"]
        return found

    @property
    def cache(self):
        """The cache policy of static paths, and its logical id."""
        ((logical_id, found),) = self.template.find_resources(
            "AWS::CloudFront::CachePolicy"
        ).items()
        return logical_id, found["Properties"]["CachePolicyConfig"]

    def only(self, kind):
        (found,) = self.template.find_resources(kind).values()
        return found


class TestIngress:
    def test_it_speaks_the_newest_protocols_over_both_versions_of_ip(self):
        config = Site().config
        assert config["HttpVersion"] == "http2and3"
        assert config["IPV6Enabled"] is True
        assert "DefaultRootObject" not in config

    def test_a_domain_takes_tls_1_2_by_the_newest_policy(self):
        config = Site(names=["example.com", "www.example.com"]).config
        assert config["Aliases"] == ["example.com", "www.example.com"]
        assert config["ViewerCertificate"] == {
            "AcmCertificateArn": CERTIFICATE,
            "MinimumProtocolVersion": "TLSv1.2_2025",
            "SslSupportMethod": "sni-only",
        }

    def test_its_address_is_the_main_name_or_cloudfronts(self):
        assert Site(names=["example.com", "www.example.com"]).site.url == "https://example.com"
        site = Site()
        assert site.stack.resolve(site.site.url)["Fn::Join"][1][0] == "https://"

    def test_a_web_acl_is_named_by_its_arn(self):
        arn = "arn:aws:wafv2:us-east-1:123456789012:global/webacl/shop/1234"
        assert Site(web_acl_arn=arn).config["WebACLId"] == arn

    def test_comment_and_price_class_can_be_set(self):
        config = Site(comment="A shop", price_class=cloudfront.PriceClass.PRICE_CLASS_100).config
        assert config["Comment"] == "A shop"
        assert config["PriceClass"] == "PriceClass_100"

    @pytest.mark.parametrize("given", ["domain", "certificate"])
    def test_domain_and_certificate_go_together(self, given):
        stack = stack_in()
        values = {
            "domain": parse_domain_names("example.com"),
            "certificate": acm.Certificate.from_certificate_arn(stack, "C", CERTIFICATE),
        }
        with pytest.raises(ValueError, match="a domain needs its certificate, and a certificate"):
            Site(stack, **{given: values[given]})


class TestBehaviors:
    @pytest.mark.parametrize(
        ("names", "policy"),
        # By HTTP a load balancer cannot tell how a visitor came, and CloudFront adds it.
        [(["example.com"], ALL_VIEWER), (None, ALL_VIEWER_AND_MORE)],
    )
    def test_everything_is_forwarded_and_nothing_is_cached(self, names, policy):
        behavior = Site(names=names).config["DefaultCacheBehavior"]
        assert set(behavior["AllowedMethods"]) == {
            *("GET", "HEAD", "OPTIONS", "PUT", "PATCH", "POST", "DELETE")
        }
        assert behavior["CachePolicyId"] == DISABLED
        assert behavior["OriginRequestPolicyId"] == policy
        assert behavior["ViewerProtocolPolicy"] == "redirect-to-https"
        assert behavior["ResponseHeadersPolicyId"] == SECURITY

    def test_what_is_cached_can_be_left_to_the_origin(self):
        policy = cloudfront.CachePolicy.USE_ORIGIN_CACHE_CONTROL_HEADERS
        behavior = Site(cache_policy=policy).config["DefaultCacheBehavior"]
        assert behavior["CachePolicyId"] == policy.cache_policy_id
        assert behavior["OriginRequestPolicyId"] == ALL_VIEWER_AND_MORE

    @pytest.mark.parametrize("names", [["example.com", "www.example.com"], None])
    def test_static_paths_are_cached_compressed_and_only_read(self, names):
        site = Site(names=names, static_paths=["/assets/*", "*.css"])
        policy, _ = site.cache
        assert list(site.paths) == ["/assets/*", "*.css"]
        for behavior in site.paths.values():
            assert set(behavior["AllowedMethods"]) == {"GET", "HEAD", "OPTIONS"}
            assert behavior["CachePolicyId"] == {"Ref": policy}
            # A cookie that goes there could come back for everybody.
            assert "OriginRequestPolicyId" not in behavior
            assert behavior["ResponseHeadersPolicyId"] == SECURITY
            assert behavior["ViewerProtocolPolicy"] == "redirect-to-https"
            assert behavior["Compress"] is True

    @pytest.mark.parametrize(
        ("names", "headers"),
        [
            # Each name has its own copy.
            (["example.com", "www.example.com"], ["Host"]),
            # Without a domain the load balancer is asked by HTTP.
            (None, ["Host", "CloudFront-Forwarded-Proto"]),
        ],
    )
    def test_static_paths_tell_the_origin_how_the_site_was_asked(self, names, headers):
        _, policy = Site(names=names, static_paths=["/assets/*"]).cache
        key = policy["ParametersInCacheKeyAndForwardedToOrigin"]
        assert key["HeadersConfig"] == {"HeaderBehavior": "whitelist", "Headers": headers}
        assert key["CookiesConfig"] == {"CookieBehavior": "none"}
        assert key["QueryStringsConfig"] == {"QueryStringBehavior": "none"}
        assert key["EnableAcceptEncodingBrotli"] is True
        assert key["EnableAcceptEncodingGzip"] is True

    @pytest.mark.parametrize("names", [["example.com"], None])
    def test_static_paths_are_kept_for_a_day_and_not_at_all_where_the_origin_says_so(self, names):
        _, policy = Site(names=names, static_paths=["/assets/*"]).cache
        assert (policy["MinTTL"], policy["DefaultTTL"], policy["MaxTTL"]) == (0, 86400, 31536000)

    @pytest.mark.parametrize("names", [["example.com"], None])
    def test_without_static_paths_there_is_no_policy_of_its_own(self, names):
        site = Site(names=names)
        site.template.resource_count_is("AWS::CloudFront::CachePolicy", 0)

    def test_the_headers_of_answers_can_be_given_for_all_paths(self):
        policy = cloudfront.ResponseHeadersPolicy.CORS_ALLOW_ALL_ORIGINS
        site = Site(static_paths=["/assets/*"], response_headers_policy=policy)
        for behavior in (site.config["DefaultCacheBehavior"], site.paths["/assets/*"]):
            assert behavior["ResponseHeadersPolicyId"] == policy.response_headers_policy_id

    def test_a_path_gets_the_slash_that_it_lacks(self):
        assert list(Site(static_paths=["assets/*"]).paths) == ["/assets/*"]

    def test_a_token_is_a_path(self):
        stack = stack_in()
        paths = Site(stack, static_paths=[CfnParameter(stack, "Path").value_as_string])
        assert [each["PathPattern"] for each in paths.config["CacheBehaviors"]] == [{"Ref": "Path"}]

    @pytest.mark.parametrize(
        ("paths", "message"),
        [
            ("/assets/*", "static_paths is the string"),
            (["/*"], r"static path '/\*' covers every path"),
            (["*"], "covers every path"),
            (["/"], "covers every path"),
            (["/a b"], "is no path pattern"),
            ([""], "is no path pattern"),
            (["/" + "a" * 255], "is no path pattern"),
            (["/a/*", "a/*"], r"static path 'a/\*' is there twice"),
        ],
    )
    def test_what_is_no_static_path_says_why(self, paths, message):
        with pytest.raises(ValueError, match=message):
            Site(static_paths=paths)


class TestErrorPages:
    def test_a_page_is_shown_with_the_status_and_has_its_own_cached_path(self):
        site = Site(error_pages={503: "/errors/503.html"}, static_paths=["/errors/*"])
        assert site.config["CustomErrorResponses"][0] == {
            "ErrorCode": 503,
            "ResponseCode": 503,
            "ResponsePagePath": "/errors/503.html",
            "ErrorCachingMinTTL": 0,
        }
        assert list(site.paths) == ["/errors/503.html", "/errors/*"]
        assert site.paths["/errors/503.html"]["CachePolicyId"] == {"Ref": site.cache[0]}

    def test_one_page_may_serve_several_statuses(self):
        site = Site(
            error_pages={502: "/sorry.html", 503: "/sorry.html"}, error_page_ttl=Duration.minutes(1)
        )
        assert list(site.paths) == ["/sorry.html"]
        first, second, *others = site.config["CustomErrorResponses"]
        assert first["ErrorCachingMinTTL"] == second["ErrorCachingMinTTL"] == 60
        assert {each["ErrorCachingMinTTL"] for each in others} == {0}
        assert {each["ErrorCode"] for each in others} == {404, 414, 500, 501, 504}

    def test_no_visitors_error_is_shown_to_another(self):
        assert Site().config["CustomErrorResponses"] == [
            {"ErrorCode": status, "ErrorCachingMinTTL": 0}
            for status in (404, 414, 500, 501, 502, 503, 504)
        ]

    @pytest.mark.parametrize(
        ("props", "message"),
        [
            ({"error_pages": {200: "/ok.html"}}, "error_pages has the status 200; allowed are 400"),
            ({"error_pages": {503: "sorry.html"}}, "'sorry.html' for 503 is no path"),
            ({"error_pages": {503: "/errors/*"}}, "for 503 is no path"),
            ({"error_page_ttl": Duration.minutes(1)}, "error_page_ttl is given without error_pag"),
        ],
    )
    def test_what_cloudfront_does_not_take_is_refused(self, props, message):
        with pytest.raises(ValueError, match=message):
            Site(**props)


class TestCountries:
    @pytest.mark.parametrize(
        ("given", "kind"), [("allowed_countries", "whitelist"), ("denied_countries", "blacklist")]
    )
    def test_they_are_limited_on_request(self, given, kind):
        restriction = Site(**{given: ["de", "AT"]}).config["Restrictions"]["GeoRestriction"]
        assert restriction == {"RestrictionType": kind, "Locations": ["DE", "AT"]}

    @pytest.mark.parametrize(
        ("props", "message"),
        [
            ({"allowed_countries": ["DE"], "denied_countries": ["AT"]}, "CloudFront takes one"),
            ({"allowed_countries": ["UK"]}, "names 'UK', which is no .*; did you mean 'GB'"),
            ({"denied_countries": ["Germany"]}, "denied_countries names 'Germany', which is no"),
            ({"allowed_countries": []}, "allowed_countries is empty"),
            ({"allowed_countries": "DE"}, "allowed_countries is the string 'DE'"),
        ],
    )
    def test_what_is_no_country_is_refused(self, props, message):
        with pytest.raises(ValueError, match=message):
            Site(**props)


class TestLogs:
    def test_they_go_to_a_closed_bucket_that_cloudfront_can_write_to(self):
        site = Site()
        bucket = site.only("AWS::S3::Bucket")
        properties = bucket["Properties"]
        assert site.config["Logging"]["Bucket"]["Fn::GetAtt"][1] == "RegionalDomainName"
        assert site.config["Logging"]["Prefix"] == "cloudfront/"
        assert "IncludeCookies" not in site.config["Logging"]
        assert properties["OwnershipControls"]["Rules"] == [
            {"ObjectOwnership": "BucketOwnerPreferred"}
        ]
        assert set(properties["PublicAccessBlockConfiguration"].values()) == {True}
        (encryption,) = properties["BucketEncryption"]["ServerSideEncryptionConfiguration"]
        assert encryption["ServerSideEncryptionByDefault"] == {"SSEAlgorithm": "AES256"}
        (rule,) = properties["LifecycleConfiguration"]["Rules"]
        assert rule["ExpirationInDays"] == 30
        assert not {"BucketName", "AccessControl"} & set(properties)
        assert bucket["DeletionPolicy"] == "Retain"

    def test_the_bucket_answers_over_tls_alone(self):
        policy = Site().only("AWS::S3::BucketPolicy")["Properties"]["PolicyDocument"]
        (statement,) = policy["Statement"]
        assert statement["Effect"] == "Deny"
        assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}

    def test_expiration_and_removal_can_be_set(self):
        bucket = Site(log_expiration=Duration.days(7), removal_policy=RemovalPolicy.DESTROY).only(
            "AWS::S3::Bucket"
        )
        (rule,) = bucket["Properties"]["LifecycleConfiguration"]["Rules"]
        assert rule["ExpirationInDays"] == 7
        assert bucket["DeletionPolicy"] == "Delete"

    @pytest.mark.parametrize("region", ["eu-central-2", "af-south-1", "ap-east-1", "me-south-1"])
    def test_a_region_to_opt_in_to_is_refused(self, region):
        with pytest.raises(ValueError, match=f"writes no access logs to a bucket in {region}, a"):
            Site(stack_in(region))

    @pytest.mark.parametrize("region", [None, "eu-central-1", "us-east-1"])
    def test_other_regions_and_none_will_do(self, region):
        assert "Logging" in Site(stack_in(region)).config

    def test_a_given_bucket_will_do_anywhere(self):
        stack = stack_in("eu-central-2")
        bucket = s3.Bucket.from_bucket_attributes(
            stack, "Logs", bucket_name="logs", region="us-east-1"
        )
        site = Site(stack, log_bucket=bucket, log_prefix="shop/")
        site.template.resource_count_is("AWS::S3::Bucket", 0)
        assert site.config["Logging"]["Prefix"] == "shop/"
        assert site.site.log_bucket is bucket

    def test_they_can_be_left_out(self):
        site = Site(stack_in("eu-central-2"), access_logs=False)
        assert "Logging" not in site.config
        site.template.resource_count_is("AWS::S3::Bucket", 0)

    def test_their_prefix_starts_with_no_slash(self):
        with pytest.raises(ValueError, match="log_prefix '/logs' starts with a slash"):
            Site(log_prefix="/logs")

    @pytest.mark.parametrize(
        ("props", "message"),
        [
            ({"access_logs": False}, "log_bucket is given, and access_logs is False"),
            ({"log_expiration": Duration.days(1)}, "set it on log_bucket itself"),
        ],
    )
    def test_contradictions_are_refused(self, props, message):
        stack = stack_in()
        with pytest.raises(ValueError, match=message):
            Site(stack, log_bucket=s3.Bucket.from_bucket_name(stack, "Logs", "logs"), **props)


def test_two_sites_share_no_name():
    def name(stack):
        site = Site(stack, names=["example.com"], static_paths=["/assets/*"])
        policy = site.only("AWS::CloudFront::CachePolicy")["Properties"]["CachePolicyConfig"]
        return policy["Name"]

    stacks = stack_in(), stack_in(name="Shop"), stack_in("eu-west-2")
    assert len({name(stack) for stack in stacks}) == 3
