"""Images under the names of others, which cannot be pulled: each runs a script that it is sent.

An image of a server listens on the server's port. An image of a language has programs under the
names of its tools: those that build do nothing, or what they are known by, and those that serve
listen on the port that the tool is known by.
"""

import shlex
from dataclasses import dataclass

from tests.support.base_images import Files

ASK = "/cgi-bin/ask"
"""The path that a script is sent to. The answer is what it writes."""
BUILT = "node_modules/built"
"""The file that a build leaves in its folder, where the tool is npm."""

_SERVE = """#!/bin/sh
httpd -f -p "${LISTENS:-$STAND_IN_PORT}" -h /stand-in &
trap 'kill $!; exit 0' TERM INT
wait $!
"""
_ASKED = "#!/bin/sh\necho\nexec sh -s 2>&1\n"
_NOTHING = "#!/bin/sh\nexit 0\n"
_NPM = f"""#!/bin/sh
case "$1" in
  ci|install) mkdir -p node_modules && echo npm > {BUILT} ;;
  *) exec serve ;;
esac
"""
_GO = """#!/bin/sh
while [ "$1" != -o ]; do shift; done
cp /bin/serve "$2"
"""
_PYTHON = "#!/bin/sh\nfor LISTENS; do :; done\nexport LISTENS\nexec serve\n"
_MIGRATE = f"""#!/bin/sh
cat /migrations/*
exec wget -q -O - --post-data 'echo $POSTGRES_USER' http://db:5432{ASK}
"""
_TOOLS = {
    "docker-php-ext-install": _NOTHING,
    "go": _GO,
    "migrate": _MIGRATE,
    "npm": _NPM,
    "pg_isready": _NOTHING,
    "python": _PYTHON,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class StandIn:
    """An image.

    Attributes:
        port: The port that it listens on, unless its command says another.
        entrypoint: Its own entrypoint. Default: it has a command, which serves.
    """

    port: int
    entrypoint: str | None = None


def _server(port):
    return StandIn(port=port, entrypoint="/bin/serve")


STAND_INS = {
    "alpine:3.19": StandIn(port=8080),
    "busybox:1.36": StandIn(port=8080),
    "caddy:2": _server(80),
    "gcr.io/distroless/static-debian12": StandIn(port=8080),
    "ghcr.io/example/orders:2.1": _server(8000),
    "golang:1.22-alpine": StandIn(port=8080),
    "mariadb:11": _server(3306),
    "matomo:fpm-alpine": _server(9000),
    "memcached:1.6-alpine": _server(11211),
    "migrate/migrate:v4.17.0": StandIn(port=8080, entrypoint="/bin/migrate"),
    "mysql:5.7": _server(3306),
    "nginx:1.25-alpine": _server(80),
    "nginx:alpine": _server(80),
    "node:20-alpine": StandIn(port=3000),
    "php:7.4-apache": StandIn(port=80),
    "postgres:15-alpine": _server(5432),
    "postgres:16-alpine": _server(5432),
    "python:3.12-slim": StandIn(port=8080),
    "redis:7-alpine": _server(6379),
    "sonatype/nexus3:3.68.0": _server(8081),
}


def import_stand_ins(docker):
    """Give an engine all of them, which share one layer. `docker` runs a client."""
    files = Files()
    files.text("bin/serve", _SERVE)
    files.text(f"stand-in{ASK}", _ASKED)
    for name, text in _TOOLS.items():
        files.text(f"bin/{name}", text)
    content = files.content()
    for name, image in STAND_INS.items():
        start = f'ENTRYPOINT ["{image.entrypoint}"]' if image.entrypoint else 'CMD ["/bin/serve"]'
        environment = f"ENV PATH=/bin STAND_IN={name} STAND_IN_PORT={image.port}"
        changes = ("--change", environment, "--change", start)
        docker("import", *changes, "-", name, input=content)


def asking(script, host, port):
    """The script that has a script run elsewhere."""
    return f"wget -q -O - --post-data {shlex.quote(script)} http://{host}:{port}{ASK}"
