"""An engine, a registry and pipelines.

Nothing can be pulled here: the base images are a busybox under the names of the sample's FROM, with
an npm and a pip that only leave a trace. The sample's Dockerfiles are its own.
"""

import pytest
from moto import mock_aws

from serverless_containers.plan.buildspec import MOVING_TAGS, BuildspecImage
from tests.support.container_engine import Engine, why_not
from tests.support.pipeline_run import BASE, PipelineRun
from tests.support.skips import skip_without_engine

_reason = why_not()

USERS = "root:x:0:0::/:/bin/sh\nnode:x:1000:1000::/:/bin/sh\n"
NPM = '#!/bin/sh\nmkdir -p node_modules/express\necho "npm $*" > node_modules/express/made\n'
PIP = '#!/bin/sh\necho "pip $*" > /made\n'
USERADD = "#!/bin/sh\necho 'app:x:999:999::/:/bin/sh' >> /etc/passwd\n"


@pytest.fixture(scope="session")
def engine(tmp_path_factory):
    skip_without_engine(_reason)
    engine = Engine(tmp_path_factory.mktemp("engine"), MOVING_TAGS)
    try:
        public = "public.ecr.aws/docker/library"
        engine.import_base(BASE, {})
        engine.import_base(
            f"{public}/node:24-alpine", {"usr/local/bin/npm": NPM, "etc/passwd": USERS}
        )
        engine.import_base(
            f"{public}/python:3.13-slim",
            {"usr/local/bin/pip": PIP, "usr/local/bin/useradd": USERADD, "etc/passwd": USERS},
        )
        yield engine
    finally:
        engine.stop()


@pytest.fixture
def start(engine, tmp_path):
    """Start a pipeline for a source folder and its builds."""
    running = []

    def _start(source, builds):
        running.append(PipelineRun(engine, tmp_path, source, list(builds)))
        return running[-1]

    with mock_aws():
        yield _start
        for each in running:
            each.stop()


@pytest.fixture
def two(start, tmp_path):
    """A pipeline for two small services, web and worker."""
    source = tmp_path / "source"
    for name in ("web", "worker"):
        (source / name).mkdir(parents=True)
        (source / name / "Dockerfile").write_text(
            f'FROM {BASE}\nRUN echo {name} > /name\nCOPY . /app\nCMD ["/bin/sleep", "9"]\n'
        )
    return start(
        source,
        [
            BuildspecImage(service=name, context=name, dockerfile=f"{name}/Dockerfile")
            for name in ("web", "worker")
        ],
    )
