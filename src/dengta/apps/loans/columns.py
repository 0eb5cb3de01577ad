"""A programme's loans as columns, kept while nothing changes: what a what-if is computed over."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from dengta.apps.loans import queries
from dengta.apps.loans.queries import Held
from dengta.engines.subsidy import Article, Register
from dengta.engines.subsidy.what_if import Setting, WhatIf, what_if, years_of

_LOADING = threading.Lock()


@dataclass(frozen=True, slots=True)
class Columns:
    """All borrowers of a programme under one article. revision: of the loans they were loaded from."""

    revision: int
    article: Article
    held: Mapping[str, Held]
    towns: tuple[str, ...]
    register: Register


_kept: dict[tuple[str, str], Columns] = {}


def columns(programme: str, article: Article) -> Columns:
    """The loans of `programme` as they are now, for `article`; loaded once for every change of them."""
    key, now = (programme, f"{article.id} {article.span.start}"), queries.revision(programme=programme)
    with _LOADING:
        found = _kept.get(key)
        if found is None or found.revision != now or found.article != article:
            found = _kept[key] = _load(programme, article, now)
            computed.cache_clear()
        return found


def _load(programme: str, article: Article, revision: int) -> Columns:
    held = queries.borrowers(programme=programme)
    cases = [one.case for one in held]
    register = Register.of(article, cases, years_of(article, cases))
    return Columns(revision, article, {one.code: one for one in held}, tuple(one.town for one in held), register)


def proposed(programme: str, article: Article, settings: Sequence[Setting]) -> WhatIf:
    """What `settings` would do to the loans of `programme`. Refusal: nonsense, with every fault."""
    found = columns(programme, article)
    return computed(programme, article.id, str(article.span.start), found.revision, tuple(settings))


@lru_cache(maxsize=16)
def computed(programme: str, article: str, start: str, revision: int, settings: tuple[Setting, ...]) -> WhatIf:
    """The same, kept for paging and files. `columns` holds that revision."""
    found = _kept[programme, f"{article} {start}"]
    return what_if(found.register, found.towns, found.article, settings)
