"""What the page of an enterprise shows: how it stands, its history in both times, who is related to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from dengta.apps.register import history, queries
from dengta.apps.register.finding import Time
from dengta.apps.register.models import Enterprise, Fact, Kind
from dengta.apps.register.policies import Sight
from dengta.engines.register import FOREVER, Shared
from dengta.figures import Track, TrackSpan, TracksView, tracks_svg
from dengta.web.register.list_page import Row, row
from dengta.web.register.words import KINDS, day, value_of

_DRAWN = (Kind.NAME, Kind.TOWN, Kind.LISTED, Kind.FILED, Kind.ACCEPTED, Kind.VERIFIED)
_DARK = (Kind.ACCEPTED, Kind.VERIFIED)
_BACK = 12 * 365
"""Days that the figure goes back."""


@dataclass(frozen=True, slots=True)
class Told:
    """One fact as the table of history shows it."""

    key: int
    value: str
    start: str
    end: str
    known: str
    superseded: str
    document: str
    holds: bool


@dataclass(frozen=True, slots=True)
class Evidence:
    """Something that other enterprises share with this one; of those a person may not see only how many."""

    kind: str
    others: Sequence[tuple[str, str]]
    unseen: int


@dataclass(frozen=True, slots=True)
class EnterprisePage:
    """Everything on the page but the panels of other rooms."""

    firm: Row
    office: str
    site: str
    figure: str
    told: Sequence[tuple[str, Sequence[Told]]]
    evidence: Sequence[Evidence]
    corrected: int


def build(sight: Sight, enterprise: Enterprise, at: Time, *, whole: bool) -> EnterprisePage:
    """The page; `whole`: private facts are shown in full."""
    city = queries.city_of(sight.programme)
    facts = history.history(enterprise)
    standing = queries.standings([enterprise], at)[0]
    office = next((value_of(f, city, whole=True) for f in facts if f.kind == Kind.OFFICE and history.holds(f, at)), "")
    groups = []
    for kind, word in KINDS.items():
        rows = [_told(fact, value_of(fact, city, whole=whole), at) for fact in facts if fact.kind == kind]
        if rows:
            groups.append((str(word), rows))
    return EnterprisePage(
        firm=row(standing, sight),
        office=office,
        site=enterprise.site,
        figure=_figure(facts, sight, at),
        told=groups,
        evidence=() if sight.firm else [_evidence(one, sight, enterprise) for one in history.related_to(enterprise)],
        corrected=sum(fact.superseded < FOREVER for fact in facts),
    )


def _told(fact: Fact, value: str, at: Time) -> Told:
    return Told(
        key=fact.pk,
        value=value,
        start=day(fact.start),
        end=day(fact.end),
        known=day(fact.known),
        superseded=day(fact.superseded),
        document=fact.source.document,
        holds=history.holds(fact, at),
    )


def _figure(facts: Sequence[Fact], sight: Sight, at: Time) -> str:
    city, end = queries.city_of(sight.programme), max(at.day, max((f.start for f in facts), default=at.day)) + 30
    start = end - _BACK
    tracks = []
    for kind in _DRAWN:
        spans = [
            TrackSpan(
                max(one.start, start),
                min(one.end, end),
                value_of(one, city, whole=True) or day(one.start),
                one.known <= at.known < one.superseded,
                kind in _DARK,
            )
            for one in facts
            if one.kind == kind and one.end > start
        ]
        if spans:
            tracks.append(Track(str(KINDS[kind]), sorted(spans, key=lambda one: one.stands)))
    return tracks_svg(TracksView(tracks, start, end, at.day, _("What was true of the enterprise, and when")))


def _evidence(one: Shared, sight: Sight, enterprise: Enterprise) -> Evidence:
    others = [code for code in one.firms if code != enterprise.code]
    known = history.names_of(sight, others)
    return Evidence(str(KINDS[Kind(one.kind)]), sorted(known.items()), len(others) - len(known))
