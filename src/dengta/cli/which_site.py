"""Which site a verb is about: the one named, or the only one there is."""

from __future__ import annotations

from pathlib import Path

from dengta.core.reason import Reason, Refusal
from dengta.site.home import Home, SiteFolder


def which_site(home: Path | None, site: str | None) -> SiteFolder:
    """The folder of `site`, or of the only site of the home. Refusal lists the sites when that is not clear."""
    place = Home.at(home)
    there = place.sites()
    if site is None and len(there) == 1:
        return place.site(there[0])
    if site is None:
        code = "log_cli.which_site" if there else "log_cli.no_site"
        raise Refusal(Reason(code, (str(place.path),), {"sites": ", ".join(there)}))
    if place.site(site).site not in there:
        params = {"site": site, "sites": ", ".join(there) or "-"}
        raise Refusal(Reason("log_cli.unknown_site", (str(place.path),), params))
    return place.site(site)
