"""The short syntax of volumes: ``data:/var/lib/data:ro``."""

from dataclasses import dataclass

_PROPAGATIONS = frozenset({"rprivate", "private", "rshared", "shared", "rslave", "slave"})


@dataclass(slots=True)
class MountSpec:
    """A volume in its short syntax, taken apart."""

    source: str = ""
    target: str = ""
    read_only: bool = False
    no_copy: bool = False
    propagation: str = ""
    selinux: str = ""
    bare: bool = False
    """Whether the text was too short for Compose to look for a type's options."""

    @property
    def is_bind(self) -> bool:
        """Return whether the source is a path on the host."""
        source = self.source
        return source[:1] in {".", "/", "~"} or source.startswith("\\\\") or _is_drive(source[:2])

    @property
    def has_bind_options(self) -> bool:
        """Return whether options of a bind mount are given."""
        return bool(self.propagation or self.selinux)


def parse_mount(text: str) -> MountSpec:
    """Take a volume in its short syntax apart.

    Args:
        text: ``[source:]target[:options]``.

    Raises:
        ValueError: If the text is no volume. Its message says why.
    """
    if not text:
        raise ValueError("an empty volume")
    mount = MountSpec()
    if len(text.encode()) <= 2:
        mount.target = text
        mount.bare = True
        return mount
    sections = _sections(text)
    for index, section in enumerate(sections):
        if not section:
            raise ValueError("nothing between two colons")
        last = index == len(sections) - 1
        if not mount.source and last:
            mount.target = section
        elif not mount.source:
            mount.source = section
        elif not mount.target:
            mount.target = section
        elif not last:
            raise ValueError("too many colons")
        else:
            _options(section, mount)
    return mount


def _sections(text: str) -> list[str]:
    sections: list[str] = []
    current = ""
    variables = 0
    for index, char in enumerate(text):
        if char == "$" and text[index + 1 : index + 2] == "{":
            variables += 1
        elif char == "}" and variables:
            variables -= 1
        elif char == ":" and not variables and not (len(current) == 1 and current.isalpha()):
            sections.append(current)
            current = ""
            continue
        current += char
    if variables:
        raise ValueError("an opening brace without its end")
    sections.append(current)
    return sections


def _options(section: str, mount: MountSpec) -> None:
    for option in section.split(","):
        if option in {"ro", "rw"}:
            mount.read_only = option == "ro"
        elif option == "nocopy":
            mount.no_copy = True
        elif option in _PROPAGATIONS:
            mount.propagation = option
        elif option in {"z", "Z"}:
            mount.selinux = option


def _is_drive(text: str) -> bool:
    return len(text) == 2 and text[0].isalpha() and text[1] == ":"
