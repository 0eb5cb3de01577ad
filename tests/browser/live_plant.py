"""A site whose log we write, and its pages served as `dengta run` serves them: for browser tests, shots and benches."""

from __future__ import annotations

import os
import subprocess
import sys
import urllib.request
from dataclasses import dataclass

from dengta.processes import front
from dengta.site.home import Home
from tests.web.floor.stage import Stage


@dataclass
class Server:
    """The web process over a home, at an address of its own."""

    home: Home
    address: str = ""
    server: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """The web process as `dengta run` starts it."""
        port = int(self.address.rpartition(":")[2]) if self.address else 0
        with front.listen("127.0.0.1", port) as listening:
            self.address = f"http://127.0.0.1:{listening.getsockname()[1]}"
            environment = os.environ | {"DENGTA_HOME": str(self.home.path), "DENGTA_DEMO": "1"}
            descriptor = listening.fileno()
            self.server = subprocess.Popen(
                [sys.executable, "-m", "dengta.cli.main", "process", "web", "--fd", str(descriptor)],
                env=environment,
                pass_fds=(descriptor,),
            )
            with urllib.request.urlopen(f"{self.address}/login/", timeout=60) as answer:  # it waits in the queue
                assert answer.status == 200

    def stop(self) -> None:
        """The server is gone, as by a pulled cable."""
        if self.server is not None:
            self.server.kill()
            self.server.wait(10)
            self.server = None


class LivePlant(Server):
    """The site of the browser tests: its stage (the log is written here) and its server."""

    def __init__(self, stage: Stage, address: str) -> None:
        super().__init__(stage.home, address)
        self.stage = stage
