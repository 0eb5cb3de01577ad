"""`dengta orders`: what Today shows, from the log or from files, to the same digit."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from dengta.apps.orders.loading import LONGEST, load, one_order
from dengta.cli import orders_answers
from dengta.cli.printing import answers, print_json, tr
from dengta.cli.which_site import which_site
from dengta.connect import lines
from dengta.core.reason import Reason, Refusal
from dengta.core.time import DAY, Micros, from_iso
from dengta.core.toml_reading import decode
from dengta.engines import kpi, orders, plantbook
from dengta.engines.orders import BusinessDay, Ledger, Standing
from dengta.engines.plantbook import PlantBook
from dengta.log import LogReader
from dengta.site.bookshelf import Bookshelf
from dengta.site.clock import SiteTime

app = typer.Typer(add_completion=False)
_DUE = ("today", "tomorrow")


@dataclass(frozen=True, slots=True)
class _Source:
    """Where the answer comes from: a plant book, its last instant, and a ledger for whatever is asked."""

    book: PlantBook
    latest: Micros
    reader: LogReader | None = None
    whole: Ledger | None = None

    def ledger(self, since: Micros, until: Micros) -> Ledger:
        """A ledger that answers for `since` to `until`."""
        if self.reader is not None:
            return load(self.reader, since, until)
        assert self.whole is not None, "a log or a file"
        return self.whole

    def order(self, order: str, at: Micros) -> Standing | None:
        """One order at `at`."""
        if self.reader is not None:
            return one_order(self.reader, order, self.book, at)
        assert self.whole is not None, "a log or a file"
        facts = self.whole.facts(order, at)
        return orders.standing(order, facts, self.book) if facts else None


@app.command(name="orders", help=tr("orders.about"))
@answers
def orders_(
    on: Annotated[str | None, typer.Option("--on", help=tr("orders.option_on"))] = None,
    instant: Annotated[str | None, typer.Option("--at", help=tr("orders.option_at"))] = None,
    due: Annotated[str | None, typer.Option("--due", help=tr("orders.option_due"))] = None,
    order: Annotated[str | None, typer.Option("--order", help=tr("orders.option_order"))] = None,
    site: Annotated[str | None, typer.Option("--site", help=tr("orders.option_site"))] = None,
    home: Annotated[Path | None, typer.Option("--home", envvar="DENGTA_HOME", help=tr("orders.option_home"))] = None,
    events: Annotated[Path | None, typer.Option("--events", help=tr("orders.option_events"))] = None,
    book: Annotated[Path | None, typer.Option("--book", help=tr("orders.option_book"))] = None,
    as_json: Annotated[bool, typer.Option("--json", help=tr("orders.option_json"))] = False,
) -> None:
    """Tell the orders of one site at one instant."""
    if due is not None and due not in _DUE:
        raise Refusal(Reason("orders.not_due", ("--due",), {"value": due}))
    if on is not None and instant is not None:
        raise Refusal(Reason("orders.one_instant", ("--on", "--at")))
    source = _files(events, book) if events or book else _site(home, site)
    at, days = _when(source, on, instant)
    if order is not None:
        _one(source, order, at, as_json)
        return
    ledger = source.ledger(days[1].start, max(at, days[0].end) + orders.LOOKBACK)
    board = orders.board(ledger, source.book, at)
    known = at if instant is not None else source.latest
    measures = [orders.day_measures(ledger, source.book, day, known) for day in days]
    shown = [name for name in _DUE if due in (None, name)]
    if as_json:
        print_json("orders", orders_answers.as_data(source.book, board, measures, shown))
    else:
        orders_answers.show(source.book, board, measures, shown)


def _one(source: _Source, order: str, at: Micros, as_json: bool) -> None:
    standing = source.order(order, at)
    if standing is None:
        raise Refusal(Reason("orders.no_order", ("--order",), {"order": order, "days": LONGEST // DAY}))
    if as_json:
        head = orders_answers.head(source.book, at)
        print_json("orders", {**head, "order": orders_answers.order_data(source.book, standing)})
    else:
        orders_answers.show_order(source.book, standing, at)


def _when(source: _Source, on: str | None, at: str | None) -> tuple[Micros, tuple[BusinessDay, BusinessDay]]:
    """The instant asked about, and the two business days whose measures belong to it, the later first."""
    if on is not None:
        day = orders.business_day(source.book, _date(on))
        return min(source.latest, day.end - 1), (day, orders.previous_day(source.book, day))
    when = _instant(at) if at is not None else source.latest
    before = orders.previous_day(source.book, orders.business_day_at(source.book, when))
    return when, (before, orders.previous_day(source.book, before))


def _site(home: Path | None, site: str | None) -> _Source:
    folder = which_site(home, site)
    latest = SiteTime(folder.clock)()
    book = Bookshelf(folder.books).current(latest)
    if book is None:
        raise Refusal(Reason("orders.no_book", (folder.site,)))
    return _Source(book, latest, LogReader(folder.log))


def _files(events: Path | None, book: Path | None) -> _Source:
    if events is None or book is None:
        raise Refusal(Reason("orders.both_or_none", ("--events", "--book")))
    plant = plantbook.parse(decode(_bytes(book), book.name), book.name)
    batch = lines.read_bytes(_bytes(events), events.name)
    if not len(batch):
        raise Refusal(Reason("orders.no_events", (events.name,)))
    ledger = Ledger()
    ledger.add(kpi.apply(batch.sorted()))
    return _Source(plant, int(batch["ts"].max()), whole=ledger)


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise Refusal(Reason("orders.no_file", (str(path),), {"why": error.strerror})) from None


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Refusal(Reason("orders.not_date", ("--on",), {"value": text})) from None


def _instant(text: str) -> Micros:
    try:
        return from_iso(text)
    except Refusal:
        raise Refusal(Reason("orders.not_instant", ("--at",), {"value": text})) from None
