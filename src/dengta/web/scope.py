"""Which site a request is about, and that site's time."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import Http404, HttpRequest

from dengta.apps.accounts.models import User
from dengta.apps.accounts.policies import Permission, may, require
from dengta.core.time import Micros
from dengta.engines.plantbook import PlantBook
from dengta.site.bookshelf import Bookshelf
from dengta.site.clock import SiteTime
from dengta.site.home import SiteFolder


@lru_cache(maxsize=64)
def site_time(clock: Path) -> SiteTime:
    """The clock of a site, one per process."""
    return SiteTime(clock)


@dataclass(frozen=True)
class Scope:
    """The site a page is about, for the length of one request."""

    folder: SiteFolder

    @property
    def site(self) -> str:
        """Its id."""
        return self.folder.site

    @property
    def time(self) -> SiteTime:
        """Its clock."""
        return site_time(self.folder.clock)

    def now(self) -> Micros:
        """Its time."""
        return self.time()

    @cached_property
    def book(self) -> PlantBook | None:
        """The plant book in force now; None before one was published."""
        return Bookshelf(self.folder.books).current(self.now())

    @property
    def zone(self) -> ZoneInfo:
        """Its zone; UTC before it has a plant book."""
        book = self.book
        return book.zone if book else ZoneInfo("UTC")

    def name(self, language: str) -> str:
        """What people call it."""
        book = self.book
        return book.name[language] if book else self.site


def person(request: HttpRequest) -> User:
    """Who is signed in; every page but the login page has somebody."""
    user = request.user
    assert isinstance(user, User)
    return user


def sites_of(request: HttpRequest) -> list[str]:
    """The sites of this home that the person may see."""
    own = getattr(request.user, "site", "")
    if not may(person(request), Permission.SEE):
        return []
    return [site for site in settings.HOME.sites() if own in ("", site)]


def scope_of(request: HttpRequest) -> Scope | None:
    """The site named by ``?site=`` (kept in the session), else the last one looked at, else the first; or None."""
    known = sites_of(request)
    asked = request.GET.get("site")
    if asked in known and request.session.get("site") != asked:
        request.session["site"] = asked
    kept = request.session.get("site")
    site = kept if kept in known else next(iter(known), None)
    return Scope(settings.HOME.site(site)) if site else None


class NoSite(Exception):
    """This home has no site the person may see."""


def need_scope(request: HttpRequest) -> Scope:
    """`scope_of`; 404 for a site that is not there, `NoSite` (answered by `guards.Refusals`) for a home without any.

    Refusal: the person has nothing to do with plants.
    """
    require(person(request), Permission.SEE)
    asked = request.GET.get("site")
    if asked is not None and asked not in sites_of(request):
        raise Http404(f"site {asked}")
    scope = scope_of(request)
    if scope is None:
        raise NoSite
    return scope
