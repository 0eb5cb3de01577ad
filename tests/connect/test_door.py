"""The door says 200 only for what is durable, and the same post twice is one fact."""

from __future__ import annotations

import asyncio
import http.client
import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from dengta.connect.door import LARGEST_BODY, LINES, Door
from dengta.connect.sender import DoorAddress
from dengta.core.canonical import lines
from dengta.log import Log, LogReader, Settings, pack
from dengta.log.disk import RealFile
from tests.connect.served import START, TOKEN, counters, now, serving


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Log]:
    with Log.open(tmp_path / "log", "demo", now) as opened:
        yield opened


@pytest.fixture
def address(log: Log) -> Iterator[DoorAddress]:
    with serving(log) as there:
        yield there


def ask(
    address: DoorAddress, method: str, path: str, body: bytes | None = None, token: str = TOKEN, **headers: str
) -> tuple[int, dict[str, Any], http.client.HTTPMessage]:
    connection = http.client.HTTPConnection(address.host, address.port, timeout=20)
    told = {"Authorization": f"Bearer {token}"} | {k.replace("_", "-"): v for k, v in headers.items()}
    try:
        connection.request(method, path, body, told)
        response = connection.getresponse()
        return response.status, json.loads(response.read()), response.headers
    finally:
        connection.close()


def codes(answer: dict[str, Any]) -> set[str]:
    return {reason["code"] for reason in answer["reasons"]}


def test_the_same_post_twice_is_one_fact(address: DoorAddress, log: Log) -> None:
    body = pack(counters(7, 0, 40))
    first = ask(address, "POST", "/v1/batch", body)[:2]
    again = ask(address, "POST", "/v1/batch", body)[:2]
    marks = {"7": [{"epoch": 1, "next": 40, "above": []}]}
    assert first == (200, {"accepted": 40, "duplicates": 0, "segment": 1, "marks": marks})
    assert again == (200, {"accepted": 0, "duplicates": 40, "segment": 1, "marks": marks})
    assert LogReader(log.reader.folder).read()["seq"].tolist() == list(range(40))


def test_marks_name_what_came_early(address: DoorAddress) -> None:
    for first in (0, 20, 30):
        ask(address, "POST", "/v1/batch", pack(counters(7, first, 5)))
    status, answer, _ = ask(address, "GET", "/v1/marks/7")
    assert (status, answer["marks"]) == (200, [{"epoch": 1, "next": 5, "above": [[20, 25], [30, 35]]}])
    assert ask(address, "GET", "/v1/marks/8")[1]["marks"] == []


def test_canonical_lines_are_taken_too(address: DoorAddress, log: Log) -> None:
    batch = counters(7, 0, 3, subject="锯-1")
    body = "\n".join(lines(batch).to_pylist()).encode()
    status, answer, _ = ask(address, "POST", "/v1/batch", body, Content_Type=f"{LINES}; charset=utf-8")
    assert (status, answer["accepted"]) == (200, 3)
    assert lines(LogReader(log.reader.folder).read()).equals(lines(batch))


@pytest.mark.parametrize(("method", "path"), [("POST", "/v1/batch"), ("GET", "/v1/marks/7"), ("GET", "/")])
@pytest.mark.parametrize("token", ["", "another", TOKEN[:-1], TOKEN + "x"])
def test_a_stranger_gets_nothing(address: DoorAddress, log: Log, method: str, path: str, token: str) -> None:
    status, answer, _ = ask(address, method, path, pack(counters(7, 0, 1)), token=token)
    assert (status, codes(answer)) == (401, {"door.token"})
    assert log.marks(7) == []


def test_health_needs_no_token(address: DoorAddress) -> None:
    assert ask(address, "GET", "/v1/health", token="")[:2] == (200, {"site": "demo", "taking": True, "reasons": []})


@pytest.mark.parametrize(("method", "path"), [("GET", "/v1/batch"), ("PUT", "/v1/batch"), ("GET", "/v2/batch")])
def test_other_places_are_unknown(address: DoorAddress, method: str, path: str) -> None:
    status, answer, _ = ask(address, method, path)
    assert (status, codes(answer)) == (404, {"door.unknown_path"})


def test_a_bad_batch_is_refused_with_every_reason(address: DoorAddress, log: Log) -> None:
    bad = counters(7, 0, 3).replace(epoch=0, clock=99, ts=-1)
    status, answer, _ = ask(address, "POST", "/v1/batch", pack(bad))
    assert status == 400
    assert codes(answer) == {"event.epoch_below_one", "event.clock_unknown", "event.time_out_of_range"}
    assert log.marks(7) == []
    assert ask(address, "GET", "/v1/health")[0] == 200, "the sender's fault is not the log's trouble"


@pytest.mark.parametrize("body", [b"", b"{}", b"DTC1", b"\x00" * 100, pack(counters(7, 0, 9))[:-1]])
def test_what_is_no_batch_is_refused(address: DoorAddress, body: bytes) -> None:
    assert ask(address, "POST", "/v1/batch", body)[0] == 400


@pytest.mark.parametrize("body", [b"\xff", b"[" * 100_000, b'{"seq":1}', b"no"])
def test_what_are_no_lines_is_refused(address: DoorAddress, body: bytes) -> None:
    assert ask(address, "POST", "/v1/batch", body, Content_Type=LINES)[0] == 400


