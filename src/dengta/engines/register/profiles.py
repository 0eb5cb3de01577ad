"""What a sample firm is called, who controls it, where it is, how it is reached: drawn from word lists, seeded.

Some firms share a controller, an address, a telephone or an account on purpose, written in different ways.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from dengta.core.toml_reading import Table
from dengta.engines.register.sample import City

_GROUPS = 36
_SIZES = (2, 2, 2, 3, 3, 4)
_DAYS_BEFORE = (400, 8000)  # of the first day on the list
_FIRST = 728_000  # ordinal: in 1994, for firms that never were on it


@dataclass(frozen=True, slots=True)
class Words:
    """Word lists of a language."""

    mark: str
    first: str
    second: str
    surnames: str
    given: str
    so_and_so: str
    company: tuple[str, ...]
    road: str
    number: str
    building: str
    bank: str
    product: Mapping[str, tuple[str, ...]]


class Profile(NamedTuple):
    """Of one firm. founded: ordinal."""

    name: str
    founded: int
    controller: str
    address: str
    phone: str
    account: str


def words_of(text: str, source: str) -> Words:
    """Word lists of a TOML text. Refusal with every fault."""
    table = Table.of(text, source)
    plain = {name: table.text(name) for name in ("mark", "first", "second", "surnames", "given", "so_and_so")}
    places = {name: table.text(name) for name in ("road", "number", "building", "bank")}
    company, products = tuple(table.texts("company")), table.table("product")
    found = {name: tuple(products.texts(name)) for name in products}
    table.finish()
    return Words(**plain, company=company, **places, product=found)


def profiles(city: City, towns: Mapping[str, str], words: Words, seed: int) -> tuple[Profile, ...]:
    """A profile for every firm; `towns`: what each is called in addresses. The same seed gives the same."""
    chance = np.random.default_rng((seed, 2))
    names = _names(city, words, chance)
    founded = _founded(city, chance)
    made = []
    for k, firm in enumerate(city.firms):
        house, flat = k % 900 + 1, k // 900 + 1
        made.append(
            Profile(
                names[k],
                founded[k],
                _person(words, k, chance),
                f"{towns[firm.town]}{words.road}{house}{words.number}{flat}{words.building}",
                f"0000-{10_000_000 + 37 * k:08d}",
                f"{words.bank} 0000 {10**11 + 7919 * k:012d}",
            )
        )
    _relate(made, chance)
    return tuple(made)


def _names(city: City, words: Words, chance: np.random.Generator) -> list[str]:
    """No two alike."""
    pairs = [a + b for a in words.first for b in words.second if a != b]
    order, taken, found = chance.permutation(len(pairs)), set(), []
    for k, firm in enumerate(city.firms):
        pair, products = pairs[order[k % len(pairs)]], words.product[firm.industry]
        while True:
            product, company = chance.integers((len(products), len(words.company)))
            name = f"{pair}{products[product]}{words.company[company]}{words.mark}"
            if name not in taken:
                break
            pair = pairs[int(chance.integers(len(pairs)))]
        taken.add(name)
        found.append(name)
    return found


def _founded(city: City, chance: np.random.Generator) -> list[int]:
    """Before it came on the list for the first time."""
    first = np.full(len(city.firms), _FIRST + _DAYS_BEFORE[1] + 1000, np.int64)
    np.minimum.at(first, city.register.members.firm, city.register.members.start)
    days: Sequence[int] = (first - chance.integers(*_DAYS_BEFORE, len(first))).tolist()
    return list(days)


def _person(words: Words, number: int, chance: np.random.Generator) -> str:
    surname, given = chance.integers((len(words.surnames), len(words.given)))
    # a register says who is meant; a sample has numbers instead
    return f"{words.surnames[surname]}{words.so_and_so}{words.given[given]} {number + 1:04d}"


def _relate(made: list[Profile], chance: np.random.Generator) -> None:
    """Groups of firms that share something, each member writing it in a way of its own."""
    free = chance.permutation(len(made)).tolist()
    for group in range(_GROUPS):
        firms = [free.pop() for _ in range(_SIZES[group % len(_SIZES)])]
        lead = made[firms[0]]
        for at, firm in enumerate(firms[1:]):
            one = made[firm]
            if group % 4 != 3:
                one = one._replace(controller=lead.controller.replace(" ", "　" if at else ""))
            if group % 3 == 0:
                one = one._replace(address=_wide(lead.address))
            if group % 4 == 3:
                one = one._replace(phone=lead.phone.replace("-", " " if at else ""))
            if group % 6 == 5:
                one = one._replace(account=lead.account.replace(" ", ""))
            made[firm] = one


def _wide(text: str) -> str:
    """Its digits full-width, as a Chinese keyboard may write them."""
    return "".join(
        chr(ord(sign) - ord("0") + ord("０")) if sign.isascii() and sign.isdigit() else sign for sign in text
    )
