"""The contexts of Import's templates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from django.http import HttpRequest
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext as _

from dengta.apps.imports import queries
from dengta.apps.imports.models import Upload
from dengta.apps.imports.queries import Standing
from dengta.apps.jobs.models import Job
from dengta.apps.performance.site_fold import HISTORY
from dengta.connect.spreadsheet_layout import Guess
from dengta.connect.spreadsheet_mapping import OPERATIONS, QUANTITIES, STATES, STYLES, parse_mapping
from dengta.core.reason import Reason, Refusal
from dengta.core.time import MINUTE, SECOND, to_datetime
from dengta.core.vocabulary import ACTIVITY_ELEMENT, STATE_ELEMENT
from dengta.documents import Kind, TableColumn
from dengta.engines.plantbook import PlantBook
from dengta.site.clock import real_now
from dengta.web.errors import sentences
from dengta.web.imports import reading
from dengta.web.imports.choices import LAYOUT, ROLES, Choices
from dengta.web.keys import fresh_key
from dengta.web.scope import Scope
from dengta.words import chosen, say, word

BRIEF = 5 * SECOND
MOST_NAMES = 300
"""Names of machines a form can hold; a file with more of them is read by a mapping file."""
ROLE_WORDS = {
    "machine": pgettext_lazy("role", "machine"),
    "start": pgettext_lazy("role", "start"),
    "end": pgettext_lazy("role", "end"),
    "minutes": pgettext_lazy("role", "how long"),
    "at": pgettext_lazy("role", "moment"),
    "activity": pgettext_lazy("role", "kind of work"),
    "state": pgettext_lazy("role", "state"),
    "order": pgettext_lazy("role", "order"),
    "operation": pgettext_lazy("role", "operation"),
    "person": pgettext_lazy("role", "person"),
    "reason": pgettext_lazy("role", "reason"),
    "item": pgettext_lazy("role", "item"),
    "good": pgettext_lazy("role", "good pieces"),
    "scrap": pgettext_lazy("role", "scrap"),
    "withheld": pgettext_lazy("role", "withheld pieces"),
    "rework": pgettext_lazy("role", "rework"),
}
RESULT_WORDS = {
    "accepted": pgettext_lazy("result", "accepted"),
    "repaired": pgettext_lazy("result", "repaired"),
    "duplicate": pgettext_lazy("result", "duplicate"),
    "rejected": pgettext_lazy("result", "rejected"),
}
STYLE_WORDS = {
    "end+minutes": pgettext_lazy("style", "an end and how long"),
    "start+end": pgettext_lazy("style", "a start and an end"),
    "start+minutes": pgettext_lazy("style", "a start and how long"),
    QUANTITIES: pgettext_lazy("style", "pieces at a moment"),
    STATES: pgettext_lazy("style", "a state from a moment on"),
}
SURE_WORDS = {
    "seen": pgettext_lazy("sure", "sure"),
    "likely": pgettext_lazy("sure", "likely"),
    "guess": pgettext_lazy("sure", "a guess: look at it"),
    "unknown": pgettext_lazy("sure", "not known: fill it in"),
}
ACTIVITY_WORDS = {
    "run": pgettext_lazy("activity", "run"),
    "setup": pgettext_lazy("activity", "setup"),
    "breakdown": pgettext_lazy("activity", "breakdown"),
}
assert ROLE_WORDS.keys() == set(ROLES)
assert STYLE_WORDS.keys() == STYLES.keys()
assert ACTIVITY_WORDS.keys() == ACTIVITY_ELEMENT.keys()


class Choice(NamedTuple):
    """One select of the form: its field, what it is about, what is chosen, what was seen."""

    field: str
    name: str
    chosen: str
    why: str
    sample: str = ""
    twice: bool = False


@dataclass(frozen=True, slots=True)
class Sum:
    """A line of the account: rows, and the minutes and pieces they add up to, None where nobody knows."""

    result: str
    rows: int
    run: float | None
    setup: float | None
    breakdown: float | None
    good: int | None

    @classmethod
    def of(cls, name: str, result: Mapping[str, Any]) -> Sum:
        """The line of the rows that became `name`."""
        sums = result["sums"].get(name, {})
        figures = (sums.get(figure) for figure in ("run_min", "setup_min", "breakdown_min", "good"))
        return cls(str(RESULT_WORDS[name]), result["rows"][name], *figures)


def of_upload(request: HttpRequest, scope: Scope, now: Standing, told: dict[str, object]) -> dict[str, object]:
    """The page of an upload: the account where there is one, the form while nothing is decided."""
    told = {"upload": now.upload, "now": now, "key": fresh_key(), "zone": scope.zone, **told, **of_job(now)}
    last = now.run if now.imported else now.check
    if last is not None and last.result and "rows" in last.result and not now.busy and not told.get("changed"):
        told |= of_account(request, scope, now, last)
    if now.busy or (now.imported and not reading.is_here(scope.folder, now.upload)):
        return told
    if scope.book is None:
        return told | {"no_book": True}
    try:
        return told | _form(scope, now.upload, told.get("choices"))
    except Refusal as refusal:
        return told | {"reasons": [*told.get("reasons", ()), *sentences(refusal)]}  # type: ignore[misc]


def of_preview(scope: Scope, upload: Upload, choices: Choices) -> dict[str, object]:
    """The first rows by `choices`, or every fault of them."""
    book = scope.book
    if book is None:
        return {"no_book": True}
    try:
        how = parse_mapping(choices.toml(), _("the form"), scope.folder.path)
        understood = reading.first_rows(scope.folder, upload, how, book)
    except Refusal as refusal:
        return {"faults": [_fault(reason) for reason in refusal.reasons]}
    return {
        "understood": [_shown(one, how.zone, book) for one in understood],
        "preview_zone": how.zone.key,
        "operations": how.style in OPERATIONS,
        "states": how.style == STATES,
    }


def _fault(reason: Reason) -> str:
    """A fault of the form in its own words: a role without a column is that, not a missing key."""
    table = reason.place[1:2]
    if reason.code == "toml.missing" and table == ("columns",):
        role = ROLE_WORDS.get(str(reason.params["key"]), reason.params["key"])
        return _("Choose the column that says: {role}.").format(role=role)
    if table == ("time",) and reason.place[2:3] == ("zone",):
        return _("Fill in the time zone: whose clock the file was written by cannot be known from it.")
    if reason.code == "toml.empty" and table == ("activity",):
        return _("Say of at least one word what kind of work it is.")
    return said(reason)


def said(reason: Reason) -> str:
    """A reason in the reader's language."""
    return say(reason, chosen(get_language()))


