"""The site of the page tests: its log is written here, the pages read it."""

from tests.web.floor.conftest import stage

__all__ = ["stage"]
