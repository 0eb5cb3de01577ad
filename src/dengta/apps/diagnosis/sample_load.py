"""Diagnoses of some firms of the sample city, whose levels are those the register says they were accepted at."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Any, NamedTuple

import numpy as np

from dengta.apps.accounts.journal import Call, Outcome, once
from dengta.apps.accounts.models import User
from dengta.apps.diagnosis.drafting import kept_points, zone_of
from dengta.apps.diagnosis.filled import Filled, edition
from dengta.apps.diagnosis.models import Answer, Diagnosis, Evidence, Kind, State
from dengta.apps.register.columns import day_of, loaded
from dengta.apps.register.models import Enterprise
from dengta.apps.register.policies import require_keeper
from dengta.core.ids import uuid7
from dengta.core.reason import Reason, Refusal
from dengta.core.time import HOUR, MINUTE, Micros, instant
from dengta.engines.maturity import Edition, Stated, canonical, sample_answers
from dengta.engines.register import FOREVER
from dengta.processes.worker import Task
from dengta.site.bookshelf import Bookshelf
from dengta.site.clock import SiteTime, real_now
from dengta.site.home import Home

KEY = "diagnosis.sample"
FIRMS, SEED = 300, 1
EDITION = "miit-2024"
_BY = "示例 Sample"
_UNSEEN = 2  # machines that the model plant's firm claims to be networked and that never send
_EARLIER = (5, 40)  # days before its acceptance on which a firm submits


def run(task: Task) -> dict[str, Any]:
    """The job. params: programme, actor (who asked for it)."""
    programme = task.params["programme"]
    actor = User.objects.get(login=task.params["actor"])
    call = Call(actor=actor, key=uuid.uuid5(uuid.NAMESPACE_OID, f"{KEY}:{programme}"), at=real_now())
    return load_sample(call=call, programme=programme, plants=_plants(task.home), report=task.report)


def load_sample(
    *,
    call: Call,
    programme: str,
    plants: Mapping[str, int] | None = None,
    firms: int = FIRMS,
    report: Callable[[int, Reason], None] = lambda *_: None,
) -> Outcome:
    """A submitted diagnosis for each of `firms` accepted firms and for those with a plant here (site -> machines).

    Refusal: not permitted; nobody in the register was accepted; there are diagnoses already.
    """
    assert call.actor is not None
    require_keeper(call.actor)

    def work() -> Outcome:
        if Diagnosis.objects.filter(programme=programme).exists():
            raise Refusal(Reason("diagnosis.not_empty", (programme,)))
        chosen = _chosen(programme, day_of(programme, call.at), firms)
        if not chosen:
            raise Refusal(Reason("diagnosis.nobody_accepted", (programme,)))
        made, answers, papers = _rows(programme, chosen, plants or {}, report)
        Diagnosis.objects.bulk_create(made, batch_size=500)
        Answer.objects.bulk_create(answers, batch_size=1000)
        Evidence.objects.bulk_create(papers, batch_size=1000)
        return {"diagnoses": len(made), "answers": len(answers)}

    return once(call, KEY, {"programme": programme, "firms": firms}, work)


class Accepted(NamedTuple):
    """A firm, the level it was accepted at, and when."""

    firm: Enterprise
    level: int
    day: int


def _chosen(programme: str, today: date, firms: int) -> list[Accepted]:
    """Firms drawn among those whose acceptance holds, the ones with a plant of this home always."""
    columns = loaded(programme)
    facts = columns.register.accepted
    held = (facts.superseded == FOREVER) & (facts.start <= today.toordinal()) & (facts.end > today.toordinal())
    last: dict[int, tuple[int, int]] = {}
    for firm, start, level in sorted(
        zip(facts.firm[held].tolist(), facts.start[held].tolist(), facts.value[held].tolist(), strict=True)
    ):
        last[firm] = (level, start)
    some = np.random.default_rng(SEED).permutation(sorted(last)).tolist()[:firms]
    plants = Enterprise.objects.filter(programme=programme).exclude(site="").values_list("pk", flat=True)
    place = {int(pk): k for k, pk in enumerate(columns.keys.tolist())}
    wanted = sorted({*some, *(place[pk] for pk in plants if place.get(pk) in last)})
    rows = Enterprise.objects.in_bulk([int(columns.keys[k]) for k in wanted])
    return [Accepted(rows[int(columns.keys[k])], *last[k]) for k in wanted]


def _rows(
    programme: str, chosen: list[Accepted], plants: Mapping[str, int], report: Callable[[int, Reason], None]
) -> tuple[list[Diagnosis], list[Answer], list[Evidence]]:
    asked, zone = edition(EDITION), zone_of(programme)
    made: list[Diagnosis] = []
    answers: list[Answer] = []
    papers: list[Evidence] = []
    for n, one in enumerate(chosen):
        chance = np.random.default_rng((SEED, n))
        day = date.fromordinal(one.day - int(chance.integers(*_EARLIER)))
        at = instant(day, 0, zone) + 9 * HOUR + int(chance.integers(8 * 60)) * MINUTE
        found = _diagnosis(programme, one, at, chance)
        given = _claims(plants[one.firm.site]) if one.firm.site in plants else None
        rows = [*_answers(found, asked, one.level, chance, given, at)]
        notes = [*_notes(found, asked, chance, at)]
        now = Filled.of(found, rows, notes)
        found.sha256, found.points, found.level = now.sha256, kept_points(now.score.least), now.score.level
        made.append(found)
        answers += rows
        papers += notes
        if n % 50 == 0:
            report(900 * n // len(chosen), Reason("diagnosis.job_sample", params={"n": n, "of": len(chosen)}))
    return made, answers, papers


def _diagnosis(programme: str, one: Accepted, at: Micros, chance: np.random.Generator) -> Diagnosis:
    return Diagnosis(
        id=uuid7(at, chance.bytes(10)),
        enterprise=one.firm.code,
        programme=programme,
        town=one.firm.town,
        edition=EDITION,
        state=State.SUBMITTED,
        begun_by=_BY,
        begun_at=at - 2 * HOUR,
        changed_by=_BY,
        changed_at=at - 5 * MINUTE,
        submitted_by=_BY,
        submitted_at=at,
    )


def _answers(
    found: Diagnosis, asked: Edition, level: int, chance: np.random.Generator, given: Any, at: Micros
) -> Iterator[Answer]:
    items, scenes = sample_answers(asked, level, chance, given)
    stated: Mapping[str, Stated] = {**items, **scenes}
    for k, (question, value) in enumerate(stated.items()):
        yield Answer(
            diagnosis=found,
            question=question,
            value=canonical(value),
            answered_by=_BY,
            answered_at=at - 2 * HOUR + (k + 1) * 3 * MINUTE,
        )


def _claims(machines: int) -> dict[str, Stated]:
    """What the firm of the model plant states of its machines: some more than ever send."""
    networked = {"networked": max(1, machines - _UNSEEN), "all": machines}
    return {"equipment-networked": networked, "scene-equipment": 3}


def _notes(found: Diagnosis, asked: Edition, chance: np.random.Generator, at: Micros) -> Iterator[Evidence]:
    """Own statements behind some answers, named as the edition accepts them."""
    items = [item for item in asked.items if item.evidence.zh]
    for k in sorted(chance.choice(len(items), int(chance.integers(0, 4)), replace=False).tolist()):
        yield Evidence(
            id=uuid7(at, chance.bytes(10)),
            diagnosis=found,
            question=items[k].id,
            kind=Kind.STATEMENT,
            note=f"{_BY}: {items[k].evidence.zh}",
            added_by=_BY,
            added_at=at - HOUR,
        )


def _plants(home: Home) -> dict[str, int]:
    """The machines in the asset ledger of every site of this home that has a plant book."""
    found = {}
    for site in home.sites():
        folder = home.site(site)
        book = Bookshelf(folder.books).current(SiteTime(folder.clock)())
        if book is not None:
            found[site] = book.registered_equipment or len(book.machines)
    return found
