"""The files that hold credentials, by name and, where a name does not tell, by how they begin.

No more of a file is read than its beginning, and nothing of it leaves this module.
"""

import os
import re
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto

_BEGINNING = 64 * 1024
"""Bytes of a file that are looked at: a private key follows the certificates of its chain."""


class Handling(Enum):
    """The ways to handle a file."""

    LEAVE_OUT = auto()
    """It is here by mistake, or needed here alone."""
    LEAVE_OUT_ALWAYS = auto()
    """As before, and nothing packs it."""
    WARN = auto()
    """A build may need it."""


@dataclass(frozen=True, slots=True)
class Credential:
    """A kind of file that holds credentials.

    Attributes:
        what: Its name, for a sentence that starts with "it is".
        handling: The way to handle it.
        begins: The beginning of a file that is one. Default: its name does.
        may_be_public: Whether published packages have files like it, for their tests.
        of_tls: Whether servers keep the keys of their certificates in such files.
    """

    what: str
    handling: Handling
    begins: re.Pattern[bytes] | None = None
    may_be_public: bool = False
    of_tls: bool = False


def _left_out(what: str) -> Credential:
    return Credential(what, Handling.LEAVE_OUT)


def _warned(what: str, begins: bytes | None = None) -> Credential:
    return Credential(what, Handling.WARN, re.compile(begins) if begins else None)


GIT = Credential("the history of git", Handling.LEAVE_OUT_ALWAYS)
READ_HERE = _left_out("a file of variables that is read here")
_LOCAL_VARIABLES = _left_out("a file of variables for this machine alone")
_VARIABLES = _warned("a file of variables")
_SSH_KEY = _left_out("a private key of SSH")
_STATE = _left_out("the state of Terraform, which holds passwords in plain text")
# Of RFC 7468, PuTTY and OpenSSL, whose keys may be encrypted, and may follow a certificate.
_PRIVATE_KEY = Credential(
    "a private key",
    Handling.LEAVE_OUT,
    re.compile(rb"-----BEGIN [A-Z0-9 ]*PRIVATE KEY|\APuTTY-User-Key-File"),
    may_be_public=True,
    of_tls=True,
)
_KEY_STORE = Credential("a store of private keys", Handling.WARN, may_be_public=True, of_tls=True)
_AWS_CACHE = _left_out("a cache of AWS credentials")
_DOCKER = _warned("Docker's logins")
_KUBERNETES = _warned("a login to Kubernetes")
_TERRAFORM = _warned("a login to Terraform")
_CARGO = _warned("a login to Cargo's registries")
_GIT_LOGIN = _warned("git's logins")
_NETRC = _warned("a file of logins")
_AWS_CONFIG = _warned("a configuration of the AWS CLI")
_GOOGLE = _warned("a login to Google Cloud")
# A value that is a variable is none that is given away.
_NPM = _warned(
    "a login to an npm registry",
    rb"(?m)^[^#;\r\n]*_(?:authToken|auth|password)[ \t]*=[ \t]*[\"']?(?!\$\{)[^\s\"'#;]",
)
_YARN = _warned(
    "a login to an npm registry", rb"npmAuth(?:Token|Ident)[\"']?:[ \t]*[\"']?(?!\$\{)[^\s\"'#]"
)
_SERVICE_ACCOUNT = _warned("a key of a service account", rb"\"private_key\"\s*:\s*\"")

FOLDERS: Mapping[str, Credential] = {
    ".git": GIT,
    ".ssh": _left_out("a folder of SSH keys"),
    ".gnupg": _left_out("a folder of GnuPG keys"),
}
"""Folders, by name."""

_FOLDERS_IN: Mapping[tuple[str, str], Credential] = {
    (".aws", "cli"): _AWS_CACHE,
    (".aws", "sso"): _AWS_CACHE,
    (".config", "gcloud"): _GOOGLE,
}

_SSH_NAMES = ("id_rsa", "id_dsa", "id_ecdsa", "id_ed25519", "id_ecdsa_sk", "id_ed25519_sk")

