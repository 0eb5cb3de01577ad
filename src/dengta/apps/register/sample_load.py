"""Puts the sample city into an empty register, in one transaction: a job of the demo, at its first start."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from typing import Any

from dengta import programmes
from dengta.apps.accounts.journal import Call, Outcome, once
from dengta.apps.accounts.models import User
from dengta.apps.register.columns import city
from dengta.apps.register.models import Delivery, Enterprise, Kind, Project, Source, Target
from dengta.apps.register.policies import require_keeper
from dengta.apps.register.recording import Told, add_facts, firm_rows, keys_of, mark
from dengta.apps.register.sample_city import SEED, SampleCity
from dengta.core.reason import Reason, Refusal
from dengta.core.time import Micros
from dengta.engines.register import StatedTarget, targets_of
from dengta.processes.worker import Task
from dengta.site.clock import real_now
from dengta.site.home import Home

KEY = "register.sample"
_NAME = f"示例数据 Sample, seed {SEED}"


def run(task: Task) -> dict[str, Any]:
    """The job. params: programme, actor (who asked for it), site (the model plant, whose name says its industry)."""
    actor = User.objects.get(login=task.params["actor"])
    key = uuid.uuid5(uuid.NAMESPACE_OID, f"{KEY}:{task.params['programme']}")
    call = Call(actor=actor, key=key, at=real_now())
    return load_sample(call=call, programme=task.params["programme"], site=task.params["site"], report=task.report)


def load_sample(*, call: Call, programme: str, site: str = "", report: Any = lambda *_: None) -> Outcome:
    """The sample city in the register, and the demo's town officer and firm at their places.

    Refusal: not permitted; somebody is registered already.
    """
    assert call.actor is not None
    require_keeper(call.actor)
    sample = SampleCity.of(programme)
    report(100, Reason("register.job_sample", params={"firms": len(sample.firms())}))
    chosen = sample.model_firm(site)
    rows = firm_rows(programme, sample.firms())
    rows[chosen].site = site
    report(500, Reason("register.job_sample", params={"firms": len(rows)}))
    facts = _by_source(sample)
    targets, projects = sample.targets(), sample.projects()

    def work() -> Outcome:
        if Enterprise.objects.filter(programme=programme).exists():
            raise Refusal(Reason("register.not_empty", (programme,)))
        Enterprise.objects.bulk_create(rows, batch_size=2000)
        told, keys = 0, keys_of(programme)
        for (kind, year), some in facts.items():
            source = _source(programme, kind, f"{_NAME} · {kind} {year}", date(year, 12, 31), call.at)
            told += add_facts(source, some, keys=keys)
        wrong = _source(programme, Kind.FILED, f"{_NAME} · 更正 corrected", date.fromordinal(sample.last), call.at)
        for one, known, until in sample.misreported():
            told += add_facts(wrong, [(one, known)], until, keys)
        _add_targets(programme, targets, call.at)
        _add_stated(programme, call.at)
        _add_projects(programme, projects, call.at)
        _place_people(sample, rows[chosen].code)
        mark(programme, call.at)
        return {"enterprises": len(rows), "facts": told, "model": rows[chosen].code}

    return once(call, KEY, {"programme": programme, "site": site}, work)


def wanted(home: Home) -> str:
    """The site of the home whose model plant a firm of the sample owns: the first; "" in a home without any."""
    return next(iter(home.sites()), "")


def _by_source(sample: SampleCity) -> dict[tuple[str, int], list[tuple[Told, int]]]:
    """Facts by kind and year: each list of a year is a document of its own."""
    found: dict[tuple[str, int], list[tuple[Told, int]]] = defaultdict(list)
    for told, known in sample.facts():
        found[str(told.kind), date.fromordinal(known).year].append((told, known))
    return found


def _source(programme: str, kind: str, document: str, day: date, at: Micros) -> Source:
    return Source.objects.create(programme=programme, kind=kind, document=document, day=day.toordinal(), recorded_at=at)


def _add_targets(programme: str, told: Iterable[tuple[StatedTarget, int]], at: Micros) -> None:
    """Targets, each document a source."""
    sources: dict[str, Source] = {}
    rows = []
    for one, known in told:
        if one.document not in sources:
            sources[one.document] = _source(programme, "target", one.document, date.fromordinal(known), at)
        rows.append(
            Target(
                programme=programme,
                town=one.town,
                year=one.year,
                measure=one.measure,
                firms=one.firms,
                certainty=one.certainty,
                known=known,
                source=sources[one.document],
            )
        )
    Target.objects.bulk_create(rows, batch_size=2000)


def _add_stated(programme: str, at: Micros) -> None:
    """What documents of the real city state stands beside the sample's own."""
    text = programmes.targets(programme)
    stated = targets_of(text, city(programme), f"{programme}/targets.toml") if text else ()
    _add_targets(programme, [(one, date(one.year, 1, 1).toordinal()) for one in stated], at)


def _add_projects(programme: str, promises: Iterable[Any], at: Micros) -> None:
    source = _source(programme, "project", f"{_NAME} · project", date.fromordinal(min(p.filed for p in promises)), at)
    keys = keys_of(programme)
    money = ("investment_fen", "units", "output_fen", "tax_fen")
    projects, deliveries = [], []
    for one in promises:
        promised = dict(zip(money, (one.investment, one.units, one.output, one.tax), strict=True))
        projects.append(
            Project(
                programme=programme,
                enterprise_id=keys[one.code],
                number=one.number,
                title="示例 数字化改造 Sample line",
                filed=one.filed,
                due=one.due,
                known=one.filed,
                source=source,
                **promised,
            )
        )
        for day, *there in one.deliveries:
            made = dict(zip(money, there, strict=True))
            deliveries.append(
                Delivery(programme=programme, number=one.number, day=day, known=day, source=source, **made)
            )
    Project.objects.bulk_create(projects, batch_size=2000)
    Delivery.objects.bulk_create(deliveries, batch_size=2000)


def _place_people(sample: SampleCity, firm: str) -> None:
    """The demo's town officer gets the town with most firms, its applicant the model plant's firm."""
    town = max(sample.data.towns, key=lambda one: one.weight).code
    demo = User.objects.filter(fictional=True)
    demo.filter(groups__name="town", town="").update(town=town)
    demo.filter(groups__name="firm", enterprise="own").update(enterprise=firm)
