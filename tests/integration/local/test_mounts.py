"""A project with bind mounts, as its containers see it at an engine."""

import shutil
from textwrap import dedent

import pytest

from tests.support.base_images import BUSYBOX
from tests.support.local_api import Deployed

pytestmark = pytest.mark.local

COMPOSE = f"""
services:
  web:
    image: {BUSYBOX}
    command: [httpd, -f, -p, "80", -h, /www]
    ports: ["80:80"]
    volumes:
      - ./site:/www:ro
      - ./conf:/etc/shop:ro
      - ./one file.txt:/srv/one file.txt:ro
      - ./tool.sh:/usr/bin/tool:ro
      - ./uploads:/uploads
      - kept:/www/kept
    tmpfs: ["/etc/shop/more/scratch"]
  side:
    build: side
    command: [httpd, -f, -p, "81", -h, /side]
    volumes:
      - ./side:/side
      - ./extra.txt:/side/extra.txt:ro
volumes:
  kept:
"""
SHOW = """#!/bin/sh
echo
cat /etc/shop/a.conf /etc/shop/more/b.conf "/srv/one file.txt"
/usr/bin/tool
stat -c '%n %a %u:%g' /etc/shop/more/b.conf '/srv/one file.txt' /usr/bin/tool /www /www/page.html
touch /uploads/new && ls /uploads
touch /www/kept/file && ls /www/kept
touch /etc/shop/more/scratch/here && ls /etc/shop/more/scratch
wget -qO- http://localhost:81/extra.txt
wget -qO- http://localhost:81/own.txt
"""
APP = """
import aws_cdk
from serverless_containers import ContainerApi, Rollout

app = aws_cdk.App()
stack = aws_cdk.Stack(app, "Stack")
ContainerApi(stack, "Shop", source="shop")
app.synth()
"""


@pytest.fixture(scope="module")
def shop(make_app):
    app = make_app()
    folder = app.folder / "shop"
    for name, text in {
        "docker-compose.yml": dedent(COMPOSE),
        "site/page.html": "page " + "x" * 40_000,
        "site/cgi-bin/show": SHOW,
        "conf/a.conf": "conf a\n",
        "conf/more/b.conf": "conf b\n",
        "one file.txt": "one $file\n",
        "tool.sh": "#!/bin/sh\necho tool\n",
        "extra.txt": "extra\n",
        "side/own.txt": "own\n",
        "side/Dockerfile": f"FROM {BUSYBOX}\nCOPY . /side\n",
        "side/.dockerignore": "*\n!*.txt\n",
    }.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    for name in ("site/cgi-bin/show", "tool.sh"):
        (folder / name).chmod(0o755)
    (app.folder / "app.py").write_text(APP)
    code, output = app.run("up", "--json", str(app.json))
    shutil.rmtree(folder / "site")
    assert code == 0, output
    return Deployed(app)


def test_it_sees_its_files_with_their_modes_and_roots(shop):
    status, _, body = shop.request("GET", "/cgi-bin/show")
    assert (status, body.decode().splitlines()) == (
        200,
        [
            "conf a",
            "conf b",
            "one $file",
            "tool",
            "/etc/shop/more/b.conf 644 0:0",
            "/srv/one file.txt 644 0:0",
            "/usr/bin/tool 755 0:0",
            "/www 755 0:0",
            "/www/page.html 644 0:0",
            "new",
            # AND what is mounted below a folder of the project that is read-only
            "file",
            "here",
            "extra",
            "own",
        ],
    )


def test_what_is_large_comes_from_the_image_of_the_files(shop):
    status, _, body = shop.request("GET", "/page.html")
    assert (status, len(body)) == (200, 40_005)
