"""Static files, answered before Django: from memory, compressed once, cached for ever under a URL with their hash.

Under ASGI a middleware would hop every file through a thread and compress it again at every request. Pages link
``/static/web/frame.css?v=<hash>``; a plain URL (a module importing another) is revalidated by its ETag.
"""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import StaticFilesStorage
from django.core.exceptions import SuspiciousFileOperation

PREFIX = "/static/"
_TEXT = ("text/", "application/javascript", "application/json", "image/svg+xml")
mimetypes.add_type("text/javascript", ".js")


@dataclass(frozen=True, slots=True)
class StaticFile:
    """One file as it travels."""

    kind: bytes
    tag: str
    plain: bytes
    packed: bytes | None


@lru_cache(maxsize=256)
def _read(path: str, changed_ns: int) -> StaticFile:
    plain = Path(path).read_bytes()
    kind = mimetypes.guess_type(path)[0] or "application/octet-stream"
    text = kind.startswith(_TEXT)
    packed = gzip.compress(plain, 9, mtime=0) if text and len(plain) > 500 else None
    full = f"{kind}; charset=utf-8" if text else kind
    return StaticFile(full.encode(), hashlib.sha256(plain).hexdigest()[:12], plain, packed)


def find(name: str) -> StaticFile | None:
    """The static file `name` (below /static/), or None."""
    try:
        path = finders.find(name)
    except SuspiciousFileOperation:  # it leads out of the folder
        return None
    if not isinstance(path, str) or path.endswith(".map") or not Path(path).is_file():
        return None
    return _read(path, Path(path).stat().st_mtime_ns)


class Versioned(StaticFilesStorage):
    """`{% static %}` with the hash of the content, so that a browser never asks twice nor shows an old file."""

    def url(self, name: str | None, *args: Any, **kwargs: Any) -> str:
        """The URL of `name` with its version."""
        plain = super().url(name, *args, **kwargs)
        file = find(name or "")
        return f"{plain}?v={file.tag}" if file else plain


async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """ASGI: answer one request below /static/."""
    headers = dict(scope["headers"])
    file = find(scope["path"].removeprefix(PREFIX)) if scope["method"] in ("GET", "HEAD") else None
    if file is None:
        await _answer(send, 404, [(b"content-type", b"text/plain")], b"not found")
        return
    versioned = parse_qs(scope["query_string"]).get(b"v") == [file.tag.encode()]
    tag = f'"{file.tag}"'.encode()
    out = [
        (b"content-type", file.kind),
        (b"etag", tag),
        (b"cache-control", b"public, max-age=31536000, immutable" if versioned else b"no-cache"),
        (b"x-content-type-options", b"nosniff"),
        (b"vary", b"Accept-Encoding"),
    ]
    if headers.get(b"if-none-match") == tag:
        await _answer(send, 304, out, b"")
        return
    body = file.plain
    if file.packed and b"gzip" in headers.get(b"accept-encoding", b""):
        body = file.packed
        out.append((b"content-encoding", b"gzip"))
    out.append((b"content-length", str(len(body)).encode()))
    await _answer(send, 200, out, b"" if scope["method"] == "HEAD" else body)


async def _answer(send: Any, status: int, headers: list[tuple[bytes, bytes]], body: bytes) -> None:
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
