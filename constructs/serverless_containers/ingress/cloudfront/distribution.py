"""The CloudFront distribution of a site."""

from collections.abc import Mapping, Sequence

from aws_cdk import Acknowledgment, Duration, Names, RemovalPolicy, Stack, Token, Validations
from aws_cdk import aws_certificatemanager as acm
from aws_cdk import aws_cloudfront as cloudfront
from aws_cdk import aws_s3 as s3
from aws_cdk.region_info import RegionInfo
from constructs import Construct

from serverless_containers.ingress.cloudfront.domain_name import DomainNames
from serverless_containers.ingress.cloudfront.paths import check_error_pages, check_static_paths
from serverless_containers.ingress.log_bucket import make_log_bucket

_ALWAYS_CACHED = (404, 414, 500, 501, 502, 503, 504)
"""Statuses that CloudFront caches whatever the origin says; "How CloudFront processes HTTP 4xx and
5xx status codes from your origin", Amazon CloudFront Developer Guide."""
_ISO_3166 = (
    "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR "
    "BS BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ "
    "EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW "
    "GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY "
    "KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV "
    "MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY "
    "QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG "
    "TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS XK YE YT ZA "
    "ZM ZW"
)
"""ISO 3166-1 alpha-2, and XK, by which the world knows Kosovo."""

_COUNTRIES = frozenset(_ISO_3166.split())

_COUNTRY_HINTS = {"UK": "GB", "EL": "GR"}