def test_a_declared_batch_must_be_what_it_declares(address: DoorAddress, log: Log) -> None:
    body = pack(counters(7, 10, 5))
    for wrong, found in {
        "stream=7&epoch=1&seq0=10": {"door.declaration_incomplete"},
        "stream=7&epoch=1&seq0=10&n=six": {"door.declaration_unreadable"},
        "stream=7&epoch=1&seq0=10&n=": {"door.declaration_unreadable"},
        f"stream=7&epoch=1&seq0={2**63}&n=5": {"door.declaration_unreadable"},
        f"stream=7&epoch=1&seq0={2**63 - 1}&n=5": {"door.declaration_differs"},
        f"stream={'9' * 5000}&epoch=1&seq0=10&n=5": {"door.declaration_unreadable"},
        "stream=8&epoch=1&seq0=10&n=5": {"door.declaration_differs"},
        "stream=7&epoch=2&seq0=10&n=5": {"door.declaration_differs"},
        "stream=7&epoch=1&seq0=11&n=5": {"door.declaration_differs"},
        "stream=7&epoch=1&seq0=10&n=6": {"door.declaration_count"},
    }.items():
        status, answer, _ = ask(address, "POST", f"/v1/batch?{wrong}", body)
        assert (status, codes(answer)) == (400, found), wrong
    assert log.marks(7) == []
    assert ask(address, "POST", "/v1/batch?stream=7&epoch=1&seq0=10&n=5", body)[1]["accepted"] == 5


@pytest.mark.parametrize("path", ["x", "-1", "1.0", "9223372036854775808", "9" * 5000, "٣", ""])
def test_a_stream_is_a_whole_number(address: DoorAddress, path: str) -> None:
    assert ask(address, "GET", f"/v1/marks/{quote(path)}")[0] == 400


def test_a_post_has_a_largest_size(address: DoorAddress) -> None:
    status, answer, _ = ask(address, "POST", "/v1/batch", bytes(LARGEST_BODY + 1))
    assert (status, codes(answer)) == (413, {"door.too_large"})


def test_a_body_without_a_length_has_the_same_limit(log: Log) -> None:
    sent: list[Any] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": bytes(2**20), "more_body": True}

    async def send(message: Any) -> None:
        sent.append(message)

    headers = [(b"authorization", f"Bearer {TOKEN}".encode())]
    scope = {"type": "http", "method": "POST", "path": "/v1/batch", "headers": headers, "query_string": b""}
    asyncio.run(Door(log, "demo", TOKEN)(scope, receive, send))
    assert sent[0]["status"] == 413


def test_a_full_disk_acknowledges_nothing_and_says_so(tmp_path: Path) -> None:
    with (
        Log.open(tmp_path / "small", "demo", now, settings=Settings(store_bytes=120_000)) as log,
        serving(log) as address,
    ):
        kept = 0
        while (told := ask(address, "POST", "/v1/batch", pack(counters(7, kept, 1_000))))[0] == 200:
            kept += 1_000
            assert kept < 100_000
        status, answer, headers = told
        assert (status, codes(answer), headers["Retry-After"]) == (503, {"log.disk_full"}, "1")
        assert ask(address, "GET", "/v1/health")[0] == 503
        assert [mark.next for mark in log.marks(7)] == [kept]


def test_a_log_that_takes_too_long_is_not_acknowledged(log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    body = pack(counters(7, 0, 10))
    spinning, sync = threading.Event(), RealFile.sync

    def slow(file: RealFile) -> None:
        spinning.wait(60)
        sync(file)

    monkeypatch.setattr(RealFile, "sync", slow)
    with serving(log, patience=0.2) as address:
        status, answer, headers = ask(address, "POST", "/v1/batch", body)
        assert (status, codes(answer), headers["Retry-After"]) == (503, {"door.not_yet"}, "1")
        spinning.set()
        counted = 0
        for _ in range(50):
            status, answer, _ = ask(address, "POST", "/v1/batch", body)
            if status == 200:
                counted = answer["accepted"] + answer["duplicates"]
                break
    assert counted == 10
    assert [mark.next for mark in log.marks(7)] == [10]


def test_a_batch_of_many_streams_is_answered_with_the_marks_of_each(address: DoorAddress) -> None:
    mixed = counters(0, 0, 500).replace(stream=range(500), seq=0)
    answer = ask(address, "POST", "/v1/batch", pack(mixed))[1]
    assert answer["marks"] == {str(stream): [{"epoch": 1, "next": 1, "above": []}] for stream in range(500)}


def test_a_door_needs_a_token(log: Log) -> None:
    with pytest.raises(ValueError, match="token"):
        Door(log, "demo", "")


def test_times_are_kept_as_sent(address: DoorAddress, log: Log) -> None:
    ask(address, "POST", "/v1/batch", pack(counters(7, 0, 2)))
    ask(address, "POST", "/v1/batch", pack(counters(7, 2, 2).replace(recv=0)))
    kept = LogReader(log.reader.folder).read()
    assert kept["ts"].tolist() == [START + s * 1_000_000 for s in range(4)]
    assert kept["recv"].tolist() == [now()] * 4
