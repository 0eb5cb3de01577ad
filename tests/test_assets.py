"""Set-up's last step: browser files checked by their hash, catalogues compiled, and a sentence when there is no npm."""

import gettext
import hashlib
from pathlib import Path

import pytest

from dengta import assets


def _modules(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A node_modules whose file is as expected."""
    content = b"chart()\n"
    asset = assets.Asset(
        "charts/dist/charts.min.js", hashlib.sha256(content).hexdigest(), "Charts 1", ("charts/LICENSE",)
    )
    monkeypatch.setattr(assets, "ASSETS", (asset,))
    (folder / "charts/dist").mkdir(parents=True)
    (folder / "charts/dist/charts.min.js").write_bytes(content)
    (folder / "charts/LICENSE").write_text("do as you like\n")
    return folder


def test_files_are_copied_with_their_notices(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    modules = _modules(tmp_path / "node_modules", monkeypatch)
    said = assets.copy_assets(modules, tmp_path / "vendor")
    assert (tmp_path / "vendor/charts.min.js").read_bytes() == b"chart()\n"
    assert "do as you like" in (tmp_path / "vendor/NOTICE").read_text()
    assert len(said) == 1


def test_a_file_that_differs_is_not_copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    modules = _modules(tmp_path / "node_modules", monkeypatch)
    (modules / "charts/dist/charts.min.js").write_bytes(b"mine()\n")
    with pytest.raises(ValueError, match="expected"):
        assets.copy_assets(modules, tmp_path / "vendor")
    assert not (tmp_path / "vendor/charts.min.js").exists()


def test_without_npm_it_says_what_follows(tmp_path: Path) -> None:
    (said,) = assets.copy_assets(tmp_path / "node_modules", tmp_path / "vendor")
    assert "tables" in said


def test_catalogues_become_what_gettext_reads(tmp_path: Path) -> None:
    folder = tmp_path / "web" / "locale" / "zh_Hans" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    head = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\n'
    (folder / "django.po").write_text(head + 'msgid "Floor"\nmsgstr "车间"\n')
    assert assets.compile_messages(tmp_path) == ["assets: zh_Hans 1 of 1 messages"]
    assert gettext.translation("django", folder.parents[1], ["zh_Hans"]).gettext("Floor") == "车间"
    assert assets.compile_messages(tmp_path / "none") == []
