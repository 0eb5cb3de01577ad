"""The small register of the app's tests."""

from tests.apps.register.conftest import call, people, small

__all__ = ["call", "people", "small"]
