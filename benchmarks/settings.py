"""The product's settings, with the two baseline pages beside its own."""

from regulars.config.settings import *  # noqa: F403

ROOT_URLCONF = "benchmarks.urls"
