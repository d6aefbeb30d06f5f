"""Property tests here draw the same examples in every run, and a slow machine does not fail them."""

from hypothesis import settings

settings.register_profile("repeatable", deadline=None, derandomize=True)
settings.load_profile("repeatable")
