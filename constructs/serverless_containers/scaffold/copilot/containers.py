"""The containers of a manifest: the main one and its sidecars.

Keys and defaults are those of "Load Balanced Web Service" and "Sidecars" in Copilot's
documentation.
"""

import os
import re
from collections.abc import Mapping
from pathlib import Path

from serverless_containers.compose.yaml.nodes import MappingNode, Scalar
from serverless_containers.scaffold.compose_text import Placed, Value
from serverless_containers.scaffold.copilot.context import Context, plain
from serverless_containers.scaffold.sections import Section

_CONDITIONS = {
    "start": "service_started",
    "healthy": "service_healthy",
    "success": "service_completed_successfully",
    "complete": "service_completed_successfully",
}
_SECRET_ARN = re.compile(r"arn:aws[a-z-]*:(secretsmanager|ssm):")
_EXPORT = (
    "the value of another stack's export is known in the app: give the construct environment="
    "{NAME: Fn.import_value(EXPORT)}"
)


class Containers:
    """Containers of a task, as services of a Compose file.

    Args:
        context: The workspace and the environment.

    Attributes:
        services: The services by name.
        origins: The manifests' mappings that sidecars are made of, by name.
        secrets: The secrets that they read, by key.
    """

    def __init__(self, context: Context) -> None:
        self._context = context
        self.services: dict[str, dict[str, Value]] = {}
        self.origins: dict[str, Section] = {}
        self.secrets: dict[str, Value] = {}

    def model(self) -> dict[str, Value]:
        """Return the services, those of sidecars with the places of these."""
        return {
            name: Placed(service, self.origins[name].node.at, self.origins[name].path)
            if name in self.origins
            else service
            for name, service in self.services.items()
        }

    def add_main(self, name: str, manifest: Section, *, port_key: str | None) -> Placed | None:
        """Add the main container.

        Args:
            name: The workload's name, which the container has as well.
            manifest: The manifest.
            port_key: ``ports`` or ``expose``, for the port; None where there is none.

        Returns:
            The container's port.
        """
        service: dict[str, Value] = {}
        self.services[name] = service
        image = manifest.section("image")
        port: Placed | None = None
        if image is None:
            if "image" not in manifest.node:
                manifest.report.error(
                    manifest.node.at, (), "image is missing: give image.build or image.location"
                )
        else:
            self._image(image, service)
            number = image.number("port")
            if number is not None:
                port = image.placed("port", number)
                if port_key:
                    service[port_key] = image.placed("port", [str(number)])
                image.carried("port", f"{port_key} of the service" if port_key else "nothing")
            self._labels(image, service)
            self._depends_on(image, service)
            self._health_check(image, service)
            image.rest()
        self._process(manifest, service)
        self._environment(name, manifest, service)
        return port

    def add_sidecars(self, manifest: Section) -> dict[str, Placed]:
        """Add the sidecars; return the ports of those that have one."""
        ports: dict[str, Placed] = {}
        for name, sidecar in manifest.sections("sidecars"):
            service: dict[str, Value] = {}
            self.services[name] = service
            self.origins[name] = sidecar
            self._sidecar_image(sidecar, service)
            port = sidecar.text("port")
            if port is not None:
                number, _, protocol = port.partition("/")
                if number.isdecimal() and protocol in {"", "tcp", "udp"}:
                    service["expose"] = sidecar.placed("port", [port])
                    ports[name] = sidecar.placed("port", int(number))
                    sidecar.carried("port", "expose of the service")
                else:
                    sidecar.error(
                        "port",
                        f"expected a port such as 2000/udp, got {port!r}",
                    )
            essential = sidecar.boolean("essential")
            if essential:
                sidecar.carried("essential", "every service is, unless it says otherwise")
            elif essential is False:
                service["restart"] = sidecar.placed("essential", "no")
                sidecar.carried("essential", 'restart: "no", which may end by itself')
            self._labels(sidecar, service)
            self._depends_on(sidecar, service)
            self._health_check(sidecar, service)
            self._process(sidecar, service)
            self._environment(name, sidecar, service)
            self._mount_points(sidecar, service)
            sidecar.left(
                "credentialsParameter",
                "no credentials of other registries are known here: push the image to ECR, or give "
                "the construct images={NAME: ecs.ContainerImage.from_registry(…, credentials=…)}",
            )
            sidecar.rest()
        return ports

    def _sidecar_image(self, sidecar: Section, service: dict[str, Value]) -> None:
        node = sidecar.take("image")
        if isinstance(node, MappingNode):
            self._image(sidecar.of(node, "image"), service)
        elif (image := sidecar.text("image")) is not None:
            service["image"] = sidecar.placed("image", image)
            sidecar.carried("image", "image of the service")
        elif node is None:
            sidecar.report.error(sidecar.node.at, sidecar.path, "image is missing")

    def _image(self, image: Section, service: dict[str, Value]) -> None:
        location = image.text("location")
        build = image.take("build")
        if location is not None and build is not None:
            image.error(
                "location",
                "build and location exclude each other, as in Copilot; remove one of them",
            )
        elif location is not None:
            service["image"] = image.placed("location", location)
            image.carried("location", "image of the service")
        elif isinstance(build, MappingNode):
            self._build(image, image.of(build, "build"), service)
            image.carried("build", "build of the service")
        elif isinstance(build, Scalar):
            text = image.text("build") or ""
            dockerfile = self._context.file(image, "build", text)
            if dockerfile is not None:
                built = self._built(dockerfile.parent, dockerfile, {})
                service["build"] = image.placed("build", built)
                image.carried("build", "build of the service")
        elif build is not None:
            image.wrong("build", build, "the path of a Dockerfile, or a mapping")
        else:
            image.report.error(image.node.at, image.path, "expected build or location in it")
        image.left(
            "credentials",
            "no credentials of other registries are known here: push the image to ECR, or give the "
            "construct images={NAME: ecs.ContainerImage.from_registry(…, credentials=…)}",
        )

    def _build(self, image: Section, build: Section, service: dict[str, Value]) -> None:
        context_text, dockerfile_text = build.text("context"), build.text("dockerfile")
        context = None
        if context_text is not None:
            context = self._context.path(build, "context", context_text)
            if context is None:
                return
        if dockerfile_text is None:
            if context_text is None:
                build.report.error(build.node.at, build.path, "expected dockerfile or context")
                return
            dockerfile_text = f"{context_text}/Dockerfile"
        key = "dockerfile" if "dockerfile" in build else "context"
        dockerfile = self._context.file(build, key, dockerfile_text)
        if dockerfile is None:
            return
        more: dict[str, Value] = {}
        if (target := build.text("target")) is not None:
            more["target"] = build.placed("target", target)
        if caches := build.texts("cache_from"):
            more["cache_from"] = build.placed("cache_from", list(caches))
        args: dict[str, Value] = {
            name: below.text(name) or "" for name, below in build.pairs("args")
        }
        if args:
            more["args"] = build.placed("args", args)
        build.rest()
        built = self._built(context or dockerfile.parent, dockerfile, more)
        service["build"] = image.placed("build", built)

    def _built(
        self, context: Path, dockerfile: Path, more: Mapping[str, Value]
    ) -> dict[str, Value]:
        name = os.path.relpath(dockerfile, context).replace(os.sep, "/").replace("$", "$$")
        built: dict[str, Value] = {"context": self._context.relative(context)}
        if name != "Dockerfile":
            built["dockerfile"] = name
        return {**built, **more}

    def _labels(self, section: Section, service: dict[str, Value]) -> None:
        labels: dict[str, Value] = {
            name: below.text(name) or "" for name, below in section.pairs("labels")
        }
        if labels:
            service["labels"] = section.placed("labels", labels)
            section.carried("labels", "labels of the service")

    def _depends_on(self, section: Section, service: dict[str, Value]) -> None:
        found: dict[str, Value] = {}
        for name, below in section.pairs("depends_on"):
            wanted = (below.text(name) or "").lower()
            if wanted not in _CONDITIONS:
                below.error(
                    name,
                    f"expected {', '.join(_CONDITIONS)}, got {wanted!r}",
                )
                continue
            found[name] = below.placed(name, {"condition": _CONDITIONS[wanted]})
            if wanted == "complete":
                below.changed(name, "it has to end with success: Compose has no other condition")
        if found:
            service["depends_on"] = section.placed("depends_on", found)
            section.carried("depends_on", "depends_on of the service")

    def _health_check(self, section: Section, service: dict[str, Value]) -> None:
        check = section.section("healthcheck")
        if check is None:
            return
        command = check.text_or_texts("command")
        test: Value = (
            command
            if command is not None
            else [
                "CMD-SHELL",
                "curl -f http://localhost/ || exit 1",
            ]
        )
        found: dict[str, Value] = {"test": check.placed("command", test)}
        for key in ("interval", "timeout", "start_period"):
            if (duration := check.text(key)) is not None:
                found[key] = check.placed(key, duration)
        if (retries := check.number("retries")) is not None:
            found["retries"] = check.placed("retries", retries)
        check.rest()
        service["healthcheck"] = section.placed("healthcheck", found)
        section.carried("healthcheck", "healthcheck of the service")

    def _process(self, section: Section, service: dict[str, Value]) -> None:
        for key in ("entrypoint", "command"):
            if (words := section.text_or_texts(key)) is not None:
                service[key] = section.placed(key, words)
                section.carried(key, f"{key} of the service")

    def _environment(self, owner: str, section: Section, service: dict[str, Value]) -> None:
        variables: dict[str, Value] = {}
        for name, below in section.pairs("variables"):
            node = below.take(name)
            if node is None:
                variables[name] = below.placed(name, "")
                below.changed(name, "environment of the service, empty")
            elif isinstance(node, MappingNode):
                below.left(name, _EXPORT)
            elif (value := below.text(name)) is not None:
                variables[name] = below.placed(name, value)
                if host := self._context.called(value):
                    below.changed(
                        name,
                        f"environment of the service; where {host} is an address, nothing answers "
                        "to it here: put that service into this Compose file, or give the "
                        f"construct environment={{{name!r}: …}} with its URL",
                    )
                else:
                    below.carried(name, "environment of the service")
        if variables:
            service["environment"] = section.placed("variables", variables)
        if (file := section.text("env_file")) is not None:
            path = self._context.file(section, "env_file", file)
            if path is not None:
                service["env_file"] = section.placed("env_file", [self._context.relative(path)])
                section.carried("env_file", "env_file of the service")
        used: list[Value] = [
            use
            for name, below in section.pairs("secrets")
            if (use := self._secret(owner, name, below)) is not None
        ]
        if used:
            service["secrets"] = section.placed("secrets", used)

    def _secret(self, owner: str, name: str, below: Section) -> Value:
        """Add one secret; return its use by a service, or None if it cannot be carried over."""
        node = below.take(name)
        settings: dict[str, Value] = {}
        if isinstance(node, MappingNode):
            given = below.of(node, name)
            if given.left("from_cfn", "the name of another stack's export: write it as external"):
                return None
            text = given.text("secretsmanager")
            if text is None:
                given.report.error(
                    given.node.at, given.path, "expected secretsmanager or from_cfn in it"
                )
                return None
            identifier, key, version = _parts(plain(text))
            given.rest()
            if version:
                below.changed(name, "a task gets the secret's current version")
        elif (written := below.text(name)) is not None:
            identifier, key = plain(written), ""
            arn = _SECRET_ARN.match(identifier)
            if arn is not None and arn[1] == "secretsmanager":
                identifier, key, _ = _parts(identifier)
            else:
                settings["store"] = "parameter-store"
        else:
            if node is None:
                below.error(name, "it names no secret")
            return None
        if key:
            settings["json-key"] = key
        secret: dict[str, Value] = {"external": True, "name": identifier.replace("$", "$$")}
        if settings:
            secret["x-serverless-containers"] = settings
        below.carried(name, "an external secret, which stays where it is")
        alias = name
        placed = below.placed(name, secret)
        if self.secrets.get(name, placed) != placed:
            alias = f"{owner}_{name}"
        self.secrets[alias] = placed
        return name if alias == name else {"source": alias, "target": name}

    def _mount_points(self, sidecar: Section, service: dict[str, Value]) -> None:
        node = sidecar.take("mount_points")
        if node is None:
            return
        if isinstance(node, (MappingNode, Scalar)):
            sidecar.wrong("mount_points", node, "a list")
            return
        mounts: list[Value] = []
        for index, item in enumerate(node):
            if not isinstance(item, MappingNode):
                sidecar.report.error(
                    item.at, (*sidecar.path, "mount_points", index), "expected a mapping"
                )
                continue
            point = sidecar.of(item, "mount_points", index)
            source, path = point.text("source_volume"), point.text("path")
            read_only = point.boolean("read_only")
            point.rest()
            if source is None or path is None:
                point.report.error(item.at, point.path, "expected source_volume and path in it")
                continue
            # Copilot's default.
            mounts.append(mount(source, path, read_only=read_only is not False))
        if mounts:
            service["volumes"] = sidecar.placed("mount_points", mounts)
            sidecar.carried("mount_points", "volumes of the service")


def mount(volume: str, path: str, *, read_only: bool) -> Value:
    """Return a mount of a volume; in its long form where ``a:/b`` would be a path of Windows."""
    if len(volume) > 1:
        return f"{volume}:{path}" + (":ro" if read_only else "")
    return {
        "type": "volume",
        "source": volume,
        "target": path,
        **({"read_only": True} if read_only else {}),
    }


def _parts(text: str) -> tuple[str, str, bool]:
    """Divide a reference: ``name:key:stage:version``, or an ARN with the same behind it."""
    pieces = text.split(":")
    length = 7 if text.startswith("arn:") else 1
    name, more = ":".join(pieces[:length]), pieces[length:]
    return name, more[0] if more else "", any(more[1:])
