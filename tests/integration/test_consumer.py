"""A CDK app that installs the library, and only the library."""

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
CONSUMER = ROOT / "examples" / "consumer"


def test_it_synthesizes_from_its_own_folder(tmp_path):
    result = subprocess.run(
        [sys.executable, "app.py"],
        cwd=CONSUMER,
        env={**os.environ, "CDK_OUTDIR": str(tmp_path), "PYTHONPATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    template = json.loads((tmp_path / "consumer-shop.template.json").read_text())
    kinds = [resource["Type"] for resource in template["Resources"].values()]
    # two APIs, one network and one cluster
    assert kinds.count("AWS::ApiGatewayV2::Api") == 2
    assert kinds.count("AWS::ECS::Service") == 2
    assert kinds.count("AWS::EC2::VPC") == 1
    assert kinds.count("AWS::ECS::Cluster") == 1


def test_the_wheel_holds_the_package_and_nothing_that_shadows_another(tmp_path):
    subprocess.run(
        [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "--wheel-dir", tmp_path, "."],
        cwd=ROOT,
        check=True,
    )
    (wheel,) = tmp_path.glob("*.whl")
    listed = subprocess.run(
        [sys.executable, "-m", "zipfile", "--list", wheel],
        check=True, capture_output=True, text=True,
    ).stdout  # fmt: skip
    tops = {line.split("/")[0] for line in listed.splitlines()[1:]}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"serverless_containers"}
    assert "serverless_containers/py.typed" in listed
