"""Checks of what must hold between the parts of a project: references, exclusions, circles."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from serverless_containers.compose import rules
from serverless_containers.compose.yaml.nodes import (
    MappingNode,
    Node,
    Sequence,
    locate,
    mappings_of,
    value_of,
)
from serverless_containers.findings import Findings, KeyPath, Rule
from serverless_containers.findings.listing import MOST_SHOWN, listed

_TESTS = frozenset({"CMD", "CMD-SHELL", "NONE"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Consistency:
    """Checks the services that are active against each other and against the resources.

    Attributes:
        root: The canonical tree.
        services: The canonical values of the active services.
        disabled: The names of those that the profiles leave out.
        broken: The names of those of which the schema has left something out: what they lack is
            not reported twice.
        findings: Where problems are reported.
    """

    root: MappingNode
    services: Mapping[str, Any]
    disabled: frozenset[str]
    broken: set[str]
    findings: Findings
    _names: dict[str, str] = field(default_factory=dict)

    def check(self) -> None:
        """Check everything."""
        containers: dict[str, str] = {}
        for name, service in self.services.items():
            self._references(name, service)
            if name not in self.broken:
                self._image(name, service)
                self._amounts(name, service)
                self._mounts(name, service)
            container = service.get("container_name")
            if container and containers.setdefault(container, name) != name:
                self._report(
                    rules.CONFLICT,
                    (name, "container_name"),
                    f"{container!r} is the container of {containers[container]!r} too",
                    "give each service its own, or none",
                )
        for name, secret in mappings_of(self.root.get("secrets")):
            if value_of(secret.get("external")) is not True and not (
                value_of(secret.get("file")) or value_of(secret.get("environment"))
            ):
                self.findings.report(
                    rules.MISSING_KEY,
                    secret.at,
                    ("secrets", name),
                    "expected one of file, environment",
                    "name the file, or write `external: true`",
                )
        self._cycles()

    def _report(self, rule: Rule, below: KeyPath, message: str, fix: str = "") -> None:
        path = ("services", *below)
        node: Node = self.root
        parent: Node = self.root
        shown: list[str | int] = []
        for part in path:
            parent = node
            shown.append(part)
            if isinstance(node, MappingNode) and isinstance(part, str) and part in node:
                node = node.entries[part]
            elif isinstance(node, Sequence) and isinstance(part, int) and part < len(node):
                shown[-1] = node.number(part)
                node = node.items[part]
        at = locate(self.root, path)
        last = path[-1]
        if isinstance(parent, MappingNode) and isinstance(last, str) and last in parent.key_marks:
            at = parent.key_at(last)
        self.findings.report(rule, at, tuple(shown), message, fix)

    def _defined(
        self, name: str, below: KeyPath, what: str, wanted: str, known: Mapping[str, object] | None
    ) -> None:
        if known is None or wanted not in known:
            shown = self._shown(what, known or {})
            self._report(
                rules.UNDEFINED_REFERENCE,
                (name, *below),
                f"there is no {what} {wanted!r}; defined: {shown}",
                f"define it under `{what}s:` at the top of the file",
            )

    def _shown(self, what: str, known: Mapping[str, object]) -> str:
        # The same for each reference that leads nowhere, of which there may be many.
        if what not in self._names:
            self._names[what] = listed(sorted(known)) or "none"
        return self._names[what]

    def _section(self, name: str) -> Mapping[str, object]:
        section = self.root.get(name)
        return section.entries if isinstance(section, MappingNode) else {}

    def _references(self, name: str, service: Mapping[str, Any]) -> None:
        for network in service.get("networks") or ():
            self._defined(
                name, ("networks", network), "network", network, self._section("networks")
            )
        for index, mount in enumerate(service.get("volumes", ())):
            if mount.get("type") == "volume" and mount.get("source"):
                self._defined(
                    name, ("volumes", index), "volume", mount["source"], self._section("volumes")
                )
        build = service.get("build") or {}
        for owner, below in ((service, ()), (build, ("build",))):
            for key, what in (("secrets", "secret"), ("configs", "config")):
                for index, use in enumerate(owner.get(key, ())):
                    self._defined(
                        name, (*below, key, index), what, use.get("source", ""), self._section(key)
                    )
        for model in service.get("models", ()):
            self._defined(name, ("models", model), "model", model, self._section("models"))
        self._dependencies(name, service)
        for key, context in build.get("additional_contexts", {}).items():
            if context.startswith("service:"):
                self._built(name, key, context.removeprefix("service:"))

    def _built(self, name: str, key: str, wanted: str) -> None:
        below = ("build", "additional_contexts", key)
        self._defined(name, below, "service", wanted, self.services)
        if wanted in self.services and not self.services[wanted].get("build"):
            self._report(
                rules.UNDEFINED_REFERENCE,
                (name, *below),
                f"the service {wanted!r} is not built",
                "name a service with `build:`",
            )

    def _dependencies(self, name: str, service: Mapping[str, Any]) -> None:
        for wanted, dependency in service.get("depends_on", {}).items():
            if wanted in self.services:
                continue
            if wanted in self.disabled:
                if dependency.get("required"):
                    self._report(
                        rules.DISABLED_DEPENDENCY,
                        (name, "depends_on", wanted),
                        f"the active profiles leave {wanted!r} out",
                        "activate its profile, or write `required: false`",
                    )
                continue
            self._defined(name, ("depends_on", wanted), "service", wanted, self.services)

    def _image(self, name: str, service: Mapping[str, Any]) -> None:
        build = service.get("build")
        if build is None and not service.get("image") and "provider" not in service:
            self._report(
                rules.NO_IMAGE,
                (name,),
                "there is neither an image nor a build",
                "write `image:` or `build:`",
            )
        if build is not None:
            if build.get("dockerfile") and build.get("dockerfile_inline"):
                self._report(
                    rules.CONFLICT,
                    (name, "build", "dockerfile_inline"),
                    "'dockerfile_inline' and 'dockerfile' exclude each other",
                    "keep one of them",
                )
            platform, platforms = service.get("platform"), build.get("platforms")
            if platforms and platform and platform not in platforms:
                self._report(
                    rules.CONFLICT,
                    (name, "platform"),
                    f"{platform!r} is none of the platforms that are built: {', '.join(platforms)}",
                    "add it to `build.platforms`",
                )
        if service.get("network_mode") and service.get("networks"):
            self._report(
                rules.CONFLICT,
                (name, "network_mode"),
                "'network_mode' and 'networks' exclude each other",
                "keep one of them",
            )
        test = (service.get("healthcheck") or {}).get("test")
        if test and test[0] not in _TESTS:
            self._report(
                rules.INVALID_VALUE,
                (name, "healthcheck", "test", 0),
                f"expected CMD, CMD-SHELL or NONE, got {test[0]!r}",
                'write ["CMD", …], or one text for a shell',
            )

    def _amounts(self, name: str, service: Mapping[str, Any]) -> None:
        deploy = service.get("deploy") or {}
        scale, replicas = service.get("scale"), deploy.get("replicas")
        if scale is not None and replicas is not None and scale != replicas:
            self._report(
                rules.CONFLICT,
                (name, "scale"),
                f"'scale' is {scale} and 'deploy.replicas' is {replicas}",
                "keep one of them",
            )
        for below, value in ((("scale",), scale), (("deploy", "replicas"), replicas)):
            if value is not None and value < 0:
                self._report(
                    rules.INVALID_VALUE, (name, *below), f"expected 0 or more, got {value}"
                )
        resources = deploy.get("resources", {})
        for key, section, limit in (
            ("cpus", "limits", "cpus"),
            ("mem_limit", "limits", "memory"),
            ("mem_reservation", "reservations", "memory"),
            ("pids_limit", "limits", "pids"),
        ):
            if key in service and section in resources:
                other = resources[section].get(limit)
                if other != service[key]:
                    self._report(
                        rules.CONFLICT,
                        (name, key),
                        f"{key!r} is {service[key]} and 'deploy.resources.{section}.{limit}' is "
                        f"{'not set' if other is None else other}",
                        f"set `deploy.resources.{section}.{limit}` alone",
                    )
        amount = scale if scale is not None else replicas if replicas is not None else 1
        if amount > 1 and "container_name" in service:
            self._report(
                rules.CONFLICT,
                (name, "container_name"),
                f"{amount} containers cannot have one name",
                "remove `container_name`",
            )

    def _mounts(self, name: str, service: Mapping[str, Any]) -> None:
        for index, watch in enumerate((service.get("develop") or {}).get("watch", ())):
            if not watch.get("target") and watch.get("action") not in {"rebuild", "restart"}:
                self._report(
                    rules.MISSING_KEY,
                    (name, "develop", "watch", index),
                    f"the action {watch.get('action')!r} needs a target",
                    "write `target:`",
                )
        taken: dict[str, str] = {}
        mounts = [
            ("tmpfs", index, text.partition(":")[0])
            for index, text in enumerate(service.get("tmpfs", ()))
        ]
        mounts += [
            ("volumes", index, mount.get("target", ""))
            for index, mount in enumerate(service.get("volumes", ()))
        ]
        for key, index, target in mounts:
            if target in taken:
                self._report(
                    rules.CONFLICT,
                    (name, key, index),
                    f"{target!r} is mounted by {taken[target]} already",
                    "remove one of them",
                )
            taken[target] = f"{key}[{index}]"

    def _cycles(self) -> None:
        done: set[str] = set()
        for start in sorted(self.services):
            trail: dict[str, Iterator[str]] = {}
            depths: dict[str, int] = {}
            if start not in done:
                trail[start] = self._needed(start)
                depths[start] = 0
            while trail:
                current = next(reversed(trail))
                following = next(trail[current], None)
                if following is None:
                    done.add(current)
                    del trail[current], depths[current]
                elif following in trail:
                    circle = _circle(trail, len(trail) - depths[following], following)
                    self._report(
                        rules.DEPENDENCY_CYCLE,
                        (current, "depends_on", following),
                        f"services wait for each other: {circle}",
                        "remove one of the dependencies",
                    )
                elif following not in done:
                    depths[following] = len(trail)
                    trail[following] = self._needed(following)

    def _needed(self, name: str) -> Iterator[str]:
        dependencies = self.services[name].get("depends_on", {})
        return iter(sorted(key for key in dependencies if key in self.services))


def _circle(trail: dict[str, Iterator[str]], length: int, first: str) -> str:
    # The names of a long one are shown at its end, where the dependency stands.
    last = [*islice(reversed(trail), min(length, MOST_SHOWN))][::-1]
    start = [] if length <= MOST_SHOWN else [first, "…"]
    return " → ".join([*start, *last, first])
