"""How many examples Hypothesis tries here: few and always the same; with HYPOTHESIS_PROFILE=long, many and new ones."""

import os

from hypothesis import HealthCheck, settings

QUIET = [HealthCheck.too_slow, HealthCheck.data_too_large]
settings.register_profile(
    "house", max_examples=60, deadline=None, database=None, derandomize=True, suppress_health_check=QUIET
)
settings.register_profile("long", max_examples=5000, deadline=None, database=None, suppress_health_check=QUIET)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "house"))
