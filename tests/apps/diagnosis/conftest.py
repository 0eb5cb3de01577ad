"""The small register of its app's tests."""

from tests.apps.register.conftest import call, people, small

__all__ = ["call", "people", "small"]
