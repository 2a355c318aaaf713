"""A search for secrets in places that everybody can read."""

import re
from collections.abc import Iterator, Mapping

from serverless_containers.compose.model import Part, Service
from serverless_containers.findings import Findings
from serverless_containers.plan.places import place
from serverless_containers.plan.secrets import rules

_TELLING_NAME = re.compile(
    r"(?i)(^|_)(pass(word|wd|phrase)?|pwd|secret|token|api_?key|access_?key|private_?key|"
    r"secret_?key|signing_?key|encryption_?key|credentials?)(_|$)"
)
_HARMLESS_NAME = re.compile(
    r"(?i)(_(file|path|url|uri|ttl|name|id|arn|length|expir\w*|timeout|policy|header)$|^public_)"
)
# The lookbehind and the atomic groups look at each run of such characters once: from every `eyJ` in
# it, they would be as many times as there are of them.
_JSON_WEB_TOKEN = re.compile(r"(?<![\w-])(?>[\w-]*?\beyJ)[\w-]{8,}+\.eyJ[\w-]{8,}+\.[\w-]")
_TELLING_VALUES: Mapping[str, re.Pattern[str]] = {
    "a private key": re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY"),
    "an AWS access key": re.compile(r"\b(AKIA|ASIA)[A-Z0-9]{16}\b"),
    "a GitHub token": re.compile(r"\b(gh[pousr]_[A-Za-z0-9]{36}|github_pat_\w{22,})"),
    "a Slack token": re.compile(r"\bxox[abprs]-[A-Za-z0-9-]{10,}"),
    "a Stripe key": re.compile(r"\b[rs]k_live_[A-Za-z0-9]{16,}"),
    "a JSON Web Token": _JSON_WEB_TOKEN,
    "a password in an address": re.compile(r"://[^/\s:@]*:[^/\s:@]+@"),
}
_NO_SECRETS = re.compile(r"(?i)(|true|false|yes|no|on|off|none|null|[0-9.]{1,6}|/.*)")
"""Switches, numbers and paths, whatever the variable is called."""

_OF_A_VARIABLE = (
    "make it a secret in one go: declare {name} under the top-level secrets, with a file .secret-… "
    "outside the project, list it under the service's secrets, which makes it the same variable, "
    "and remove it from environment and from env_file"
)
_OF_AN_ARGUMENT = (
    "remove it from args: what the program needs is a secret of the service, and what the build "
    "alone needs is mounted as a build secret (RUN --mount=type=secret) where the image is built "
    "elsewhere and named here, since a deployment has no build secrets"
)


def warn_of_exposure(service: Service, findings: Findings) -> None:
    """Warn of variables and build arguments that look like secrets, without showing them.

    A variable is plain in the template and in every description of the task; a build argument is
    in the image's history.

    Args:
        service: The service.
        findings: Takes the warnings.
    """
    for part, key, values, where, fix in _places(service):
        for name, value in values.items():
            what = _telling(name, value)
            if what is not None:
                findings.report(
                    rules.IN_ENVIRONMENT,
                    *place(part, key, name),
                    f"{name} looks like {what}, and {where}",
                    fix.format(name=name),
                )


def _places(service: Service) -> Iterator[tuple[Part, str, Mapping[str, str | None], str, str]]:
    yield (
        service,
        "environment",
        service.environment,
        "everybody can read it in the template",
        _OF_A_VARIABLE,
    )
    if service.build is not None:
        yield (
            service.build,
            "args",
            service.build.args,
            "everybody can read it in the image",
            _OF_AN_ARGUMENT,
        )


def _telling(name: str, value: str | None) -> str | None:
    """The kind of secret that a variable looks like; None if it looks like none."""
    if not value:
        return None
    for what, pattern in _TELLING_VALUES.items():
        if pattern.search(value):
            return what
    named = _TELLING_NAME.search(name) and not _HARMLESS_NAME.search(name)
    return "a secret" if named and not _NO_SECRETS.fullmatch(value) else None
