"""The outbox: in order, until acknowledged, within its limit, and not lost to sealing."""

import pytest

from dengta.core.reason import Refusal
from dengta.core.time import HOUR
from dengta.log import Log, Settings, unpack
from tests.log.plant import NOON, SAW, SITE, Clock, keys_of, run


def test_a_destination_gets_everything_in_order_even_when_it_is_sealed(tmp_path):
    with Log.open(tmp_path / "log", SITE, Clock(NOON + HOUR), settings=Settings(group_wait=0)) as log:
        log.append(run(SAW, 0, 3)).result()
        log.outbox.add("city")
        assert log.outbox.pending("city") is None
        log.append(run(SAW, 3, 6)).result()
        log.append(run(SAW, 6, 8)).result()
        log.seal(NOON + HOUR)
        assert log.reader.status().unsealed_events == 0
        assert keys_of(log.reader.read()) == keys_of(run(SAW, 0, 8))
        got = []
        while (waiting := log.outbox.pending("city")) is not None:
            got += keys_of(unpack(waiting[1]))
            log.outbox.acknowledge("city", waiting[0])
        assert got == keys_of(run(SAW, 3, 8))
        with log.reader.connection() as db:
            assert db.execute("SELECT count(*) FROM packed").fetchone() == (0,)
        assert log.reader.verify() == []


def test_a_full_outbox_stops_the_log_until_it_drains(tmp_path):
    settings = Settings(group_wait=0, outbox_bytes=600)
    with Log.open(tmp_path / "log", SITE, Clock(NOON + HOUR), settings=settings) as log:
        log.outbox.add("city")
        done = 0
        with pytest.raises(Refusal, match="outbox_full"):  # noqa: PT012
            for i in range(100):
                log.append(run(SAW, i, i + 1)).result()
                done += 1
        (line,) = log.reader.status().outbox
        assert (line.destination, line.segments) == ("city", done)
        assert line.bytes >= 600
        assert log.reader.status().outbox_alarm
        log.outbox.acknowledge("city", log.reader.last_segment())
        assert not log.reader.status().outbox_alarm
        assert log.append(run(SAW, done, done + 1)).result().accepted == 1
        log.outbox.remove("city")
        for i in range(done + 1, done + 9):
            log.append(run(SAW, i, i + 1)).result()
