"""The memory: an event log that loses nothing it acknowledged and counts nothing twice.

`Log` (the one writer of a site) and `LogReader` (anyone, any process). Events arrive in batches, live packed in SQLite
until their hour is closed, then in sealed Parquet segments whose Merkle roots are chained.
"""

from dengta.log.damage import Damage
from dengta.log.disk import Disk, RealDisk
from dengta.log.epochs import next_epoch
from dengta.log.keys import KeyRange
from dengta.log.log import Log
from dengta.log.marks import EpochMark
from dengta.log.packed import pack, unpack
from dengta.log.reader import LogReader, TailGone
from dengta.log.repair import Repaired, repair
from dengta.log.segments import SealedSegment
from dengta.log.status import LogStatus
from dengta.log.writer import Mark, Settings

__all__ = [
    "Damage",
    "Disk",
    "EpochMark",
    "KeyRange",
    "Log",
    "LogReader",
    "LogStatus",
    "Mark",
    "RealDisk",
    "Repaired",
    "SealedSegment",
    "Settings",
    "TailGone",
    "next_epoch",
    "pack",
    "repair",
    "unpack",
]
