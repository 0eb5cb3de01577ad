"""The job table: one job for one key, one worker for one job, and none is lost with its worker."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connection

from dengta.apps.accounts.commands import ensure_demo_people
from dengta.apps.accounts.models import User
from dengta.apps.jobs import commands, queries
from dengta.apps.jobs.models import Job, State
from dengta.core.reason import Reason, Refusal
from dengta.core.time import SECOND

START = 1_790_000_000 * SECOND
ROOT = Path(__file__).parents[3]


def who(login: str) -> User:
    ensure_demo_people(at=START)
    return User.objects.get(login=login)


def enqueue(key: str, at: int = START, **other: object) -> Job:
    asked = {"kind": "log.verify", "params": {"from": 1}, "actor": who("wu-yue"), "site": "bench", **other}
    return commands.enqueue(key=key, now=at, **asked)  # type: ignore[arg-type]


@pytest.mark.django_db
def test_the_same_key_is_the_same_job() -> None:
    job = enqueue("one")
    assert enqueue("one", START + SECOND).pk == job.pk
    assert enqueue("two").pk != job.pk
    with pytest.raises(Refusal) as refused:
        enqueue("one", params={"from": 2})
    assert refused.value.reasons[0].code == "job.key_used"
    with pytest.raises(Refusal) as refused:
        enqueue("three", kind="log.burn")
    assert refused.value.reasons[0].code == "job.kind_unknown"
    with pytest.raises(Refusal) as refused:
        enqueue("four", actor=who("zhou-min"))
    assert refused.value.reasons[0].code == "accounts.may_not"
    assert Job.objects.count() == 2


@pytest.mark.django_db
def test_a_job_is_taken_once_in_order_and_ends_with_its_result() -> None:
    second, first = enqueue("later", START + SECOND), enqueue("sooner")
    taken = commands.claim(worker="a", now=START + 2 * SECOND)
    assert taken is not None
    assert (taken.pk, taken.state, taken.attempt) == (first.pk, State.RUNNING, 1)
    other = commands.claim(worker="b", now=START + 2 * SECOND)
    assert other is not None
    assert other.pk == second.pk
    assert commands.claim(worker="c", now=START + 2 * SECOND) is None
    said = Reason("verify.events", params={"done": 1, "events": 2})
    assert commands.heartbeat(job=taken, progress=1500, message=said, now=START + 3 * SECOND)
    seen = queries.job(first.pk)
    assert seen is not None
    assert (seen.progress, seen.message) == (1000, said.as_dict())
    assert commands.finish(job=taken, result={"segments": 2}, now=START + 4 * SECOND)
    assert commands.fail(job=other, reasons=[Reason("job.broke", (), {"error": "x"})], now=START + 4 * SECOND)
    assert [(j.state, j.is_final) for j in queries.recent(site="bench")] == [("failed", True), ("done", True)]
    assert queries.unfinished(site="bench", kind="log.verify") is None
    assert not commands.cancel(job_id=first.pk, actor=who("wu-yue"), now=START + 5 * SECOND)


@pytest.mark.django_db
def test_a_cancelled_job_is_no_longer_its_workers() -> None:
    waiting, running = enqueue("a", START + SECOND), enqueue("b")
    taken = commands.claim(worker="w", now=START + SECOND)
    assert taken is not None
    assert taken.pk == running.pk
    with pytest.raises(Refusal) as refused:
        commands.cancel(job_id=waiting.pk, actor=who("chen-hai"), now=START + SECOND)
    assert refused.value.reasons[0].code == "accounts.may_not"
    assert commands.cancel(job_id=waiting.pk, actor=who("wu-yue"), now=START + SECOND)
    assert commands.cancel(job_id=running.pk, actor=who("he-jing"), now=START + SECOND)  # keeps the people
    assert not commands.heartbeat(job=taken, progress=1, message=None, now=START + 2 * SECOND)
    assert not commands.finish(job=taken, result={}, now=START + 2 * SECOND)
    assert commands.claim(worker="w", now=START + 2 * SECOND) is None


@pytest.mark.django_db
def test_a_dead_workers_job_goes_back_and_its_late_word_counts_for_nothing() -> None:
    job = enqueue("one")
    now = START
    for attempt in range(1, commands.ATTEMPTS + 1):
        taken = commands.claim(worker="w", now=now)
        assert taken is not None
        assert taken.attempt == attempt
        assert commands.release_stale(now=now + commands.STALE) == 0
        now += commands.STALE + SECOND
        assert commands.release_stale(now=now) == 1
        assert not commands.finish(job=taken, result={}, now=now)
    ended = queries.job(job.pk)
    assert ended is not None
    assert ended.state == State.FAILED
    assert ended.result["reasons"][0]["code"] == "job.workers_died"


CLAIMER = """
import os, sys, time, django
django.setup()
from django.core.management import call_command
from dengta.apps.jobs import commands
from dengta.site.clock import real_now
if sys.argv[1] == "fill":
    call_command("migrate", verbosity=0)
    from dengta.apps.accounts.commands import ensure_demo_people
    who = next(user for user in ensure_demo_people(at=real_now()) if user.login == "wu-yue")
    for i in range(60):
        commands.enqueue(kind="log.verify", params={}, key=f"row {i}", actor=who, now=real_now(), site="bench")
else:
    print("ready", flush=True)
    sys.stdin.readline()
    while job := commands.claim(worker=sys.argv[1], now=real_now()):
        print(job.pk)
        time.sleep(0.01)  # a claim takes less than it takes the other to wake up
"""


def test_two_workers_never_get_the_same_job(transactional_db: None, tmp_path: Path) -> None:
    """Two real processes race for sixty jobs: in a SQLite home of their own, or in this test's PostgreSQL."""
    place = {"DENGTA_HOME": str(tmp_path), "DENGTA_DATABASE_URL": os.environ.get("DENGTA_DATABASE_URL", "")}
    if connection.vendor == "postgresql":
        url = place["DENGTA_DATABASE_URL"]
        place["DENGTA_DATABASE_URL"] = url[: url.rindex("/") + 1] + str(connection.settings_dict["NAME"])
    program = [sys.executable, "-c", CLAIMER]
    environment = {**os.environ, **place, "DJANGO_SETTINGS_MODULE": "dengta.web.settings"}
    subprocess.run([*program, "fill"], env=environment, cwd=ROOT, check=True, timeout=60)
    racers = [
        subprocess.Popen(
            [*program, name], env=environment, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        for name in ("a", "b")
    ]
    for racer in racers:
        assert racer.stdout is not None
        assert racer.stdout.readline() == "ready\n"
    for racer in racers:
        assert racer.stdin is not None
        racer.stdin.write("go\n")
        racer.stdin.flush()
    taken = [racer.communicate(timeout=60)[0].split() for racer in racers]
    assert [racer.returncode for racer in racers] == [0, 0]
    assert all(taken), "both got some"
    assert sorted(taken[0] + taken[1]) == sorted(set(taken[0] + taken[1]))
    assert len(taken[0] + taken[1]) == 60
