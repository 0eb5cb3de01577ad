"""The log on screen, and the check that a worker does."""

from __future__ import annotations

from collections.abc import Callable
from uuid import uuid4

import pytest
from django.test import Client

from dengta.apps.jobs import commands as jobs
from dengta.apps.jobs.models import Job
from dengta.core.ids import stream_id
from dengta.core.reason import Reason
from dengta.site.clock import real_now
from dengta.site.home import SiteFolder

Sign = Callable[[str], Client]
pytestmark = pytest.mark.django_db


def test_the_page_names_streams_holes_and_figures(client_of: Sign, events: SiteFolder) -> None:
    text = client_of("operator").get("/memory/").content.decode()
    for word in ("890", "saw-1", "edge-2", '<td class="n">200</td><td class="n">209</td>', "1 min"):
        assert word in text
    assert "Verify everything" not in text, "an operator may not start it"
    assert 'class="alarm"' not in text


def test_an_empty_log_says_what_to_do(client_of: Sign, site: SiteFolder) -> None:
    assert "No event has come yet" in client_of("operator").get("/memory/").content.decode()


def test_the_button_puts_one_job_into_the_queue_however_often_it_is_tapped(client_of: Sign, events: SiteFolder) -> None:
    client, key = client_of("quality"), str(uuid4())
    assert client.post("/memory/verify/", {"key": key}).status_code == 302
    answer = client.post("/memory/verify/", {"key": str(uuid4())}, headers={"HX-Request": "true"})
    assert "Waiting for a worker" in answer.content.decode()
    job = Job.objects.get()
    assert (job.kind, job.site, job.actor, job.key) == ("log.verify", "furniture", "wu-yue", key)
    assert client_of("operator").post("/memory/verify/", {"key": key}).status_code == 403


def test_progress_and_end_are_said_in_words(client_of: Sign, events: SiteFolder) -> None:
    client = client_of("engineer")
    client.post("/memory/verify/", {"key": str(uuid4())})
    job = jobs.claim(worker="test", now=real_now())
    assert job is not None
    jobs.heartbeat(
        job=job, progress=420, message=Reason("verify.events", params={"done": 374, "events": 890}), now=real_now()
    )
    text = client.get("/memory/job/").content.decode()
    assert "42 %" in text
    assert "hx-trigger" in text
    jobs.finish(job=job, result={"damage": []}, now=real_now())
    text = client.get("/memory/job/").content.decode()
    assert "All is as it was written" in text
    assert "hx-trigger" not in text, "it asks no more"


def test_damage_that_a_check_found_is_named_with_its_ranges(client_of: Sign, events: SiteFolder) -> None:
    client = client_of("engineer")
    client.post("/memory/verify/", {"key": str(uuid4())})
    job = jobs.claim(worker="test", now=real_now())
    assert job is not None
    why = Reason("log.row_damaged", ("packed/1",), {"events": 500, "kept": ""}).as_dict()
    ranges = [{"stream": stream_id("furniture", "saw-1"), "epoch": 1, "first": 0, "last": 499}]
    found = {"place": "packed/1", "reason": why, "events": 500, "ranges": ranges}
    jobs.finish(job=job, result={"events": 890, "damage": [found]}, now=real_now())
    text = client.get("/memory/job/").content.decode()
    assert "something is damaged" in text
    assert '<td class="n">0</td><td class="n">499</td><td class="n">500</td>' in text
