"""Lists come in as files: every fault at once, nothing half-saved, twice is once, control totals, who leaves."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from dengta.apps.accounts.models import Entry
from dengta.apps.register import commands, queries
from dengta.apps.register.lists_bring import Asked as List
from dengta.apps.register.lists_bring import judged
from dengta.apps.register.models import Delivery, Enterprise, Fact, Kind, Project, Source, Target
from dengta.apps.register.policies import Sight
from dengta.core.reason import Refusal
from dengta.engines.register import FOREVER, Definition, code_of
from tests.apps.register.stage import CITY, CODES, GUZHEN, day

pytestmark = pytest.mark.django_db
FRESH = [code_of("91", "442000", 40_000_000 + n) for n in range(3)]
Bring = Callable[..., dict[str, Any]]


@pytest.fixture
def bring(call, tmp_path: Path) -> Bring:
    """``bring("filed", text, rows=2)``: a list through both steps, as a person does."""

    def work(kind: str, text: str | bytes, *, rows: int, total: int | None = None, on: str = "2025-01-01", **more):
        data = text.encode() if isinstance(text, str) else text
        sha256 = commands.receive(call=call(more.get("role", "analyst")), folder=tmp_path, pieces=[data])
        asked = List(CITY, kind, "list.csv", more.get("document", "文件 9"), day(on), rows, total)
        judged(call=call(), folder=tmp_path, sha256=sha256, asked=asked)
        return commands.bring(call=call(), folder=tmp_path, sha256=sha256, asked=asked)

    return work


def reasons(refused: pytest.ExceptionInfo[Refusal]) -> list[tuple[str, ...]]:
    return [(r.code.removeprefix("register."), *r.place[1:]) for r in refused.value.reasons]


def rate(on: str) -> tuple[int, int]:
    found = queries.figures(Sight(CITY), day(on)).rates[Definition.FILED]
    return found.transformed, found.listed


def test_every_fault_of_a_file_is_told_with_its_place_and_nothing_is_kept(bring, small):
    before = Fact.objects.count(), Source.objects.count()
    text = "\n".join(
        [
            "credit code,day,level",
            f"{CODES[0][:-1]}1,2024-13-01,2",
            f"{CODES[1]},2999-01-01,5",
            f"{CODES[2]},,two",
            f"{CODES[3]},2024/5/6,3",
            f"{CODES[3]},2024-05-06,3",
        ]
    )
    with pytest.raises(Refusal) as refused:
        bring("accepted", text, rows=5)
    assert reasons(refused) == [
        ("code_check", "row 2", "credit code"),
        ("not_date", "row 2", "day"),
        ("future", "row 3", "day"),
        ("level", "row 3", "level"),
        ("cell_empty", "row 4", "day"),
        ("not_count", "row 4", "level"),
        ("row_twice", "row 6"),
    ]
    assert (Fact.objects.count(), Source.objects.count()) == before
    assert not Entry.objects.filter(command__startswith="register.bring").exists()


def test_filings_come_in_once_and_move_the_rate(bring, small):
    text = f"信用代码,日期\n{CODES[2]},2024-06-01\n{CODES[4]},2024年6月2日\n"
    assert rate("2024-12-31") == (2, 4)
    done = bring("filed", text, rows=2)
    assert (done["new"], done["is_nothing"]) == (2, False)
    assert rate("2024-12-31") == (3, 4), "one of them was not on the list"
    before = Fact.objects.count()
    again = bring("filed", text, rows=2)
    assert (again["is_nothing"], again["same"]) == (True, 2)
    assert Fact.objects.count() == before


def test_a_list_of_a_day_says_who_joins_who_stays_and_who_leaves(bring, small):
    text = "\n".join(["统一社会信用代码", CODES[0], CODES[1], CODES[2], CODES[4], ""])
    done = bring("listed", text, rows=4, document="规上名单 2025")
    assert (done["new"], done["leaving"], done["same"]) == (1, 1, 3)
    assert rate("2024-12-31")[1] == 4
    on = queries.enterprises(Sight(CITY), queries.Asked(day("2025-01-01"), standing="listed"))
    assert {one.code for one in on} == {CODES[0], CODES[1], CODES[2], CODES[4]}
    left = Fact.objects.get(kind=Kind.LISTED, enterprise__code=CODES[3], superseded=FOREVER)
    assert (left.start, left.end) == (day("2022-01-01").toordinal(), day("2025-01-01").toordinal())
    assert left.source.document == "规上名单 2025"
    assert bring("listed", text, rows=4, document="规上名单 2025")["is_nothing"]
    with pytest.raises(Refusal) as refused:
        bring("listed", text, rows=4, on="2024-01-01")
    assert reasons(refused) == [("list_older",)]


def test_control_totals_are_held(bring, small):
    text = f"town,year,measure,firms\n小榄镇,2025,new,30\n{GUZHEN},2025,new,12\n,2025,新增,42\n"
    with pytest.raises(Refusal) as refused:
        bring("targets", text, rows=4, total=80)
    assert reasons(refused) == [("total_rows",), ("total_sum",)]
    with pytest.raises(Refusal) as refused:
        bring("targets", text, rows=3)
    assert reasons(refused) == [("total_missing",)]
    assert bring("targets", text, rows=3, total=84)["new"] == 3
    assert Target.objects.get(town="").firms == 42


def test_targets_that_disagree_stand_side_by_side_and_a_document_corrects_itself(bring, small):
    head = "town,year,measure,firms\n"
    bring("targets", f"{head}古镇镇,2025,new,10\n", rows=1, total=10, document="甲")
    bring("targets", f"{head}古镇镇,2025,new,14\n", rows=1, total=14, document="乙")
    bring("targets", f"{head}古镇镇,2025,new,11\n", rows=1, total=11, document="甲")
    now = Target.objects.filter(superseded=FOREVER)
    assert sorted(now.values_list("firms", "source__document")) == [(11, "甲"), (14, "乙")]
    assert Target.objects.count() == 3


def test_enterprises_are_new_or_changed_and_history_stays(bring, small):
    head = "企业名称,统一社会信用代码,镇街,实际控制人\n"
    text = f"{head}示例新材料,{FRESH[0]},小榄镇,陈某 1\n示例五金制品,{CODES[1]},小榄镇,\n"
    done = bring("enterprises", text, rows=2)
    assert (done["new"], done["changed"]) == (1, 1)
    assert Enterprise.objects.get(code=FRESH[0]).town == "442000118"
    firm = Enterprise.objects.get(code=CODES[1])
    assert (firm.name, firm.sort_key.split("0")[-1]) == ("示例五金制品", "pin")
    names = Fact.objects.filter(enterprise=firm, kind=Kind.NAME, superseded=FOREVER).order_by("start")
    assert [(one.text, one.end == FOREVER) for one in names] == [("示例五金", False), ("示例五金制品", True)]
    assert bring("enterprises", text, rows=2)["is_nothing"]


def test_a_town_nobody_knows_and_a_firm_nobody_registered(bring, small):
    with pytest.raises(Refusal) as refused:
        bring("enterprises", f"name,code,town\n示例,{FRESH[0]},桃花镇\n", rows=1)
    assert reasons(refused) == [("no_such_town", "row 2", "town")]
    with pytest.raises(Refusal) as refused:
        bring("filed", f"code,day\n{FRESH[0]},2024-01-01\n{FRESH[1]},2024-01-01\n", rows=2)
    assert reasons(refused) == [("firm_unknown", "row 2"), ("firm_unknown", "row 3")]
    with pytest.raises(Refusal) as refused:
        bring("filed", "name,town\nx,y\n", rows=1)
    assert reasons(refused) == [("column_absent",), ("column_absent",)]
    done = bring("enterprises", f"name,code,town\n示例,{FRESH[0]},南朗镇\n", rows=1)
    assert done["new"] == 1
    assert Enterprise.objects.get(code=FRESH[0]).town == "442000008", "a name it had"


def test_projects_promise_and_deliveries_report(bring, small):
    head = "项目编号,信用代码,项目名称,备案日,应达产日,投资,产量,产值,税收\n"
    bring("projects", f"{head}P-1,{CODES[0]},新线,2024-01-01,2027-01-01,1200.5,,3000,\n", rows=1, total=1_200_500_000)
    project = Project.objects.get()
    assert (project.investment_fen, project.units, project.tax_fen) == (1_200_500_000, None, None)
    report = "项目编号,日期,投资\nP-1,2024-12-31,600.25\n"
    assert bring("deliveries", report, rows=1, total=600_250_000)["new"] == 1
    assert Delivery.objects.get().investment_fen == 600_250_000
    with pytest.raises(Refusal) as refused:
        bring("deliveries", "project,day,investment\nP-9,2024-12-31,1\n", rows=1, total=1_000_000)
    assert reasons(refused) == [("no_project", "row 2")]
    with pytest.raises(Refusal) as refused:
        bring("deliveries", "project,day,investment\nP-1,2024-12-31,-1\n", rows=1, total=0)
    assert reasons(refused) == [("not_money", "row 2", "investment")]


def test_a_workbook_is_read_like_text(bring, small):
    import io

    from openpyxl import Workbook

    book = Workbook()
    book.active.append(["信用代码", "日期", "等级"])
    book.active.append([CODES[1], date(2024, 5, 6), 3])
    data = io.BytesIO()
    book.save(data)
    assert bring("accepted", data.getvalue(), rows=1)["new"] == 1
    fact = Fact.objects.get(kind=Kind.ACCEPTED, enterprise__code=CODES[1])
    assert (fact.start, fact.level) == (day("2024-05-06").toordinal(), 3)


def test_only_an_analyst_brings_lists_in(bring, small):
    for role in ("town", "firm", "engineer"):
        with pytest.raises(Refusal) as refused:
            bring("filed", "code,day\n", rows=0, role=role)
        assert refused.value.reasons[0].code == "accounts.may_not"


def test_a_level_that_changed_supersedes_the_one_that_was_told(bring, small):
    assert bring("accepted", f"code,day,level\n{CODES[0]},2024-02-01,3\n", rows=1)["changed"] == 1
    levels = Fact.objects.filter(kind=Kind.ACCEPTED, enterprise__code=CODES[0]).order_by("pk")
    assert [(one.level, one.superseded == FOREVER) for one in levels] == [(2, False), (3, True)]
