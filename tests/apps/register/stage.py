"""People of the city, and a small register written by its own commands."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from dengta.apps.accounts.commands import ensure_demo_people
from dengta.apps.accounts.journal import Call
from dengta.apps.accounts.models import User
from dengta.apps.accounts.policies import ROLES
from dengta.apps.register import commands
from dengta.apps.register.models import Kind
from dengta.core.time import from_iso
from dengta.engines.register import code_of

NOW = from_iso("2026-11-25T10:00:00+08:00")
CITY = "zhongshan"
CODES = [code_of("91", "442000", 20_000_000 + n) for n in range(5)]
XIAOLAN, GUZHEN = "442000118", "442000105"


def day(text: str) -> date:
    return date.fromisoformat(text)


def people_by_role() -> dict[str, User]:
    """The demo's people."""
    return dict(zip(ROLES, ensure_demo_people(at=1), strict=True))


def five(call: Callable[..., Call]) -> list[str]:
    """Five firms: three in Xiaolan, two in Guzhen; four on the list, two filed, one accepted, one verified."""
    names = ["示例锁业一厂", "示例五金", "示例锁业二厂", "示例照明", "示例灯饰"]
    for n, (code, name) in enumerate(zip(CODES, names, strict=True)):
        enter(call, code, name, "小榄镇" if n < 3 else GUZHEN, "locks" if n < 3 else "lighting")
    for code in CODES[:4]:
        state(call, code, Kind.LISTED, "2022-01-01")
    for code in CODES[:2]:
        state(call, code, Kind.FILED, "2023-03-01")
    state(call, CODES[0], Kind.ACCEPTED, "2024-02-01", level=2)
    state(call, CODES[0], Kind.VERIFIED, "2024-05-01", level=2)
    return CODES


def enter(call: Callable[..., Call], code: str, name: str, town: str, industry: str = "", start: str = "2015-05-01"):
    return commands.enter_enterprise(
        call=call(),
        programme=CITY,
        code=code,
        name=name,
        town=town,
        industry=industry,
        start=day(start),
        document="登记 1",
    )


def state(call: Callable[..., Call], code: str, kind: Kind, start: str, **more):
    return commands.state_fact(
        call=call(), programme=CITY, code=code, kind=kind, start=day(start), document="文件 2", **more
    )
