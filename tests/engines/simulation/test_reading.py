"""Models from TOML: what is wrong is named with its place, all at once."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dengta.core.reason import Refusal
from dengta.core.time import DAY, MINUTE, SECOND
from dengta.engines.simulation import Simulation, parse
from dengta.engines.simulation.model import Distribution
from dengta.words import LANGUAGES, say
from tests.engines.simulation.plants import ORIGIN, always, line

GOOD = line([1, 2, 3], [4, 5], [(100, 10)] * 3)


def faults(text: str) -> list[tuple[str, tuple[str, ...]]]:
    with pytest.raises(Refusal) as refused:
        parse(text)
    for reason in refused.value.reasons:
        for language in LANGUAGES:
            assert say(reason, language)
        assert reason.place[0] == "plant.sim.toml"
    return [(r.code, r.place[1:]) for r in refused.value.reasons]


def test_a_model_is_read() -> None:
    model = parse(GOOD)
    assert model.machines == ("m1", "m2", "m3")
    assert [s.buffer for s in model.stations] == [None, 4, 5]
    assert model.items[0].route[2].run == Distribution("exponential", (3.0 * SECOND,))
    assert model.stations[0].stops[0].state == "down"
    assert model.recording.meter == 15 * MINUTE


@pytest.mark.parametrize(
    ("old", "new", "code", "place"),
    [
        ("[release]", "[release", "toml.broken", ()),
        ("orders = [1, 1]", "", "toml.missing", ("release",)),
        ("orders = [1, 1]", "orders = [2, 1]", "simulation.not_pair", ("release", "orders")),
        ('"s1", "s2"', '"s1", "s9"', "toml.nowhere", ("item part", "route[2]", "station")),
        ('"s1", "s2"', '"s1", 7', "toml.not_table", ("item part", "route[2]")),
        ("buffer = 4", "buffer = -4", "toml.not_whole", ("station s2", "buffer")),
        ("buffer = 4", "bufer = 4", "toml.unknown_key", ("station s2",)),
        ('machines = ["m2"]', 'machines = ["m1"]', "toml.twice", ("station s2", "machines[1]")),
        ("exponential = { mean = 2 }", "gauss = { mean = 2 }", "simulation.distribution", ("station s2", "run_s")),
        (
            "exponential = { mean = 2 }",
            "weibull = { scale = 2 }",
            "toml.missing",
            ("station s2", "run_s", "weibull"),
        ),
        (
            "exponential = { mean = 2 }",
            "uniform = { low = 3, high = 2 }",
            "simulation.distribution_order",
            ("station s2", "run_s"),
        ),
        (
            "exponential = { mean = 2 }",
            "lognormal = { mean = 2, cv = 0 }",
            "simulation.not_positive",
            ("station s2", "run_s"),
        ),
        ("buffer = 4", "run_h = 4", "simulation.two_units", ("station s2",)),
        ("buffer = 5", "gathers = true\nbuffer = 5", "simulation.gathers_plain", ("station s3",)),
        ("[release]", "[recording]\nmeter_s = 0\n[release]", "simulation.meter", ("recording",)),
        ("buffer = 4", "gathers = true", "simulation.gathers_last", ("station s2",)),
        ('"s2", "s3"]', '"s2", "s3", "s2"]', "simulation.may_lock", ("station s2",)),
        ("buffer = 4", 'pool = "nobody"', "toml.nowhere", ("station s2", "pool")),
        ("part = [100000, 100000]", "part = [0, 9]", "simulation.empty_order", ("order all",)),
        ("buffer = 4", "scrap = [{ share = 0.6 }, { share = 0.5 }]", "simulation.shares", ("station s2",)),
    ],
)
def test_a_fault_is_named_with_its_place(old: str, new: str, code: str, place: tuple[str, ...]) -> None:
    assert old in GOOD
    assert (code, place) in faults(GOOD.replace(old, new))


def test_the_guides_smallest_plant_is_a_plant() -> None:
    guide = (Path(__file__).parents[3] / "docs" / "guides" / "simulation.md").read_text("utf-8")
    model = parse(guide.split("```toml\n")[1].split("```")[0])
    assert model.machines == ("saw-1", "saw-2", "drill-1")
    run = Simulation(model, always, ORIGIN, seed=1)
    assert len(run.until(ORIGIN + DAY)) > 100


def test_all_faults_come_at_once() -> None:
    text = GOOD.replace("buffer = 4", "bufer = 4").replace("buffer = 5", "buffer = -1").replace("orders = [1, 1]", "")
    assert {code for code, _ in faults(text)} == {
        "toml.unknown_key",
        "toml.not_whole",
        "toml.missing",
    }


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_anything_is_read_or_refused_never_crashed_on(data: st.DataObject) -> None:
    """Lines of a good model exchanged for others of it, or their values for nonsense."""
    rows = GOOD.splitlines()
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(rows) - 1))
        key = rows[at].split("=")[0]
        nonsense = data.draw(
            st.sampled_from(["0", "-1", '""', "[]", "{}", "true", "1e400", "nan", "[[]]", '"s1"', "2026-01-01"])
        )
        rows[at] = data.draw(
            st.sampled_from([rows[data.draw(st.integers(0, len(rows) - 1))], "", f"{key}= {nonsense}"])
        )
    reasons = ()
    try:
        parse("\n".join(rows))
    except Refusal as refusal:
        reasons = refusal.reasons
    assert all(say(reason, "en") for reason in reasons)
