"""The names of a site: checked and brought into the form in which AWS takes them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from encodings import idna

CERTIFICATE_NAME_LIMIT = 64
"""Octets of a certificate's first name; RequestCertificate, AWS Certificate Manager API."""

_MOST_NAMES = 100
"""Names of a certificate and of a distribution, unless AWS has raised the quota; "Quotas" of AWS
Certificate Manager and of Amazon CloudFront."""

_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
_DOTS = re.compile("[.\u3002\uff0e\uff61]")
_READ_IN_TWO_WAYS = frozenset("\u00df\u1e9e\u03c2\u200c\u200d")
"""The sharp s, the final sigma and the joiners: IDNA of 2003 and of 2008 make different names of
them (RFC 5894, section 7.2), and only one is registered."""
_COUNTRY_SECOND_LEVELS = frozenset(
    {"ac", "co", "com", "edu", "go", "gov", "ne", "net", "or", "org"}
)
_OF_AWS = ("amazonaws.com", "cloudfront.net", "awsapps.com")


@dataclass(frozen=True, slots=True, kw_only=True)
class DomainNames:
    """The names of a site, in lower case, in ASCII and without a dot at the end.

    Attributes:
        names: The names; the first is the main one. A CDK token stands as it was given.
        zone_name: The hosted zone that they are in, if one is known.
    """

    names: tuple[str, ...]
    zone_name: str | None = None

    @property
    def main(self) -> str:
        """The name that the site's address is made of."""
        return self.names[0]

    @property
    def aliases(self) -> tuple[str, ...]:
        """The other names."""
        return self.names[1:]

    def is_apex(self, name: str) -> bool:
        """Return whether a name is its zone's top, where DNS allows no CNAME (RFC 1034, 3.6.2).

        Without a zone it is a guess by the form of the name: two labels, or three of which the
        last two are such as ``co.uk``.
        """
        if self.zone_name is not None and not is_token(self.zone_name):
            return name == self.zone_name
        labels = name.split(".")
        return not is_token(name) and (
            len(labels) == 2
            or (len(labels) == 3 and len(labels[2]) == 2 and labels[1] in _COUNTRY_SECOND_LEVELS)
        )

    def certificate_names(self) -> tuple[str, ...]:
        """The names in the order of a certificate, whose first has at most 64 octets.

        Where no name is that short, the zone's own goes first.

        Raises:
            ValueError: If neither a name nor the zone is short enough.
        """
        candidates = [*self.names, *([self.zone_name] if self.zone_name else [])]
        for first in candidates:
            if is_token(first) or len(first) <= CERTIFICATE_NAME_LIMIT:
                return (first, *(name for name in self.names if name != first))
        raise ValueError(
            f"domain name {self.main!r} has {len(self.main)} octets, and the first name of a "
            f"certificate at most {CERTIFICATE_NAME_LIMIT}; add a shorter name to the site, or "
            "give the certificate"
        )


def parse_domain_names(names: str | Sequence[str], *, zone_name: str | None = None) -> DomainNames:
    """Read the names of a site.

    Args:
        names: One name or several, in Unicode or as ``xn--``; the first is the main one.
        zone_name: The name of the Route 53 zone that shall get the records, if there is one.

    Raises:
        ValueError: If there is no name or too many, one is no host name, is a wildcard, is there
            twice, or is not in the zone.
    """
    given = (names,) if isinstance(names, str) else tuple(names)
    if not given:
        raise ValueError("domain names are empty; give at least one, or none at all with None")
    if len(given) > _MOST_NAMES:
        raise ValueError(f"there are {len(given)} domain names; at most {_MOST_NAMES} are allowed")
    read = tuple(_read(name) for name in given)
    for index, name in enumerate(read):
        if name in read[:index]:
            raise ValueError(f"domain name {given[index]!r} is there twice, as {name}; leave one")
    zone = None if zone_name is None else _read_zone(zone_name)
    outside = [name for name in read if zone is not None and not _is_within(name, zone)]
    if outside:
        raise ValueError(
            f"domain name {', '.join(map(repr, outside))} is not in the hosted zone {zone!r}; give "
            f"the zone that it is in, a name that ends in .{zone}, or no zone and make the records "
            "yourself"
        )
    return DomainNames(names=read, zone_name=zone)


def is_token(text: str) -> bool:
    """Return whether a string holds a value that CloudFormation alone knows, as the CDK has it."""
    return "${Token[" in text


def _read(name: str) -> str:
    if is_token(name):
        return name
    if "*" in name:
        raise ValueError(
            f"domain name {name!r} is a wildcard; list the names that the site answers to, and "
            "give a certificate for the wildcard if you have one"
        )
    if re.search(r"[\s/:@?#]", name):
        raise ValueError(
            f"domain name {name!r} is no host name; leave out scheme, port, path and blanks, as in "
            "'www.example.com'"
        )
    labels = _labels(name)
    read = ".".join(labels)
    for label in labels:
        if not _LABEL.fullmatch(label):
            raise ValueError(
                f"domain name {name!r} has the part {label!r}; a part has 1 to 63 letters, digits "
                "and hyphens, and starts and ends with a letter or a digit"
            )
    if len(labels) < 2 or labels[-1].isdigit():
        raise ValueError(
            f"domain name {name!r} is no registered name; give one such as 'www.example.com'"
        )
    if len(read) > 253:
        raise ValueError(f"domain name {name!r} has {len(read)} octets; at most 253 are allowed")
    if any(_is_within(read, owner) for owner in _OF_AWS):
        raise ValueError(
            f"domain name {name!r} belongs to AWS, which issues no certificate for it; give a name "
            "of your own, or none"
        )
    return read


def _read_zone(name: str) -> str:
    return name if is_token(name) else ".".join(_labels(name))


def _labels(name: str) -> list[str]:
    labels = _DOTS.split(name)
    if len(labels) > 1 and not labels[-1]:
        labels.pop()
    return [_to_ascii(label, name) for label in labels]


def _to_ascii(label: str, name: str) -> str:
    if label.isascii():
        label = label.lower()
        if label.startswith("xn--"):
            _check_punycode(label, name)
        return label
    if _READ_IN_TWO_WAYS.intersection(label):
        raise ValueError(
            f"domain name {name!r} holds a character that registries read in two ways; give the "
            "registered name as it starts with 'xn--'"
        )
    try:
        return idna.ToASCII(label).decode("ascii").lower()
    except UnicodeError:
        raise ValueError(
            f"domain name {name!r} has the part {label!r}, which is too long or has no form in "
            "ASCII; give the registered name as it starts with 'xn--'"
        ) from None


def _check_punycode(label: str, name: str) -> None:
    try:
        label.removeprefix("xn--").encode("ascii").decode("punycode")
    except UnicodeError:
        raise ValueError(
            f"domain name {name!r} has the part {label!r}, which is no punycode; give the name in "
            "its own script"
        ) from None


def _is_within(name: str, zone: str) -> bool:
    return is_token(name) or is_token(zone) or name == zone or name.endswith(f".{zone}")
