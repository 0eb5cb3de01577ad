"""Static files: compressed once, cached for ever under their hash, and nothing else is handed out."""

from __future__ import annotations

import asyncio
import gzip
from typing import Any

import pytest
from django.templatetags.static import static

from dengta.web import static_files


def get(url: str, method: str = "GET", **headers: str) -> tuple[int, dict[str, str], bytes]:
    path, _, query = url.partition("?")
    sent: list[dict[str, Any]] = []

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    packed = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    scope = {"type": "http", "method": method, "path": path, "query_string": query.encode(), "headers": packed}
    asyncio.run(static_files.application(scope, None, send))
    told = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    return sent[0]["status"], told, sent[1]["body"]


def test_a_versioned_url_is_cached_for_ever_and_a_plain_one_is_asked_again() -> None:
    status, told, body = get(static("web/frame.css"))
    assert (status, told["content-type"]) == (200, "text/css; charset=utf-8")
    assert "immutable" in told["cache-control"]
    status, told, same = get("/static/web/frame.css")
    assert told["cache-control"] == "no-cache"
    assert same == body
    assert get("/static/web/frame.css", if_none_match=told["etag"])[::2] == (304, b"")


def test_an_old_version_is_not_cached_as_the_new_one() -> None:
    assert get("/static/web/frame.css?v=000000000000")[1]["cache-control"] == "no-cache"


def test_text_travels_compressed() -> None:
    _, told, body = get("/static/web/frame.css", accept_encoding="gzip, br")
    assert told["content-encoding"] == "gzip"
    assert gzip.decompress(body) == get("/static/web/frame.css")[2]


@pytest.mark.parametrize(
    "path", ["/static/../settings.py", "/static//etc/passwd", "/static/web/", "/static/web/none.css"]
)
def test_nothing_else_is_handed_out(path: str) -> None:
    assert get(path)[0] == 404


def test_files_are_read_only() -> None:
    assert get("/static/web/frame.css", method="POST")[0] == 404
    assert get("/static/web/frame.css", method="HEAD")[2] == b""
