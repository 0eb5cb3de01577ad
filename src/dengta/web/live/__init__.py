"""Live screens: one SSE endpoint, answered before Django and its middleware; a hub that many screens share.

A page asks for `grant(...)` and puts it on itself; the stream at ``/live/`` believes the signed grant and never touches
the database. Each topic has one source, started for its first listener and stopped after its last.
"""

from dengta.web.live.stream import application

__all__ = ["application"]
