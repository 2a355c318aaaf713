"""Rules about certificates and domain names."""

from serverless_containers.diagnosis.evidence import Answer, Evidence
from serverless_containers.diagnosis.rule import Found, Rule

_SOON_DAYS = 30
"""The days before its end within which ACM should have renewed a certificate: it tries from 60 on
("Managed certificate renewal", AWS Certificate Manager User Guide)."""
_RENEWAL = '"Troubleshoot managed certificate renewal", AWS Certificate Manager User Guide'
_LOOK = "aws acm describe-certificate --certificate-arn {certificate}"
_NEEDED = "VALIDATION_TIMED_OUT", "FAILED", "REVOKED", "INACTIVE"


def _days_left(evidence: Evidence, certificate: Answer) -> float | None:
    end = certificate.get("NotAfter")
    return None if end is None else (end - evidence.now).total_seconds() / 86_400


def _found(certificates: list[tuple[Answer, str]]) -> Found | None:
    if not certificates:
        return None
    return Found(
        evidence=tuple(f"{each['DomainName']}: {line}" for each, line in certificates),
        values={"certificate": certificates[0][0]["CertificateArn"]},
    )


def _expired(evidence: Evidence) -> Found | None:
    return _found(
        [
            (each, f"ended on {each['NotAfter']:%Y-%m-%d}")
            for each in evidence.certificates
            if each.get("Status") == "EXPIRED"
            or ((days := _days_left(evidence, each)) is not None and days <= 0)
        ]
    )


def _expires(evidence: Evidence) -> Found | None:
    return _found(
        [
            (each, f"ends in {days:.0f} days, on {each['NotAfter']:%Y-%m-%d}{_renewal(each)}")
            for each in evidence.certificates
            if (days := _days_left(evidence, each)) is not None and 0 < days <= _SOON_DAYS
        ]
    )


def _renewal(certificate: Answer) -> str:
    status = certificate.get("RenewalSummary", {}).get("RenewalStatus")
    if certificate.get("RenewalEligibility") == "INELIGIBLE":
        return "; ACM does not renew it"
    return f"; its renewal is {status}" if status else ""


def _pending(evidence: Evidence) -> Found | None:
    found = [
        (each, _missing_record(each))
        for each in evidence.certificates
        if each.get("Status") == "PENDING_VALIDATION"
    ]
    return _found(found)


def _missing_record(certificate: Answer) -> str:
    for option in certificate.get("DomainValidationOptions", ()):
        record = option.get("ResourceRecord")
        if record and option.get("ValidationStatus") != "SUCCESS":
            return f"waits for the record {record['Name']} {record['Type']} {record['Value']}"
    return "waits for its validation"


def _failed(evidence: Evidence) -> Found | None:
    return _found(
        [
            (each, f"is {each['Status']}: {each.get('FailureReason') or 'no reason given'}")
            for each in evidence.certificates
            if each.get("Status") in _NEEDED
        ]
    )


def _dns(evidence: Evidence) -> Found | None:
    lines, name, expected = [], "", ""
    for domain, resolution in evidence.dns.items():
        if not resolution.addresses:
            lines.append(f"{domain} does not resolve; it should lead to {resolution.expected}")
        elif resolution.expected_addresses and not (
            resolution.addresses & resolution.expected_addresses
        ):
            lines.append(
                f"{domain} leads to {', '.join(sorted(resolution.addresses)[:4])}, and not to "
                f"{resolution.expected}"
            )
        else:
            continue
        name, expected = domain, resolution.expected
    return (
        Found(evidence=tuple(lines), values={"domain": name, "target": expected}) if lines else None
    )


RULES = (
    Rule(
        code="certificate-expired",
        title="A certificate has expired.",
        sees="Browsers refuse the site, or CloudFront answers 502.",
        why="ACM renews a certificate only while its validation record is there, or never, if it "
        "was imported.",
        look=_LOOK,
        fix="Restore the CNAME record of its validation, or import a new certificate.",
        repair="cdk deploy {stack_path}",
        page=_RENEWAL,
        find=_expired,
        explains=("origin-unreachable", "alarm"),
    ),
    Rule(
        code="certificate-expires",
        title="A certificate expires soon and has not been renewed.",
        sees="Nothing yet.",
        why="ACM tries from 60 days before the end on, and needs the validation record in the DNS.",
        look=_LOOK,
        fix="Restore the CNAME record of its validation, or import a new certificate.",
        page=_RENEWAL,
        find=_expires,
        explains=("alarm",),
    ),
    Rule(
        code="certificate-pending",
        title="A certificate waits for its validation.",
        sees="A deployment waits for hours at a certificate.",
        why="The record that proves the domain is not in its DNS.",
        look=_LOOK,
        fix="Make the record where the domain's name servers are.",
        page='"DNS validation", AWS Certificate Manager User Guide',
        find=_pending,
    ),
    Rule(
        code="certificate-failed",
        title="A certificate was not issued, or is no longer good.",
        sees="A deployment fails at a certificate, or clients refuse it.",
        why="Its validation took more than 72 hours, a CAA record forbids Amazon to issue it, or "
        "it was revoked.",
        look=_LOOK,
        fix="Let `amazon.com` issue in the CAA records, make the validation record, and deploy "
        "again.",
        repair="cdk deploy {stack_path}",
        page='"Troubleshoot certificate requests", AWS Certificate Manager User Guide',
        find=_failed,
    ),
    Rule(
        code="dns",
        title="A domain name does not lead to the service.",
        sees="The site is not found, or another one answers, while its address at AWS works.",
        why="The record is missing or leads elsewhere, or the domain's registrar names other name "
        "servers than those of its hosted zone.",
        look="dig +trace {domain}",
        fix="Make the record, and compare the registrar's name servers with the zone's.",
        repair="cdk deploy {stack_path}",
        page='"My domain is unavailable on the internet", Amazon Route 53 Developer Guide',
        find=_dns,
        explains=("origin-unreachable",),
    ),
)
