"""The reader's own fixtures, and how many examples are generated."""

from hypothesis import HealthCheck, settings

# The oracle takes 50 ms a file, whatever the file.
_COMMON = {"deadline": None, "suppress_health_check": list(HealthCheck), "database": None}
settings.register_profile("default", max_examples=40, derandomize=True, **_COMMON)
settings.register_profile("long", max_examples=2000, **_COMMON)
settings.load_profile("default")