class SiteDistribution(Construct):
    """A distribution in front of a dynamic site.

    It speaks HTTP/2 and HTTP/3 over IPv4 and IPv6, redirects to HTTPS, and forwards every method
    and everything that the viewer sent, the ``Host`` header included. Nothing is cached but what
    ``static_paths`` and ``cache_policy`` say. With a domain the oldest protocol is TLS 1.2, by the
    newest of CloudFront's policies for it; at CloudFront's own names it sets the rules itself.

    Errors are not kept either. CloudFront by itself shows one visitor's error to all who ask for
    the same path in the next 10 seconds, whatever the origin says ("Control how long CloudFront
    caches errors", Amazon CloudFront Developer Guide).

    Args:
        origin: The origin; see `load_balancer_origin`.
        domain: The names that it answers to. None leaves it CloudFront's.
        certificate: The certificate for them, of us-east-1.
        web_acl_arn: A web ACL of scope CLOUDFRONT.
        static_paths: Patterns such as ``/assets/*``, in the order in which they are asked. They are
            cached as the origin's ``Cache-Control`` says, for a day where it says nothing,
            compressed, without regard to query string and cookies, and only read. The origin gets
            the ``Host`` header, and ``CloudFront-Forwarded-Proto`` where there is no domain, as
            with other paths. Each name of a domain has its own copy: a redirect from one name to
            another must not be served to both. That takes one of an account's 20 cache policies
            ("Quotas", Amazon CloudFront Developer Guide).
        cache_policy: The cache policy of all other paths. Default: nothing is cached.
        response_headers_policy: Headers for every answer. Default: AWS's managed
            ``SecurityHeadersPolicy`` (HSTS for a year, nosniff, SAMEORIGIN, referrer policy).
        error_pages: By status, a path that is shown in its place, with that status, as in
            ``{503: "/errors/503.html"}``. It holds for every path of the site. The page comes from
            the origin, and is cached as static paths are.
        error_page_ttl: The time for which CloudFront shows it to everybody before it asks the
            origin again.
            Default: it asks each time.
        allowed_countries: The only countries served, as ISO 3166-1 codes. Default: all.
        denied_countries: The countries not served. Default: none.
        price_class: The edge locations that serve it. Default: all.
        access_logs: Whether requests are logged to a bucket, without cookies.
        guard: The function that looks at each request first. Default: none.
        log_bucket: The bucket, with ACLs. Default: one is made.
        log_prefix: The start of the names of its logs.
        log_expiration: The time for which they are kept in the bucket that is made. Default: 30
            days.
        removal_policy: The removal policy of that bucket with the stack. A bucket that is not empty
            cannot be deleted.
        comment: Its description in the console, which the CDK cuts after 128 characters.

    Attributes:
        distribution: The distribution.
        log_bucket: The bucket of its access logs, if there are any.

    Raises:
        ValueError: If arguments are not allowed or contradict each other.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        origin: cloudfront.IOrigin,
        domain: DomainNames | None = None,
        certificate: acm.ICertificate | None = None,
        web_acl_arn: str | None = None,
        static_paths: Sequence[str] = (),
        cache_policy: cloudfront.ICachePolicy | None = None,
        response_headers_policy: cloudfront.IResponseHeadersPolicy | None = None,
        error_pages: Mapping[int, str] | None = None,
        error_page_ttl: Duration | None = None,
        allowed_countries: Sequence[str] | None = None,
        denied_countries: Sequence[str] | None = None,
        price_class: cloudfront.PriceClass | None = None,
        guard: cloudfront.IFunction | None = None,
        access_logs: bool = True,
        log_bucket: s3.IBucket | None = None,
        log_prefix: str = "cloudfront/",
        log_expiration: Duration | None = None,
        removal_policy: RemovalPolicy = RemovalPolicy.RETAIN,
        comment: str | None = None,
    ) -> None:
        super().__init__(scope, construct_id)
        if (domain is None) != (certificate is None):
            raise ValueError("a domain needs its certificate, and a certificate its domain")
        pages = dict(error_pages or {})
        check_error_pages(pages)
        if error_page_ttl is not None and not pages:
            raise ValueError("error_page_ttl is given without error_pages; give both or neither")
        self._origin = origin
        self._headers = response_headers_policy or cloudfront.ResponseHeadersPolicy.SECURITY_HEADERS
        paths = dict.fromkeys([*pages.values(), *check_static_paths(static_paths)])
        if not Token.is_unresolved(log_prefix) and log_prefix.startswith("/"):
            raise ValueError(f"log_prefix {log_prefix!r} starts with a slash; leave that out")
        geo = _geo_restriction(allowed_countries, denied_countries)
        self.log_bucket = self._logs(
            log_bucket, on=access_logs, expiration=log_expiration, removal_policy=removal_policy
        )
        self._domain = domain
        self._functions = (
            [
                cloudfront.FunctionAssociation(
                    function=guard, event_type=cloudfront.FunctionEventType.VIEWER_REQUEST
                )
            ]
            if guard
            else None
        )
        self._static_cache = self._make_static_cache() if paths else None
        self.distribution = cloudfront.Distribution(
            self,
            "Distribution",
            default_behavior=self._dynamic(cache_policy),
            additional_behaviors={path: self._static() for path in paths},
            domain_names=list(domain.names) if domain else None,
            certificate=certificate,
            minimum_protocol_version=cloudfront.SecurityPolicyProtocol.TLS_V1_2_2025
            if domain
            else None,
            http_version=cloudfront.HttpVersion.HTTP2_AND_3,
            enable_ipv6=True,
            web_acl_id=web_acl_arn,
            geo_restriction=geo,
            price_class=price_class or cloudfront.PriceClass.PRICE_CLASS_ALL,
            error_responses=_error_responses(pages, error_page_ttl or Duration.seconds(0)),
            log_bucket=self.log_bucket,
            log_file_prefix=log_prefix if self.log_bucket else None,
            comment=comment,
        )
        self._acknowledge(restricted=geo is not None, guarded=web_acl_arn is not None)

    @property
    def domain_name(self) -> str:
        """The name that CloudFront gave it, which the records of its own names point at."""
        return self.distribution.distribution_domain_name

    @property
    def url(self) -> str:
        """The site's root, without a slash at its end."""
        return f"https://{self._domain.main if self._domain else self.domain_name}"

    def _dynamic(self, cache_policy: cloudfront.ICachePolicy | None) -> cloudfront.BehaviorOptions:
        return cloudfront.BehaviorOptions(
            origin=self._origin,
            allowed_methods=cloudfront.AllowedMethods.ALLOW_ALL,
            cache_policy=cache_policy or cloudfront.CachePolicy.CACHING_DISABLED,
            # The load balancer's certificate is held against the viewer's Host, and a sign-in there
            # makes its addresses of it. Without a domain the load balancer is asked by HTTP, and
            # CloudFront-Forwarded-Proto alone tells the application how the visitor came.
            origin_request_policy=cloudfront.OriginRequestPolicy.ALL_VIEWER
            if self._domain
            else cloudfront.OriginRequestPolicy.ALL_VIEWER_AND_CLOUDFRONT_2022,
            response_headers_policy=self._headers,
            # Of every path: a behavior is chosen by the normalised one, and the raw one is sent on.
            function_associations=self._functions,
            viewer_protocol_policy=cloudfront.ViewerProtocolPolicy.REDIRECT_TO_HTTPS,
            compress=True,
        )

    def _static(self) -> cloudfront.BehaviorOptions:
        return cloudfront.BehaviorOptions(
            origin=self._origin,
            allowed_methods=cloudfront.AllowedMethods.ALLOW_GET_HEAD_OPTIONS,
            # Nothing of the viewer's but what the copies are kept by: an answer that depended on a
            # cookie would be shown to everybody.
            cache_policy=self._static_cache,
            response_headers_policy=self._headers,
            function_associations=self._functions,
            viewer_protocol_policy=cloudfront.ViewerProtocolPolicy.REDIRECT_TO_HTTPS,
            compress=True,
        )

    def _make_static_cache(self) -> cloudfront.CachePolicy:
        """AWS's ``CachingOptimized``, but for each host by itself, and without a shortest time.

        CloudFront keeps an answer for the shortest time of a policy even if the origin says
        ``no-store`` ("CachePolicyConfig", Amazon CloudFront API Reference).
        """
        return cloudfront.CachePolicy(
            self,
            "StaticCache",
            # Unique in the account: stacks of one id may have several names and regions.
            cache_policy_name=f"{Names.unique_resource_name(self, max_length=100, separator='-')}-"
            f"{Stack.of(self).region}",
            comment="Static paths, by host",
            # A part of the key is sent to the origin. Neither splits the cache needlessly: a site
            # without a domain has one host, and what comes by HTTP is redirected before.
            header_behavior=cloudfront.CacheHeaderBehavior.allow_list(
                *(["Host"] if self._domain else ["Host", "CloudFront-Forwarded-Proto"])
            ),
            min_ttl=Duration.seconds(0),
            default_ttl=Duration.days(1),
            max_ttl=Duration.days(365),
            enable_accept_encoding_brotli=True,
            enable_accept_encoding_gzip=True,
        )

    def _logs(
        self,
        bucket: s3.IBucket | None,
        *,
        on: bool,
        expiration: Duration | None,
        removal_policy: RemovalPolicy,
    ) -> s3.IBucket | None:
        if not on:
            if bucket is not None:
                raise ValueError("log_bucket is given, and access_logs is False; leave one out")
            return None
        if bucket is not None:
            if expiration is not None:
                raise ValueError(
                    "log_expiration is for the bucket that is made; set it on log_bucket itself"
                )
            return bucket
        return _make_standard_log_bucket(
            self, expiration=expiration or Duration.days(30), removal_policy=removal_policy
        )

    def _acknowledge(self, *, restricted: bool, guarded: bool) -> None:
        reasons = {}
        if not restricted:
            reasons["CFR1"] = "The site is for every country: no restriction was asked for."
        if not guarded:
            reasons["CFR2"] = "No firewall was asked for; it has a standing cost."
        if self._domain is None:
            reasons["CFR4"] = (
                "CloudFront sets the TLS rules of its own names; the site has no domain."
            )
            reasons["CFR5"] = "No certificate can be had for the load balancer without a domain."
        Validations.of(self.distribution).acknowledge(
            *(
                Acknowledgment(id=f"AwsSolutions-{rule}", reason=reason)
                for rule, reason in reasons.items()
            )
        )


