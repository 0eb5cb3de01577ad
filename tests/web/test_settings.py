"""Where the web half keeps its rows."""

from __future__ import annotations

from pathlib import Path

import pytest

from dengta.site.home import Home
from dengta.web.settings import database


def test_without_an_address_it_is_the_home_folders_file() -> None:
    told = database(Home(Path("/srv/plant")), None)
    assert told["NAME"] == Path("/srv/plant/dengta.sqlite")
    assert told["OPTIONS"]["transaction_mode"] == "IMMEDIATE"


def test_an_address_names_a_postgresql() -> None:
    told = database(Home(Path("/srv/plant")), "postgresql://me:s%40fe@db.example:5433/plant")
    assert (told["NAME"], told["USER"], told["PASSWORD"]) == ("plant", "me", "s@fe")
    assert (told["HOST"], told["PORT"]) == ("db.example", "5433")


def test_another_database_is_refused_in_words() -> None:
    with pytest.raises(ValueError, match="must be postgresql://"):
        database(Home(Path("/srv/plant")), "mysql://db/plant")
