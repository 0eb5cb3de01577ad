"""A draft as the TOML mapping it suggests; every guess with a comment that says what it stands on."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from dengta.connect.spreadsheet_draft import Draft
from dengta.connect.spreadsheet_layout import Guess
from dengta.connect.spreadsheet_mapping import OPERATIONS, QUANTITIES, STATES
from dengta.core.reason import Param, Reason
from dengta.words import say, word

MOST_LISTED = 400


@dataclass(frozen=True, slots=True)
class Target:
    """What the file cannot know of itself. zone: what was measured, or what the plant book says; None where nothing."""

    site: str = ""
    producer: str = ""
    plant: str = ""
    zone: Guess | None = None


def as_toml(draft: Draft, target: Target, language: str) -> str:
    """The mapping. An empty value must be filled in before it can be used: its comment says so."""
    return "\n".join(_lines(draft, target, _Words(language))) + "\n"


@dataclass(frozen=True, slots=True)
class _Words:
    language: str

    def __call__(self, code: str, **params: Param) -> str:
        return word(f"import.draft.{code}", self.language, **params)

    def comment(self, guess: Guess) -> str:
        """What was seen, how sure, what else."""
        said = f"# {say(guess.seen, self.language)}; {self(guess.sure)}"
        others = ", ".join(json.dumps(other, ensure_ascii=False) for other in guess.others[:5])
        return f"{said}. {self('else', others=others)}" if others else f"{said}."


def _lines(draft: Draft, target: Target, words: _Words) -> Iterator[str]:
    whole = "all_rows" if draft.whole else "some_rows"
    yield f"# {words('title', file=draft.file.name)} {words(whole, rows=draft.rows)}"
    yield f"# {words('how')}"
    yield ""
    yield from _entry("site", target.site, words("site" if not target.site else "site_given"))
    producer = target.producer or f"import:{draft.file.stem}"
    yield from _entry("producer", producer, words("producer"))
    if target.plant or not target.site:
        yield from _entry("plant", target.plant, words("plant"), needed=bool(target.plant))
    yield from _file(draft, words)
    yield from _time(draft, target, words)
    yield from _columns(draft, words)
    yield from _word_tables(draft, words)


def _file(draft: Draft, words: _Words) -> Iterator[str]:
    yield from ("", "[file]")
    for key, guess in draft.found.guesses.items():
        yield words.comment(guess)
        yield f"{key} = {guess.value if key == 'heading_row' else _quoted(guess.value)}"
    if not draft.found.workbook and (draft.decimal.value == "," or draft.decimal.sure != "guess"):
        yield words.comment(draft.decimal)
        yield f"decimal = {_quoted(draft.decimal.value)}"


def _time(draft: Draft, target: Target, words: _Words) -> Iterator[str]:
    yield from ("", "[time]")
    if target.zone is None:
        yield f"# {words('zone')}"
        yield 'zone = ""'
    else:
        yield words.comment(target.zone)
        yield f"zone = {_quoted(target.zone.value)}"
    yield words.comment(draft.time_format)
    yield f"format = {_quoted(draft.time_format.value)}"
    yield words.comment(draft.style)
    yield f"style = {_quoted(draft.style.value)}"
    if "minutes" in draft.columns:
        yield f"# {words('unit')}"
        yield 'unit = "min"'
    if is_second_source(draft):
        yield from ("", "[twins]", f"# {words('second')}", "only = true")
    if draft.style.value in OPERATIONS:
        yield from ("", "[rules]")
        for key, value in (
            ("overlap", "keep"), ("zero_duration", "keep"), ("negative_duration", "reject"),
            ("unknown_machine", "reject"), ("missing_machine", "reject"),
        ):  # fmt: skip
            yield f"{key} = {_quoted(value):<10}# {words(key)}"


def is_second_source(draft: Draft) -> bool:
    """Whether the file names no machine: its rows can only be the twins of facts."""
    return draft.style.value in OPERATIONS and "machine" not in draft.columns


def _columns(draft: Draft, words: _Words) -> Iterator[str]:
    yield from ("", "[columns]")
    for role, guess in draft.columns.items():
        yield words.comment(guess)
        yield f"{role} = {_quoted(guess.value)}"
    if draft.unused:
        yield f"# {words('unused', columns=', '.join(draft.unused)[:300])}"


def _word_tables(draft: Draft, words: _Words) -> Iterator[str]:
    if draft.style.value in OPERATIONS and not is_second_source(draft):
        if "activity" in draft.columns:
            yield from _table("activity", draft.activity, words)
        else:
            yield from ("", "[activity]", f"# {words('no_activity')}", '"*" = "run"')
    if draft.style.value == STATES:
        yield from _table("states", draft.states, words)
    if draft.nothing and "reason" in draft.columns:
        yield from ("", f"[reasons]  # {words('nothing')}", *(f'{_quoted(one)} = ""' for one in draft.nothing))
    if draft.nobody:
        yield from ("", f"[unknown]  # {words('nobody')}", f"person = [{', '.join(map(_quoted, draft.nobody))}]")
    if draft.machines:
        yield from ("", f"# {words('machines')}")
        yield from _table("machines", draft.machines, words)[1:]


def _table(name: str, guesses: Mapping[str, Guess], words: _Words) -> list[str]:
    lines = ["", f"[{name}]"]
    lines += [
        f"{_quoted(one)} = {_quoted(guess.value)}  {words.comment(guess)}"
        for one, guess in list(guesses.items())[:MOST_LISTED]
    ]
    if len(guesses) > MOST_LISTED:
        lines.append(f"# {words('more', rows=len(guesses) - MOST_LISTED)}")
    return lines


def _entry(key: str, value: str, comment: str, *, needed: bool = True) -> Iterator[str]:
    yield f"# {comment}"
    yield f"{'' if needed else '# '}{key} = {_quoted(value)}"


def _quoted(text: str) -> str:
    """A TOML basic string; JSON writes the same one, but for DEL."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def unknown(draft: Draft, target: Target) -> list[Reason]:
    """What the draft could not find out, as a person must fill it in."""
    found = [] if target.site else [Reason("import.fill_site")]
    if target.zone is None:
        found.append(Reason("import.fill_zone"))
    if draft.time_format.sure == "unknown":
        found.append(Reason("import.fill_format"))
    if draft.style.sure == "unknown":
        found.append(Reason("import.fill_style"))
    needed = {"machine", "at", *(("state",) if draft.style.value == STATES else ("good",))}
    if draft.style.value in (QUANTITIES, STATES) and needed - draft.columns.keys():
        found.append(Reason("import.fill_columns", params={"roles": ", ".join(sorted(needed - draft.columns.keys()))}))
    for table in (draft.activity, draft.states, draft.machines):
        empty = [name for name, guess in table.items() if not guess.value]
        if empty:
            some = ", ".join(empty[:5]) + (" ..." if len(empty) > 5 else "")
            code = "import.fill_machines" if table is draft.machines else "import.fill_words"
            found.append(Reason(code, params={"names": len(empty), "some": some}))
    return found
