"""Which programme the city half of this home is about, and its articles."""

from __future__ import annotations

from functools import lru_cache

from django.conf import settings

from dengta import programmes
from dengta.engines import subsidy
from dengta.engines.subsidy import Programme


@lru_cache(maxsize=16)
def programme(name: str = "") -> Programme:
    """A programme by name; without one, that of this home. KeyError: there is no such programme."""
    asked = name or settings.PROGRAMME
    if asked not in programmes.known():
        raise KeyError(asked)
    return subsidy.from_toml(programmes.rules(asked), asked)


def city_name(language: str) -> str:
    """What the programme of this home is called."""
    name = programme().name
    return name.zh if language.startswith("zh") else name.en
