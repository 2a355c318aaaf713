"""A Docker engine and a registry under the name of ECR, on this machine alone.

The engine runs in a network and a mount namespace of its own, where the registry's host name is an
address of the loopback interface. The registry listens there, on a socket that is made inside the
namespace; all the rest of these tests stays outside.
"""

import ctypes
import datetime as dt
import io
import shutil
import socket
import subprocess
import tarfile
import threading
import time
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.support import local_namespaces
from tests.support.ecr_front import EcrFront
from tests.support.local_namespaces import CLONE_NEWNET, NEEDED, PATH, run_docker

ACCOUNT = "123456789012"
REGION = "eu-west-1"
HOST = f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com"
TOKEN = "a-token-of-12-hours"

# Of those kept for documentation: Docker does not check certificates of 127.0.0.0/8.
_ADDRESS = "192.0.2.1"

# bcrypt, the one hash that the registry takes.
_SALT = "$2b$05$aCTWOZvpkXsUqiOJiOebTO"
_NEEDED = {
    **NEEDED,
    "docker-registry": "docker-registry",
    "curl": "curl",
    "perl": "perl-base",
}


def why_not():
    """The reason why no engine can run here, or an empty text."""
    return local_namespaces.why_not(_NEEDED)


class Engine:
    """The engine and its registry.

    Attributes:
        front: The registry as ECR would be.
        registry_port: The registry behind it, without TLS, on the loopback address.
        environment: What a Docker client needs.
    """

    def __init__(self, folder: Path, moving_tags):
        self.folder = folder
        self._processes = []
        self.front = None
        self.socket = folder / "docker.sock"
        self.environment = {"PATH": PATH, "DOCKER_HOST": f"unix://{self.socket}"}
        (folder / "hosts").write_text(f"127.0.0.1 localhost\n{_ADDRESS} {HOST}\n")
        certificate, key = _certificate(folder)
        try:
            self.registry_port = self._start_registry()
            engine = self._start_engine(certificate)
            listener = _listen_in(engine, 443)
            self.front = EcrFront(listener, certificate, key, self.registry_port, moving_tags)
            self._await_engine(engine)
        except BaseException:
            self.stop()
            raise

    def docker(self, *arguments, **options):
        """Run a Docker client; its output."""
        host = self.environment["DOCKER_HOST"]
        return run_docker(arguments, host=host, home=self.folder, **options)

    def import_base(self, name, files):
        """Make a base image: a busybox and files, given as text by their paths."""
        archive = io.BytesIO()
        with tarfile.open(fileobj=archive, mode="w") as tar:
            busybox = shutil.which("busybox", path=PATH)
            tar.add(busybox, "bin/busybox")
            for tool in ("sh", "cat", "cp", "ls", "mkdir", "true", "false", "sleep", "dd", "date"):
                link = tarfile.TarInfo(f"bin/{tool}")
                link.type, link.linkname = tarfile.SYMTYPE, "busybox"
                tar.addfile(link)
            for path, text in files.items():
                entry = tarfile.TarInfo(path)
                entry.size, entry.mode = len(text.encode()), 0o755
                tar.addfile(entry, io.BytesIO(text.encode()))
        self.docker(
            "import", "--change", "ENV PATH=/usr/local/bin:/bin", "-", name,
            input=archive.getvalue(),
        )  # fmt: skip

    def stop(self):
        if self.front:
            self.front.stop()
        for process in reversed(self._processes):
            process.terminate()
            process.wait(30)
        for name in ("data", "exec", "registry"):
            shutil.rmtree(self.folder / name, ignore_errors=True)

    def _start_registry(self):
        port = _free_port()
        words = subprocess.run(
            ["/usr/bin/perl", "-e", "print crypt($ARGV[0], $ARGV[1])", TOKEN, _SALT],
            capture_output=True, check=True, text=True,
        ).stdout  # fmt: skip
        (self.folder / "htpasswd").write_text(f"AWS:{words}\n")
        (self.folder / "registry.yml").write_text(
            f"""
version: 0.1
log: {{level: error}}
storage: {{filesystem: {{rootdirectory: {self.folder}/registry}}}}
http: {{addr: 127.0.0.1:{port}, relativeurls: true}}
auth: {{htpasswd: {{realm: ecr, path: {self.folder}/htpasswd}}}}
"""
        )
        self._start(
            ["/usr/bin/docker-registry", "serve", str(self.folder / "registry.yml")], "registry"
        )
        _await(lambda: socket.create_connection(("127.0.0.1", port), 1).close())
        return port

    def _start_engine(self, certificate):
        inside = (
            f"ip link set lo up && ip address add {_ADDRESS}/32 dev lo && "
            f"mount --bind {self.folder}/hosts /etc/hosts && "
            f"exec dockerd --data-root {self.folder}/data --exec-root {self.folder}/exec "
            f"--pidfile {self.folder}/docker.pid -H unix://{self.socket}"
        )
        return self._start(
            ["/usr/bin/unshare", "-n", "-m", "--propagation", "private", "sh", "-c", inside],
            "engine",
            {"SSL_CERT_FILE": str(certificate)},
        )

    def _start(self, command, name, environment=None):
        with (self.folder / f"{name}.log").open("wb") as log:
            process = subprocess.Popen(
                command,
                env={"PATH": PATH, "HOME": str(self.folder), **(environment or {})},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        self._processes.append(process)
        return process

    def _await_engine(self, engine):
        def answers():
            assert engine.poll() is None, (self.folder / "engine.log").read_text()[-2000:]
            self.docker("version")

        _await(answers, (AssertionError,))
        self.docker("login", "--username", "AWS", "--password-stdin", HOST, input=TOKEN.encode())


def _await(attempt, errors=(OSError,), seconds=60):
    deadline = time.monotonic() + seconds
    while True:
        try:
            return attempt()
        except errors:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)


def _free_port():
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


def _listen_in(process, port):
    """A listening socket in the network namespace of a process, which has the address."""
    made = []

    def enter():
        # A thread has a network namespace of its own, and so have the sockets that it makes.
        def there():
            if process.poll() is not None:
                return
            with Path(f"/proc/{process.pid}/ns/net").open("rb") as namespace:
                libc = ctypes.CDLL(None, use_errno=True)
                if libc.setns(namespace.fileno(), CLONE_NEWNET):
                    raise OSError(ctypes.get_errno(), "setns")
            made.append(socket.create_server((_ADDRESS, port)))

        _await(there)

    thread = threading.Thread(target=enter)
    thread.start()
    thread.join()
    assert made, f"the engine ended: {process.poll()}"
    return made[0]


def _certificate(folder):
    """A certificate for the registry that is its own authority, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "tests")])
    today = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(today - dt.timedelta(days=1))
        .not_valid_after(today + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(HOST)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    files = folder / "certificate.pem", folder / "key.pem"
    files[0].write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    files[1].write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return files
