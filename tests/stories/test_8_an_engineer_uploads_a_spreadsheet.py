"""An engineer uploads a spreadsheet in the browser, sees the mapping with a preview, and a report of every row."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from dengta.site.home import Home
from tests.stories.conftest import ROOT

if TYPE_CHECKING:
    from tests.web.imports.stage import Desk

SAMPLE = ROOT / "examples" / "imports" / "sample-shop.csv"


@pytest.fixture
def workshop(settings: Any, tmp_path: Path) -> Desk:
    """The sample workshop: a plant book, and an empty log."""
    from tests.web.imports.stage import Desk

    settings.HOME = Home(tmp_path / "home")
    return Desk(settings.HOME)


def test_an_upload_is_understood_before_anything_is_kept(client_of: Callable[[str], Client], workshop: Desk) -> None:
    """The preview names the columns and what they were taken for."""
    file = SimpleUploadedFile(SAMPLE.name, SAMPLE.read_bytes(), "text/csv")
    answer = client_of("engineer").post("/import/", {"file": file}, follow=True)
    assert answer.status_code == 200
    assert "end+minutes" in answer.content.decode()
    assert "Worker" in answer.content.decode()
    assert len(workshop.log.read()) == 0


def test_every_row_is_accounted_for_before_and_after(client_of: Callable[[str], Client], workshop: Desk) -> None:
    """A dry run shows what each row would become; the import does just that; then the floor has its history."""
    from tests.web.imports.stage import form, upload

    engineer = client_of("engineer")
    page = upload(engineer, SAMPLE.read_bytes(), SAMPLE.name)
    aliases = {"machines:1# Lathe": "lathe-1", "machines:2# Lathe": "lathe-2", "machines:1# Mill": "mill-1"}
    aliases |= {"machines:1# Grinder": "grinder-1"}
    seen = engineer.get(page).content.decode()
    engineer.post(page, form(seen, zone="Asia/Shanghai", **aliases, check="1"))
    workshop.work_off()
    seen = engineer.get(page).content.decode()
    assert "says what row 52 says: one report, told twice" in seen
    assert "Outside is neither an alias of the mapping nor a machine of the plant book" in seen
    assert len(workshop.log.read()) == 0
    engineer.post(page, {"import": "1"})
    workshop.work_off()
    assert "470 new events are in the log." in engineer.get(page).content.decode()
    assert len(workshop.log.read()) == 470
