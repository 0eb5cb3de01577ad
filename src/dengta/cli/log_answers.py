"""What `dengta log` answers: the same facts as a table for people and as JSON for machines."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import typer

from dengta.cli.printing import language, print_table, tr
from dengta.core.time import Micros, to_iso
from dengta.log import Damage, KeyRange, LogStatus, SealedSegment
from dengta.words import say

SHOWN = 20
"""Holes a person is shown; `--json` lists every one."""


def status_json(now: LogStatus, producers: dict[int, str]) -> dict[str, Any]:
    """The status, whole."""
    return {
        "site": now.site,
        "events": now.events,
        "sealed": {"events": now.sealed_events, "segments": now.sealed_segments, "bytes": now.sealed_bytes},
        "unsealed": {"events": now.unsealed_events, "bytes": now.unsealed_bytes},
        "head": now.head.hex() or None,
        "streams": now.streams,
        "last_segment": now.last_segment,
        "last_ts": _iso(now.last_ts),
        "last_recv": _iso(now.last_recv),
        "missing": now.missing,
        "holes": [range_json(hole) | {"producer": producers.get(hole.stream)} for hole in now.holes],
        "lost": now.lost,
        "damage": [damage_json(one) for one in now.damage],
        "outbox": [
            {"destination": w.destination, "acknowledged": w.acknowledged, "segments": w.segments, "bytes": w.bytes}
            for w in now.outbox
        ],
        "writer": {"pid": now.holder.pid, "since": _iso(now.holder.since), "trouble": now.holder.trouble or None}
        if now.holder
        else None,
    }


def print_status(now: LogStatus, producers: dict[int, str]) -> None:
    """The status as tables."""
    each = now.sealed_bytes_per_event
    sealed = "" if each is None else segments_line(now.sealed_segments, now.sealed_bytes, each)
    rows: list[tuple[str, str, str]] = [
        ("events", f"{now.events:,}", ""),
        ("sealed", f"{now.sealed_events:,}", sealed),
        ("unsealed", f"{now.unsealed_events:,}", size(now.unsealed_bytes) if now.unsealed_bytes else ""),
        ("holes", f"{now.missing:,}", ""),
        ("lost", f"{now.lost:,}", ""),
        ("head", "", now.head.hex()[:12] or "-"),
        ("streams", f"{now.streams:,}", ""),
        ("last_ts", "", _iso(now.last_ts) or "-"),
        ("last_recv", "", _iso(now.last_recv) or "-"),
        ("writer", "", _writer(now)),
    ]
    table = [(tr(f"log_cli.row.{name}"), number, note) for name, number, note in rows]
    table += [
        (tr("log_cli.row.outbox", destination=w.destination), f"{w.segments:,}", size(w.bytes)) for w in now.outbox
    ]
    print_table(tr("log_cli.row.title", site=now.site), [("", False), ("", True), ("", False)], table)
    if now.holes:
        _print_holes(now.holes, producers)
    if now.damage:
        typer.echo()
        print_damage(now.damage)


def _print_holes(holes: Sequence[KeyRange], producers: dict[int, str]) -> None:
    columns = [
        ("producer", False),
        ("stream", True),
        ("epoch", True),
        ("first", True),
        ("last", True),
        ("events", True),
    ]
    rows = [
        (producers.get(h.stream, "-"), h.stream, h.epoch, h.lo, h.hi - 1, f"{h.hi - h.lo:,}") for h in holes[:SHOWN]
    ]
    typer.echo()
    print_table(tr("log_cli.holes.title"), [(tr(f"log_cli.holes.{name}"), number) for name, number in columns], rows)
    if len(holes) > SHOWN:
        typer.echo(tr("log_cli.holes.more", more=f"{len(holes) - SHOWN:,}"))


def print_damage(found: Sequence[Damage]) -> None:
    """Every damaged piece with the keys it held, on standard output: it is the answer, not a complaint."""
    for one in found:
        typer.echo(say(one.reason, language()))
        for r in one.ranges:
            typer.echo(f"  {r.stream}/{r.epoch}/{r.lo}" + (f" .. {r.hi - 1}" if r.hi - r.lo > 1 else ""))


def damage_json(one: Damage) -> dict[str, Any]:
    """One damaged piece."""
    told = {"code": one.code, "place": one.place, "events": one.events, "kept": one.kept or None}
    return told | {"found_at": _iso(one.found_at), "keys": [range_json(r) for r in one.ranges]}


def range_json(keys: KeyRange) -> dict[str, Any]:
    """Keys ``first`` to ``last``, both included."""
    return {"stream": keys.stream, "epoch": keys.epoch, "first": keys.lo, "last": keys.hi - 1}


def segment_json(one: SealedSegment) -> dict[str, Any]:
    """One sealed segment."""
    hashes = {name: getattr(one, name).hex() for name in ("root", "previous", "link")}
    return {"no": one.no, "file": one.file, "hour": _iso(one.hour), "events": one.events, "bytes": one.size} | hashes


def segments_line(segments: int, total: int, each: float) -> str:
    """``12 segments, 3.4 MB, 11.9 bytes an event``."""
    return tr("log_cli.row.segments", segments=f"{segments:,}", size=size(total), each=f"{each:.1f}")


def size(count: int) -> str:
    """Bytes for people."""
    for unit, power in (("GB", 9), ("MB", 6), ("kB", 3)):
        if count >= 10**power:
            return f"{count / 10**power:.1f} {unit}"
    return f"{count} B"


def _writer(now: LogStatus) -> str:
    if now.holder is None:
        return tr("log_cli.row.nobody")
    if now.holder.trouble:
        return tr("log_cli.row.trouble", pid=now.holder.pid, trouble=now.holder.trouble)
    return tr("log_cli.row.process", pid=now.holder.pid)


def _iso(at: Micros) -> str | None:
    return to_iso(at) if at else None
