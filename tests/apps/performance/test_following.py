"""The thread that folds: it answers, it tells what went wrong, it begins again, it prepares what will be asked."""

from __future__ import annotations

import threading
from types import SimpleNamespace
from typing import Any

import pytest

from dengta.apps.performance.following import Follower


class Folds:
    """A fold that answers what a test tells it to."""

    def __init__(self, *answers: Any) -> None:
        self.answers = list(answers)
        self.asked: list[int] = []

    def catch_up(self, now: int) -> Any:
        """The next answer; the last one for good."""
        self.asked.append(now)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer


def follower(folds: Folds, prepare: Any = lambda folded: None) -> Follower:
    return Follower(folds, lambda: 7, prepare)  # type: ignore[arg-type]


def test_a_look_waits_for_the_fold_and_gets_what_there_is_when_it_runs_out_of_patience() -> None:
    gate = threading.Event()

    class Slow(Folds):
        def catch_up(self, now: int) -> Any:
            gate.wait(10)
            return super().catch_up(now)

    slow = follower(Slow("folded"))
    assert slow.look(0.01) == (None, False)
    gate.set()
    assert slow.look(10) == ("folded", True)


def test_what_goes_wrong_is_told_to_whoever_looks_and_the_next_look_tries_again() -> None:
    folds = Folds(ValueError("damaged"), "folded")
    following = follower(folds)
    with pytest.raises(ValueError, match="damaged"):
        following.look(10)
    assert following.look(10).folded == "folded"
    assert set(folds.asked) == {7}


def test_a_preparation_that_fails_is_logged_and_the_following_goes_on(caplog: pytest.LogCaptureFixture) -> None:
    tried = threading.Event()

    def prepare(folded: Any) -> None:
        tried.set()
        raise RuntimeError("on purpose")

    following = follower(Folds("folded"), prepare)
    assert following.look(10).folded == "folded"
    assert tried.wait(10)
    assert following.look(10) == ("folded", True)
    assert "could not be prepared" in caplog.text


def test_it_prepares_the_last_fold_once_nobody_waits() -> None:
    prepared: list[Any] = []
    done = threading.Event()

    def prepare(folded: Any) -> None:
        prepared.append(folded)
        done.set()

    fold = SimpleNamespace()
    assert follower(Folds(fold), prepare).look(10).folded is fold
    assert done.wait(10)
    assert prepared[0] is fold