def _shown(one: reading.Understood, zone: ZoneInfo, book: PlantBook) -> dict[str, object]:
    report = one.report
    if report is None:
        return {
            "row": one.row,
            "cells": " · ".join(c for c in one.cells if c)[:160],
            "why": [said(r) for r in one.reasons],
        }
    language, machine = get_language() or "en", book.machines.get(report.machine)
    return {
        "row": one.row,
        "machine": machine.name[language] if machine else report.machine,
        "order": report.texts.get("order", ""),
        "person": report.texts.get("person", ""),
        "activity": ACTIVITY_WORDS.get(report.activity, report.activity),
        "start": to_datetime(report.start, zone).strftime("%Y-%m-%d %H:%M"),
        "end": to_datetime(report.end, zone).strftime("%Y-%m-%d %H:%M"),
        "minutes": report.length / MINUTE,
        "pieces": [(ROLE_WORDS[role], count) for role, count in report.counts.items() if count],
        "why": [said(r) for r in one.reasons],
    }


def _form(scope: Scope, upload: Upload, sent: object) -> dict[str, object]:
    book = scope.book
    assert book is not None
    looked = reading.look(scope.folder, upload, book)
    choices = sent if isinstance(sent, Choices) else reading.proposed(scope.folder, upload, looked)
    if choices.layout != looked.draft.found.layout:
        layout = replace(choices.layout, encoding=choices.layout.encoding or "utf-8")
        looked = reading.look(scope.folder, upload, book, layout)
        choices = _refitted(choices, looked)
    draft = looked.draft
    columns = [_column(name, looked, choices) for name in dict.fromkeys(draft.headings) if name]
    return {
        "choices": choices,
        "draft": draft,
        "layout": [(name, guess, _why(guess)) for name, guess in draft.found.guesses.items() if name in LAYOUT],
        "read": [column for column in columns if column.chosen],
        "unread": [column for column in columns if not column.chosen],
        "activity": _words("activity", choices.activity, draft.activity),
        "states_of": _words("states", choices.states, draft.states),
        "machines": _words("machines", dict(list(choices.machines.items())[:MOST_NAMES]), draft.machines),
        "more_names": max(len(choices.machines) - MOST_NAMES, 0),
        "of_book": [(id_, one.name[get_language() or "en"]) for id_, one in book.machines.items()],
        "roles_of": ROLE_WORDS.items(),
        "styles": STYLE_WORDS.items(),
        "kinds": ACTIVITY_WORDS.items(),
        "state_words": list(STATE_ELEMENT),
        "zone_why": _why(looked.zone) if looked.zone and choices.zone == looked.zone.value else "",
        "zones": _zones(looked.zone),
        "format_why": _why(draft.time_format),
        "formats": [draft.time_format.value, *draft.time_format.others],
        "style_why": _why(draft.style),
        **of_preview(scope, upload, choices),
    }


def _refitted(choices: Choices, looked: reading.Looked) -> Choices:
    """Choices for another layout: what its columns and words are comes from there, unless it was chosen already."""
    fresh = Choices.of_draft(looked.draft, choices.site, "x", choices.zone)
    return replace(
        fresh,
        producer=choices.producer,
        columns={**fresh.columns, **{h: role for h, role in choices.columns.items() if h in looked.draft.headings}},
    )


