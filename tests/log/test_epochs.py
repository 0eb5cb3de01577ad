"""Epochs: each boot a new one, durable before it is used."""

import pytest

from dengta.core.reason import Refusal
from dengta.log import next_epoch
from tests.log.power import PowerCut, PowerCutDisk


def test_epochs_count_from_one(tmp_path):
    path = tmp_path / "producers" / "saw.epoch"
    assert [next_epoch(path) for _ in range(3)] == [1, 2, 3]


def test_a_file_that_is_no_epoch_is_refused(tmp_path):
    (tmp_path / "saw.epoch").write_text("")
    with pytest.raises(Refusal, match="epoch_unreadable"):
        next_epoch(tmp_path / "saw.epoch")


@pytest.mark.parametrize("before", [True, False])
def test_no_power_cut_gives_an_epoch_twice(tmp_path, before):
    for cut_at in range(12):
        for seed in range(4):
            path = tmp_path / f"{cut_at}-{seed}" / "saw.epoch"
            used = [next_epoch(path)]
            disk = PowerCutDisk(cut_at, before=before, seed=seed)
            with pytest.raises(PowerCut):  # noqa: PT012
                while True:
                    used.append(next_epoch(path, disk))
            disk.lose()
            used.append(next_epoch(path))
            assert used == sorted(set(used))
