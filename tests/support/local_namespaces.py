"""Debian's Docker engine in namespaces of its own: what it needs, and its client."""

import os
import shutil
import subprocess

CLONE_NEWNET = 0x40000000
# Debian's own client first: another one may come without the Buildx that it needs to build.
PATH = "/usr/sbin:/usr/bin:/sbin:/bin"
NEEDED = {
    "dockerd": "docker.io",
    "busybox": "busybox-static",
    "unshare": "util-linux",
    "ip": "iproute2",
    "iptables": "iptables",
}
"""The programs of an engine, and the packages that have them."""


def why_not(needed):
    """The reason why no engine can run here, or an empty text."""
    if os.geteuid() != 0:
        return "a Docker engine in its own namespaces needs root"
    missing = [package for tool, package in needed.items() if not shutil.which(tool, path=PATH)]
    if missing:
        return f"apt-get install {' '.join(sorted(missing))}"
    allowed = subprocess.run(
        ["/usr/bin/unshare", "-n", "-m", "true"], capture_output=True, check=False
    )
    return "" if allowed.returncode == 0 else "namespaces cannot be made here"


def run_docker(arguments, *, host, home, **options):
    """Run a Docker client; its output."""
    result = subprocess.run(
        ["/usr/bin/docker", *arguments],
        env={"PATH": PATH, "DOCKER_HOST": host, "HOME": str(home)},
        capture_output=True,
        check=False,
        **options,
    )
    assert result.returncode == 0, result.stderr.decode()
    return result.stdout.decode().strip()