def _column(name: str, looked: reading.Looked, choices: Choices) -> Choice:
    guess = next((g for g in looked.draft.columns.values() if g.value == name), None)
    twice = looked.draft.headings.count(name) > 1
    why = _why(guess) if guess is not None else ""
    return Choice(f"role:{name}", name, choices.columns.get(name, ""), why, looked.samples.get(name, ""), twice)


def _words(table: str, meanings: Mapping[str, str], guesses: Mapping[str, Guess]) -> list[Choice]:
    return [
        Choice(f"{table}:{one}", one, meaning, _why(guesses[one]) if one in guesses else "")
        for one, meaning in meanings.items()
    ]


def _zones(measured: Guess | None) -> list[str]:
    usual = ["Asia/Shanghai", "UTC", "Europe/Berlin", "Europe/London", "America/New_York", "Asia/Tokyo", "Etc/GMT+6"]
    return list(dict.fromkeys([*([measured.value, *measured.others] if measured else []), *usual]))


def _why(guess: Guess) -> str:
    told = f"{said(guess.seen)}; {SURE_WORDS[guess.sure]}"
    others = " / ".join(other for other in guess.others[:3] if other)
    return f"{told}. {word('import.draft.else', chosen(get_language()), others=others)}" if others else f"{told}."


# -- what became of the rows


def of_job(now: Standing) -> dict[str, object]:
    """How far the job is that has the last word, and when to ask again: often at first, for most end within seconds."""
    job = now.job
    if job is None:
        return {"job": None}
    result: dict[str, Any] = job.result or {}
    return {
        "job": job,
        "again_ms": 100 if real_now() < job.queued_at + BRIEF else 500,
        "percent": job.progress // 10,
        "message": said(_reason(job.message)) if job.message else "",
        "failed": [said(_reason(row)) for row in result.get("reasons", ())],
    }


def of_account(request: HttpRequest, scope: Scope, now: Standing, last: Job) -> dict[str, object]:
    """The account of a reading, with a page of the rows that are not simply facts."""
    result: dict[str, Any] = last.result or {}
    page = request.GET.get("page", "1")
    number = int(page) if page.isdecimal() and int(page[:6]) > 0 else 1
    asked = asked_rows(request)
    listed, more = queries.listing(scope.folder, last, **asked, page=number)
    return {
        "account": result,
        "imported": now.imported,
        "recent": (result["last"] or 0) > scope.now() - HISTORY,
        "lines": [Sum.of(name, result) for name in RESULT_WORDS],
        "codes": [
            {**one, "result_word": RESULT_WORDS[one["result"]], "said": _brief(one["code"])} for one in result["codes"]
        ],
        "asked": asked,
        "listed": [told_row(one) for one in listed],
        "page": number,
        "more": more,
        "notes": [
            (note["rows"], said(Reason(note["reason"]["code"], (), note["reason"]["params"])))
            for note in result["notes"]
        ],
        "in_both": result["kept"]["twins"],
        "share": _share(result["kept"]["twins"], result["kept"]["twins"] + result["only_log"]),
        "only_file": result["kept"]["facts"] + result["kept"]["unmatched"],
    }


def _brief(code: str) -> str:
    """A kind of reason, where its sentence would need the row."""
    words = {
        "import.machine_unknown": _("machine not known"),
        "import.activity_unknown": _("kind of work not known"),
        "import.state_unknown": _("state not known"),
        "import.time_unreadable": _("time not readable"),
        "import.cell_empty": _("cell empty"),
        "import.cell_number": _("not a number"),
        "import.cell_formula": _("formula gone wrong"),
        "import.cell_merged": _("merged cell"),
        "import.cell_encoding": _("not in the encoding"),
        "import.minutes_negative": _("negative duration"),
        "import.ends_before_start": _("ends before it starts"),
        "import.repeated": _("told twice"),
        "import.unmatched": _("no report of this work is held"),
        "import.repaired_text": _("control characters"),
    }
    return words.get(code) or code.removeprefix("import.").replace("_", " ")


def asked_rows(request: HttpRequest) -> dict[str, str]:
    """Which rows the reader wants to see."""
    return {name: request.GET.get(name, "") for name in ("result", "code")}


def listing_columns() -> list[TableColumn]:
    """The columns of the list of rows."""
    return [
        TableColumn(_("Row"), Kind.COUNT),
        TableColumn(_("Result")),
        TableColumn(_("Column")),
        TableColumn(_("Why")),
    ]


def told_row(row: queries.Row) -> tuple[int, str, str, str]:
    """A row that is not simply a fact, in words."""
    number, result, reason = row
    column = reason.place[0] if reason.place else ""
    return number, str(RESULT_WORDS[result]), column, said(Reason(reason.code, (), reason.params))


def _reason(row: dict[str, Any]) -> Reason:
    return Reason(row["code"], tuple(row["place"]), row["params"])


def _share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f}" if whole else "–"
