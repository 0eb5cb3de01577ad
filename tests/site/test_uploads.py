"""Files that wait for a decision: by content, whole or not at all."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from dengta.core.reason import Refusal
from dengta.site.uploads import Uploads


def test_twice_is_once_and_too_much_is_nothing(tmp_path: Path) -> None:
    """The same bytes in other pieces are the same file; what is refused leaves no trace."""
    uploads = Uploads(tmp_path / "uploads")
    sha256, size = uploads.add([b"ab", b"c"], 3)
    assert (sha256, size) == (hashlib.sha256(b"abc").hexdigest(), 3)
    assert uploads.add([b"abc"], 3) == (sha256, 3)
    assert [file.read_bytes() for file in uploads.folder.iterdir()] == [b"abc"]
    with pytest.raises(Refusal) as caught:
        uploads.add([b"ab", b"cd"], 3)
    assert [reason.code for reason in caught.value.reasons] == ["upload.too_large"]
    assert [file.name for file in uploads.folder.iterdir()] == [sha256]
    uploads.remove(sha256)
    uploads.remove(sha256)
    assert list(uploads.folder.iterdir()) == []


@pytest.mark.parametrize("name", ["../secret", "", "A" * 64, "0" * 63])
def test_only_a_hash_is_a_name(tmp_path: Path, name: str) -> None:
    """Nobody reaches another file by it."""
    with pytest.raises(ValueError, match="SHA-256"):
        Uploads(tmp_path).path(name)
    with pytest.raises(ValueError, match="reading"):
        Uploads(tmp_path).listing("0" * 64, f"../{name}")
