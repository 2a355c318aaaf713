import pytest
from jsii import _type_checking as type_checking


@pytest.fixture(autouse=True, scope="package")
def _with_types():
    """Let the CDK hold arguments against their types, which other tests leave to mypy."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(type_checking, "_resolved_check", type_checking._load_typeguard_check())
        yield
