"""`dengta log`: what a site remembers: look at it, verify it, take events out, put events in."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, BinaryIO

import typer

from dengta.cli import log_answers as forms
from dengta.cli.printing import answers, print_json, tr
from dengta.cli.which_site import which_site
from dengta.core.reason import Reason, Refusal
from dengta.core.time import HOUR, Micros, from_iso, to_iso
from dengta.core.vocabulary import EventType
from dengta.log import Damage, Log, LogReader, repair
from dengta.log.verify import Progress
from dengta.site.clock import SiteTime
from dengta.site.home import Home, SiteFolder

app = typer.Typer(no_args_is_help=True, add_completion=False, help=tr("log_cli.about"))

LATENESS: Micros = 2 * HOUR
_NEEDS_REPAIR = {"log.database_damaged", "log.database_missing", "log.segment_unlisted"}
HomeFolder = Annotated[Path | None, typer.Option("--home", envvar="DENGTA_HOME", help=tr("log_cli.option_home"))]
Site = Annotated[str | None, typer.Option("--site", help=tr("log_cli.option_site"))]
AsJson = Annotated[bool, typer.Option("--json", help=tr("log_cli.option_json"))]


@app.command(help=tr("log_cli.status"))
@answers
def status(home: HomeFolder = None, site: Site = None, as_json: AsJson = False) -> None:
    """How the log stands."""
    reader = LogReader(which_site(home, site).log)
    now, producers = reader.status(), reader.producers()
    if as_json:
        print_json("log.status", forms.status_json(now, producers))
    else:
        forms.print_status(now, producers)


@app.command(help=tr("log_cli.verify"))
@answers
def verify(
    home: HomeFolder = None,
    site: Site = None,
    mend: Annotated[bool, typer.Option("--repair", help=tr("log_cli.repair"))] = False,
    as_json: AsJson = False,
) -> None:
    """Read everything and believe nothing. Exit 1 when something is wrong and was not put aside."""
    folder = which_site(home, site)
    reader = LogReader(folder.log)
    with _bar() as progress:
        found = _repair(folder, progress) if mend else reader.verify(progress)
    events = reader.status().events
    if as_json:
        damage = [*map(forms.damage_json, found)]
        print_json("log.verify", {"site": folder.site, "events": events, "repaired": mend, "damage": damage})
    elif found:
        forms.print_damage(found)
        code = "log_cli.answer.repaired" if mend else "log_cli.answer.damaged"
        typer.echo(tr(code, pieces=len(found), events=f"{sum(one.events for one in found):,}"))
    else:
        typer.echo(tr("log_cli.answer.verified", events=f"{events:,}"))
    if found and not mend:
        raise typer.Exit(1)


def _repair(folder: SiteFolder, progress: Progress) -> list[Damage]:
    """Put aside what is broken; where the log does not even open, make its database again first."""
    now, reader = SiteTime(folder.clock), LogReader(folder.log)
    found: list[Damage] = []
    try:
        known = len(reader.status().damage)
        log = Log.open(folder.log, folder.site, now)
        found += reader.status().damage[known:]
    except Refusal as refusal:
        if not {reason.code for reason in refusal.reasons} <= _NEEDS_REPAIR:
            raise
        found += repair(folder.log, folder.site, now()).damage
        log = Log.open(folder.log, folder.site, now)
    with log:
        return found + log.set_aside(reader.verify(progress))


@app.command(help=tr("log_cli.seal"))
@answers
def seal(
    home: HomeFolder = None,
    site: Site = None,
    until: Annotated[str | None, typer.Option("--until", help=tr("log_cli.seal_until"))] = None,
    as_json: AsJson = False,
) -> None:
    """Seal closed hours."""
    folder = which_site(home, site)
    now = SiteTime(folder.clock)
    border = now() - LATENESS if until is None else from_iso(until)
    with Log.open(folder.log, folder.site, now) as log:
        made = log.seal(border)
    if as_json:
        answer = {"site": folder.site, "until": to_iso(border), "segments": [*map(forms.segment_json, made)]}
        print_json("log.seal", answer)
    elif made:
        events, total = sum(one.events for one in made), sum(one.size for one in made)
        line = forms.segments_line(len(made), total, total / events)
        typer.echo(tr("log_cli.answer.sealed", events=f"{events:,}", line=line))
    else:
        typer.echo(tr("log_cli.answer.nothing_to_seal", until=to_iso(border)))


@app.command(help=tr("log_cli.export"))
@answers
def export(
    home: HomeFolder = None,
    site: Site = None,
    start: Annotated[str | None, typer.Option("--from", help=tr("log_cli.export_from"))] = None,
    end: Annotated[str | None, typer.Option("--to", help=tr("log_cli.export_to"))] = None,
    subject: Annotated[list[str] | None, typer.Option("--subject", help=tr("log_cli.export_subject"))] = None,
    type_: Annotated[list[str] | None, typer.Option("--type", help=tr("log_cli.export_type"))] = None,
    out: Annotated[Path | None, typer.Option("--out", help=tr("log_cli.export_out"))] = None,
) -> None:
    """Canonical lines, a day at a time."""
    from dengta.connect.log_export import export_lines

    folder = which_site(home, site)
    bounds = tuple(None if text is None else from_iso(text) for text in (start, end))
    types = _types(type_)
    written = 0
    with _file(out) as file:
        for lines in export_lines(LogReader(folder.log), *bounds, subjects=subject, types=types):
            written += len(lines)
            file.write("".join(f"{line}\n" for line in lines.to_pylist()).encode())
    if out is not None:
        typer.echo(tr("log_cli.answer.exported", events=f"{written:,}", file=out))


@app.command(help=tr("log_cli.append"))
@answers
def append(
    file: Annotated[Path, typer.Argument(metavar="FILE", help=tr("log_cli.append_file"))],
    home: HomeFolder = None,
    site: Site = None,
    as_json: AsJson = False,
) -> None:
    """Nothing is put in before all of the file was found right."""
    from dengta.connect import lines
    from dengta.connect.sink import open_sink

    place = Home.at(home)
    folder = place.site(site) if site else which_site(home, None)
    try:
        with sys.stdin.buffer if str(file) == "-" else file.open("rb") as source:
            batches = lines.read_file(source, str(file))
    except OSError as fault:
        raise Refusal(Reason("log_cli.file_missing", (str(file),), {"error": fault.strerror or str(fault)})) from None
    accepted = duplicates = 0
    with open_sink(place, folder.site, SiteTime(folder.clock)) as sink:
        for batch in batches:
            mark = sink.append(batch)
            accepted, duplicates = accepted + mark.accepted, duplicates + mark.duplicates
    if as_json:
        print_json("log.append", {"site": folder.site, "accepted": accepted, "duplicates": duplicates})
    else:
        typer.echo(tr("log_cli.answer.appended", accepted=f"{accepted:,}", duplicates=f"{duplicates:,}"))


def _types(words: list[str] | None) -> list[int] | None:
    known = {kind.word: int(kind) for kind in EventType}
    unknown = [word for word in words or () if word not in known]
    if unknown:
        allowed = ", ".join(known)
        raise Refusal(Reason("log_cli.unknown_type", ("--type",), {"value": w, "allowed": allowed}) for w in unknown)
    return [known[word] for word in words] if words else None


@contextmanager
def _file(out: Path | None) -> Iterator[BinaryIO]:
    """Standard output, or a file that appears under its name only when it is whole."""
    if out is None:
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    part = out.with_name(out.name + ".part")
    try:
        with part.open("wb") as file:
            yield file
        part.replace(out)
    except OSError as fault:
        raise Refusal(Reason("log_cli.not_writable", (str(out),), {"error": fault.strerror or str(fault)})) from None
    finally:
        part.unlink(missing_ok=True)


@contextmanager
def _bar() -> Iterator[Progress]:
    """Progress on a terminal's standard error once it has taken longer than a second."""
    began = time.monotonic()
    shown = False

    def show(done: int, total: int) -> None:
        nonlocal shown
        if sys.stderr.isatty() and time.monotonic() - began > 1:
            shown = True
            sys.stderr.write(f"\r{tr('log_cli.answer.verifying')} {done:,} / {total:,}\x1b[K")
            sys.stderr.flush()

    try:
        yield show
    finally:
        if shown:
            sys.stderr.write("\r\x1b[K")
