"""An engineer uploads a spreadsheet in the browser, sees the mapping with a preview, and a report of every row."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.stories.conftest import ROOT

SAMPLE = ROOT / "examples" / "imports" / "sample-shop.csv"


@pytest.mark.xfail(strict=True, reason="spreadsheets come in by the command line only")
def test_an_upload_is_understood_before_anything_is_kept(client_of: Callable[[str], Client]) -> None:
    """The preview names the columns and what they were taken for."""
    file = SimpleUploadedFile(SAMPLE.name, SAMPLE.read_bytes(), "text/csv")
    answer = client_of("engineer").post("/import/", {"file": file}, follow=True)
    assert answer.status_code == 200
    assert "end+minutes" in answer.content.decode()