def _error_responses(pages: Mapping[int, str], ttl: Duration) -> list[cloudfront.ErrorResponse]:
    shown = [
        cloudfront.ErrorResponse(http_status=status, response_page_path=page, ttl=ttl)
        for status, page in pages.items()
    ]
    unkept = [
        cloudfront.ErrorResponse(http_status=status, ttl=Duration.seconds(0))
        for status in _ALWAYS_CACHED
        if status not in pages
    ]
    return [*shown, *unkept]


def _geo_restriction(
    allowed: Sequence[str] | None, denied: Sequence[str] | None
) -> cloudfront.GeoRestriction | None:
    if allowed is not None and denied is not None:
        raise ValueError("allowed_countries and denied_countries are given; CloudFront takes one")
    if allowed is not None:
        return cloudfront.GeoRestriction.allowlist(*_check_countries("allowed_countries", allowed))
    if denied is not None:
        return cloudfront.GeoRestriction.denylist(*_check_countries("denied_countries", denied))
    return None


def _check_countries(what: str, codes: Sequence[str]) -> tuple[str, ...]:
    """Country codes in capitals.

    Args:
        what: The keyword, for the message.
        codes: The codes, as in ``["de", "AT"]``.

    Raises:
        ValueError: If there is none, or one is no code of ISO 3166-1 alpha-2.
    """
    if isinstance(codes, str):
        raise ValueError(f"{what} is the string {codes!r}; give a list of country codes")  # noqa: TRY004  # as the other mistakes in a value
    if not codes:
        raise ValueError(f"{what} is empty; give country codes, or leave it out")
    return tuple(_check_country(what, code) for code in codes)


def _check_country(what: str, code: str) -> str:
    if Token.is_unresolved(code):
        return code
    upper = code.upper()
    if upper not in _COUNTRIES:
        hint = _COUNTRY_HINTS.get(upper)
        raise ValueError(
            f"{what} names {code!r}, which is no country code of ISO 3166-1 (two letters)"
            + (f"; did you mean {hint!r}?" if hint else ", such as 'DE'")
        )
    return upper


def _make_standard_log_bucket(
    scope: Construct, *, expiration: Duration, removal_policy: RemovalPolicy
) -> s3.Bucket:
    """A bucket for CloudFront's standard logs.

    CloudFront writes them as another account, which it adds to the bucket's ACL, so that ACLs are
    on; nothing about them is public. It writes to no bucket in a region that an
    account has to opt in to ("Configure standard logging (legacy)", Amazon CloudFront Developer
    Guide).

    Raises:
        ValueError: If the stack is in such a region.
    """
    region = Stack.of(scope).region
    if RegionInfo.get(region).is_opt_in_region:
        raise ValueError(
            f"CloudFront writes no access logs to a bucket in {region}, a region to opt in to; "
            "give access_log_bucket, one with ACLs in a region such as us-east-1, or set "
            "access_logs=False"
        )
    return make_log_bucket(
        scope,
        ownership=s3.ObjectOwnership.BUCKET_OWNER_PREFERRED,
        expiration=expiration,
        removal_policy=removal_policy,
    )
