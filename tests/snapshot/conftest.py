import pytest


def pytest_addoption(parser):
    parser.addoption(
        "--accept-snapshots", action="store_true", help="write the snapshots instead of comparing"
    )


@pytest.fixture(scope="session")
def accept(request):
    return request.config.getoption("--accept-snapshots", default=False)
