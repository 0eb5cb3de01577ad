"""Which column says what: by its heading in the words of several languages, and by what it holds."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from dengta.connect.spreadsheet_layout import Guess, Sure
from dengta.connect.spreadsheet_profile import Profile
from dengta.core.reason import Reason

HEADINGS: dict[str, str] = {
    "machine": r"machine|station|equipment|work ?(cent|place)|resource\.|设备|机台|机床|机器|工位|产线|maschine",
    "person": r"worker|operator|employee|person|\bwho\b|staff|resource|员工|工人|操作[工员者]|姓名|人员|工号",
    "order": r"order|\bcase|\bjob|\bwo\b|工单|订单|单号|任务单|auftrag",
    "operation": r"operation|\bstep|process|activity|\btask|工序|工步|arbeitsgang",
    "item": r"\bpart|item|product|material|article|物料|零件|产品|品名|料号|artikel",
    "activity": r"kind|report.?type|\btype|category|类型|类别|作业|\bart\b",
    "minutes": r"\bmin|minutes|duration|\bhours|\btook|时长|工时|用时|分钟|耗时|dauer",
    "end": r"\bend|finish|complet|\bdone|\bto\b|结束|完成时|完工|\bende",
    "start": r"start|begin|began|\bfrom\b|开始|开工|beginn",
    "at": r"time|date|moment|\bwhen|\bat\b|时间|日期|时刻|zeit",
    "good": r"good|\bok\b|complet|produced|yield|合格|良品|完成数|产量|\bgut",
    "scrap": r"scrap|reject|\bng\b|defect|报废|废品|不良|ausschuss",
    "withheld": r"hold|\bmrb\b|review|quarantine|待判|待评审|待审|隔离",
    "rework": r"rework|返工|返修|nacharbeit",
    "reason": r"reason|cause|remark|\bnote|comment|原因|备注|说明|grund",
    "state": r"state|status|状态|zustand",
}
NOT_PRODUCED = re.compile(r"order.?qty|plan|target|required|work.?order.?qty|计划|目标|应交", re.I)
_QUANTITY = re.compile(r"qty|quantity|amount|count|数量|数$|menge|stück", re.I)
_MACHINE = re.compile(
    r"machine|lathe|mill|\bsaw|press|grind|drill|\bcnc|\bline|bench|oven|robot|\d ?#|# ?\d|号机|机|床|炉|线|台$",
    re.I,
)
_BADGE = re.compile(r"[A-Za-z]{1,4}[- ]?\d{1,6}")
_CHINESE_NAME = re.compile(r"[\u4e00-\u9fff]{2,4}")
MOST = {"activity": 12, "state": 16, "machine": 400, "operation": 400, "reason": 400}
"""Different words a column may have in a role."""


def _holds(role: str) -> Callable[[Profile], bool]:
    if role in ("start", "end", "at"):
        return lambda column: column.is_time
    if role in ("good", "scrap", "withheld", "rework"):
        return lambda column: column.is_count
    if role == "minutes":
        return lambda column: column.is_length
    if role == "order":
        return lambda column: column.is_words or (column.is_number and not _QUANTITY.search(column.heading))
    return lambda column: (
        column.is_words and (role not in MOST or (len(column.words) <= MOST[role] and not column.many))
    )


def assign(columns: Sequence[Profile], machines: frozenset[str]) -> dict[str, Guess]:
    """Role -> heading, the strongest first; a column has one role. `machines`: names the plant book knows."""
    scored = sorted(
        (
            (score, -column.at, role)
            for column in columns
            for role in HEADINGS
            if (score := _score(role, column, machines)) > 0 and _unique(column, columns)
        ),
        reverse=True,
    )
    found: dict[str, Guess] = {}
    taken: set[int] = set()
    for score, negative, role in scored:
        column = columns[-negative]
        if role in found or column.at in taken:
            continue
        rivals = tuple(
            columns[-other].heading
            for rate, other, same in scored
            if same == role and -other != column.at and rate > 0.6 * score and -other not in taken
        )
        taken.add(column.at)
        found[role] = Guess(column.heading, _sure(score, rivals), _seen(role, column), rivals)
    return _times(found, columns, taken)


def _unique(column: Profile, columns: Sequence[Profile]) -> bool:
    return bool(column.heading) and sum(other.heading == column.heading for other in columns) == 1


def _sure(score: float, rivals: tuple[str, ...]) -> Sure:
    return "guess" if rivals or score < 2 else "likely"


def _score(role: str, column: Profile, machines: frozenset[str]) -> float:
    """How well a column fits a role; 0 where what it holds cannot be that."""
    if not _holds(role)(column):
        return 0
    words = re.sub(r"[_\-/]+", " ", column.heading).lower()
    score = 2.0 if re.search(HEADINGS[role], words) else 0.0
    if role in ("good", "scrap", "withheld", "rework") and NOT_PRODUCED.search(column.heading):
        return 0
    if role == "order" and column.is_number:
        score *= 0.5
    if role == "person":
        score += 1.2 * max(_share(column, _BADGE), 0.6 * _share(column, _CHINESE_NAME)) if score else 0
    if role == "machine":
        known = sum(n for word, n in column.words.items() if word in machines) / column.filled
        score += 2.5 * known
        like = _share(column, _MACHINE, whole=False)
        score += 1.2 * like if score or like > 0.5 else 0
        if score and column.words and len(column.words) == column.filled > 5:
            score = 0.5
    if role == "activity" and score:
        score += 0.5 if len(column.words) <= 6 else 0
    return score


def _share(column: Profile, pattern: re.Pattern[str], *, whole: bool = True) -> float:
    fits = pattern.fullmatch if whole else pattern.search
    return sum(times for word, times in column.words.items() if fits(word)) / max(column.filled, 1)


def _seen(role: str, column: Profile) -> Reason:
    if column.is_time:
        return Reason("import.seen_time", params={"cells": column.filled})
    if column.is_number:
        return Reason("import.seen_number", params={"cells": column.filled, "most": f"{column.most:g}"})
    some = ", ".join(word for word, _ in column.words.most_common(3))
    return Reason("import.seen_words", params={"words": len(column.words), "some": some[:80]})


def _times(found: dict[str, Guess], columns: Sequence[Profile], taken: set[int]) -> dict[str, Guess]:
    """One moment beside a start is an end; beside a length or counts it is what it says; alone it is a moment."""
    moment = found.pop("at", None)
    if moment is None:
        return found
    if "start" in found and "end" not in found and "minutes" not in found:
        found["end"] = moment
    elif not {"start", "end"} & found.keys():
        role = "end" if "minutes" in found else "at"
        found[role] = moment
    return found
