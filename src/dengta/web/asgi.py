"""The door of the web half: static files and live streams are answered before Django and its middleware."""

from __future__ import annotations

import os
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dengta.web.settings")

from django.core.asgi import get_asgi_application

pages = get_asgi_application()

from dengta.web import static_files  # noqa: E402
from dengta.web.live import application as live  # noqa: E402


async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """ASGI: by path to the live hub, the static files, or Django."""
    if scope["type"] != "http":
        raise ValueError(f"Dengta speaks http here, not {scope['type']}")
    path = scope["path"]
    if path.startswith("/live/"):
        await live(scope, receive, send)
    elif path.startswith(static_files.PREFIX):
        await static_files.application(scope, receive, send)
    else:
        await pages(scope, receive, send)
