"""The example of a site, opened by a browser: CloudFront, the load balancer, the container."""

import shutil
import subprocess
from urllib.parse import urlsplit

import pytest

from tests.support.local_app import ROOT
from tests.support.skips import skip_without_engine

pytestmark = pytest.mark.local

BROWSER = shutil.which("chromium") or shutil.which("google-chrome")


@pytest.fixture(scope="module")
def running(make_app):
    app = make_app()
    shutil.copytree(ROOT / "examples" / "site", app.folder, dirs_exist_ok=True)
    code, output = app.run("up", "-c", "region=us-east-1", "--json", str(app.json))
    assert code == 0, output
    return app.result()


@pytest.fixture(scope="module")
def url(running):
    """The address that a browser on this machine opens."""
    (address,) = (each["Url"] for each in running["outputs"].values() if "Url" in each)
    name = urlsplit(address).hostname.partition(".")[0]
    return f"http://{name}.cloudfront.localhost:{urlsplit(running['endpoint']).port}"


@pytest.fixture
def browse(tmp_path):
    """Load a page, with its styles and scripts, and give the document as the browser has it."""
    if BROWSER is None:
        skip_without_engine("there is no Chromium; on Debian: apt-get install chromium")

    def _browse(address):
        return subprocess.run(
            [
                BROWSER, "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic",
                "--no-first-run", "--disable-background-networking", "--disable-component-update",
                "--disable-sync", "--disable-dev-shm-usage", f"--user-data-dir={tmp_path}",
                "--virtual-time-budget=5000", "--dump-dom", address,
            ],
            capture_output=True, text=True, check=True, timeout=60,
        ).stdout  # fmt: skip

    return _browse


def test_a_browser_loads_the_site_with_its_styles(browse, url):
    document = browse(f"{url}/")
    assert "<h1>Welcome</h1>" in document
    assert 'rel="stylesheet" href="/assets/site.' in document


def test_it_says_itself_what_is_not_there(browse, url):
    document = browse(f"{url}/nowhere")
    assert "A small site" in document
    assert "<h1>Welcome</h1>" not in document