FILES: Mapping[str, Credential] = {
    ".git": GIT,
    **dict.fromkeys(_SSH_NAMES, _SSH_KEY),
    "terraform.tfstate": _STATE,
    "terraform.tfstate.backup": _STATE,
    ".npmrc": _NPM,
    ".yarnrc.yml": _YARN,
    ".netrc": _NETRC,
    "_netrc": _NETRC,
    ".pypirc": _warned("a login to a Python package index"),
    ".git-credentials": _GIT_LOGIN,
    ".pgpass": _warned("passwords of PostgreSQL"),
    ".my.cnf": _warned("a login to MySQL"),
    ".dockercfg": _DOCKER,
    ".dockerconfigjson": _DOCKER,
    "kubeconfig": _KUBERNETES,
    ".terraformrc": _TERRAFORM,
    "credentials.tfrc.json": _TERRAFORM,
    ".vault-token": _warned("a token of Vault"),
    ".s3cfg": _warned("a login to S3"),
    ".boto": _GOOGLE,
    "application_default_credentials.json": _GOOGLE,
}
"""Files, by name."""

FILES_IN: Mapping[tuple[str, str], Credential] = {
    (".aws", "credentials"): _left_out("a file of AWS credentials"),
    (".aws", "config"): _AWS_CONFIG,
    (".docker", "config.json"): _DOCKER,
    (".kube", "config"): _KUBERNETES,
    (".cargo", "credentials"): _CARGO,
    (".cargo", "credentials.toml"): _CARGO,
    (".gem", "credentials"): _warned("a login to a Ruby package index"),
}
"""Files, by the name of their folder and their own."""

ENDINGS: Mapping[str, Credential] = {
    ".pem": _PRIVATE_KEY,
    ".key": _PRIVATE_KEY,
    ".ppk": _PRIVATE_KEY,
    ".p8": _PRIVATE_KEY,
    ".tfstate": _STATE,
    ".tfstate.backup": _STATE,
    ".p12": _KEY_STORE,
    ".pfx": _KEY_STORE,
    ".jks": _KEY_STORE,
    ".keystore": _KEY_STORE,
    ".kdbx": _warned("a store of passwords"),
    ".kubeconfig": _KUBERNETES,
    ".tfvars": _warned("a file of Terraform's variables"),
}
"""Files, by the last ending of their names."""

_EXAMPLES = frozenset({"example", "sample", "template", "dist", "defaults", "schema"})
_OF_VARIABLES = re.compile(r"\.env(?:[._-]|\Z)|.*\.env\Z")
_OF_A_SERVICE_ACCOUNT = re.compile(r"service.?account|credential|gcloud|gcp|firebase|-key\b")


def credential_of(path: str, *, is_folder: bool) -> Credential | None:
    """The kind of credential that a file or a folder holds, by its name, if it is any.

    Args:
        path: The absolute path.
        is_folder: Whether it is a folder.
    """
    above, _, name = path.lower().rpartition("/")
    folder = above.rpartition("/")[2]
    if is_folder:
        return FOLDERS.get(name) or _FOLDERS_IN.get((folder, name))
    found = FILES.get(name) or FILES_IN.get((folder, name)) or _by_form(name)
    if found is None or found.begins is None:
        return found
    return found if _begins(path, found.begins) else None


def _by_form(name: str) -> Credential | None:
    stem, dot, ending = name.rpartition(".")
    if _OF_VARIABLES.match(name):
        parts = re.split(r"[._-]", name)
        found = _LOCAL_VARIABLES if ending == "local" else _VARIABLES
        return found if _EXAMPLES.isdisjoint(parts) else None
    if not dot:
        # id_rsa_work, but not id_rsa.pub
        return _PRIVATE_KEY if name.startswith(_SSH_NAMES) else None
    if ending == "json":
        return _SERVICE_ACCOUNT if _OF_A_SERVICE_ACCOUNT.search(stem) else None
    if ending == "backup":
        ending = f"{stem.rpartition('.')[2]}.backup"
    return ENDINGS.get(f".{ending}")


def _begins(path: str, pattern: re.Pattern[bytes]) -> bool:
    """Return whether a file begins as a credential does. One that cannot be read counts as one."""
    try:
        # A pipe would wait for its writer for ever.
        opened = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC)
    except (OSError, ValueError):
        return True
    try:
        if not stat.S_ISREG(os.fstat(opened).st_mode):
            return False
        return pattern.search(os.read(opened, _BEGINNING)) is not None
    except OSError:
        return True
    finally:
        os.close(opened)
