import pytest

from serverless_containers.ingress.cloudfront.domain_name import DomainNames, parse_domain_names

TOKEN = "${Token[TOKEN.42]}"
LONG = f"{'a' * 40}.{'b' * 40}.example.com"


def names(*given, zone=None):
    return parse_domain_names(given, zone_name=zone).names


class TestForm:
    @pytest.mark.parametrize(
        ("given", "read"),
        [
            ("www.example.com", "www.example.com"),
            ("WWW.Example.COM", "www.example.com"),
            ("www.example.com.", "www.example.com"),
            ("example.com", "example.com"),
            ("münchen.example", "xn--mnchen-3ya.example"),
            ("MÜNCHEN.example", "xn--mnchen-3ya.example"),
            ("XN--Mnchen-3ya.example", "xn--mnchen-3ya.example"),
            ("例え。テスト", "xn--r8jz45g.xn--zckzah"),
            ("xn--strae-oqa.de", "xn--strae-oqa.de"),
            ("a" * 63 + ".example.com", "a" * 63 + ".example.com"),
            ("1.example.com", "1.example.com"),
            (TOKEN, TOKEN),
            (f"www.{TOKEN}", f"www.{TOKEN}"),
        ],
    )
    def test_a_name_is_read_as_aws_takes_it(self, given, read):
        assert names(given) == (read,)

    @pytest.mark.parametrize(
        ("given", "message"),
        [
            ("*.example.com", r"'\*\.example\.com' is a wildcard; list the names"),
            ("https://example.com", "is no host name; leave out scheme, port, path"),
            ("example.com/shop", "is no host name"),
            ("example.com:443", "is no host name"),
            (" example.com", "is no host name"),
            ("localhost", "is no registered name"),
            ("192.0.2.1", "is no registered name"),
            ("", "has the part ''"),
            ("www..example.com", "has the part ''"),
            ("-www.example.com", "has the part '-www'"),
            ("www-.example.com", "has the part 'www-'"),
            ("w_w.example.com", "has the part 'w_w'; a part has 1 to 63 letters, digits"),
            ("a" * 64 + ".example.com", "1 to 63"),
            ("ü" * 63 + ".example.com", "too long or has no form in ASCII"),
            (".".join(["a" * 60] * 5), "has 304 octets; at most 253"),
            ("straße.de", "read in two ways; give the registered name"),
            ("xn--\u0080.example", "no form in ASCII"),
            ("xn--9999999999.com", "is no punycode"),
            ("lb.eu-west-1.elb.amazonaws.com", "belongs to AWS"),
            ("d111.cloudfront.net", "belongs to AWS"),
        ],
    )
    def test_what_is_no_name_of_a_site_says_why(self, given, message):
        with pytest.raises(ValueError, match=message):
            names(given)

    def test_a_lone_string_is_one_name(self):
        assert parse_domain_names("example.com").names == ("example.com",)


class TestSeveral:
    def test_the_first_is_the_main_one(self):
        domain = parse_domain_names(["example.com", "www.example.com", "shop.example.com"])
        assert domain.main == "example.com"
        assert domain.aliases == ("www.example.com", "shop.example.com")

    def test_none_at_all_is_refused(self):
        with pytest.raises(ValueError, match="domain names are empty"):
            names()

    def test_one_name_in_two_spellings_is_refused(self):
        with pytest.raises(ValueError, match=r"'WWW.example.com.' is there twice, as www.example"):
            names("www.example.com", "WWW.example.com.")

    def test_a_hundred_are_allowed_and_no_more(self):
        many = [f"n{index}.example.com" for index in range(101)]
        assert len(names(*many[:100])) == 100
        with pytest.raises(ValueError, match="there are 101 domain names; at most 100"):
            names(*many)


class TestZone:
    @pytest.mark.parametrize(
        ("name", "zone"),
        [
            ("example.com", "example.com"),
            ("www.example.com", "Example.com."),
            ("a.b.example.com", "example.com"),
            ("www.münchen.example", "xn--mnchen-3ya.example"),
            ("www.xn--mnchen-3ya.example", "münchen.example"),
            ("www.example.com", "_team.example.com" + TOKEN),
            (TOKEN, "example.com"),
        ],
    )
    def test_a_name_is_at_its_top_or_below(self, name, zone):
        assert parse_domain_names(name, zone_name=zone).names

    @pytest.mark.parametrize("zone", ["example.org", "shop.example.com", "ample.com", "com.au"])
    def test_a_name_elsewhere_is_refused_with_both(self, zone):
        with pytest.raises(
            ValueError, match=rf"'www\.example\.com' is not in the hosted zone '{zone}'; give"
        ):
            names("www.example.com", zone=zone)

    def test_all_names_elsewhere_are_told_at_once(self):
        with pytest.raises(ValueError, match=r"'a\.example\.net', 'b\.example\.net' is not in"):
            names("a.example.net", "www.example.com", "b.example.net", zone="example.com")

    @pytest.mark.parametrize(
        ("name", "zone", "apex"),
        [
            ("example.com", "example.com", True),
            ("shop.example.com", "shop.example.com", True),
            ("www.example.com", "example.com", False),
            ("example.com", None, True),
            ("www.example.com", None, False),
            ("example.co.uk", None, True),
            ("www.example.co.uk", None, False),
            ("www.example.de", None, False),
            ("www.co.example", None, False),
            ("example.com", TOKEN, True),
            (TOKEN, None, False),
        ],
    )
    def test_the_top_of_the_zone_is_known_or_guessed(self, name, zone, apex):
        assert DomainNames(names=(name,), zone_name=zone).is_apex(name) is apex


class TestCertificate:
    @pytest.mark.parametrize(
        ("given", "zone", "order"),
        [
            (["example.com", "www.example.com"], None, ("example.com", "www.example.com")),
            ([LONG, "www.example.com"], None, ("www.example.com", LONG)),
            ([LONG], "example.com", ("example.com", LONG)),
            ([LONG, TOKEN], None, (TOKEN, LONG)),
            ([f"{LONG}.{TOKEN}"], None, (f"{LONG}.{TOKEN}",)),
            (["a" * 52 + ".example.com"], "example.com", ("a" * 52 + ".example.com",)),
            (
                ["a" * 53 + ".example.com"],
                "example.com",
                ("example.com", "a" * 53 + ".example.com"),
            ),
        ],
    )
    def test_its_first_name_has_at_most_64_octets(self, given, zone, order):
        assert parse_domain_names(given, zone_name=zone).certificate_names() == order

    def test_without_any_short_name_it_says_so(self):
        with pytest.raises(ValueError, match=r"has 93 octets, and the first name .* at most 64"):
            parse_domain_names(LONG).certificate_names()
