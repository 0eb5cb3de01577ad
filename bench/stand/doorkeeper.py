"""A site's real ingest process, to be killed: the one writer of the log behind its door."""

from __future__ import annotations

import http.client
import os
import subprocess
import threading
import time

from dengta.connect.sender import DoorSender, read_door_file
from dengta.processes import lifeline
from dengta.processes.supervisor import verb
from dengta.site.home import Home


class Doorkeeper:
    """`dengta process ingest SITE`; ready when made, gone when this process is. RuntimeError when it ends first."""

    def __init__(self, home: Home, site: str) -> None:
        self._folder = home.site(site)
        self._folder.door.unlink(missing_ok=True)
        ours, self._lifeline = os.pipe()
        environment = {**os.environ, lifeline.VARIABLE: str(ours)}
        command = verb("ingest", site, "--home", str(home.path))
        home.path.mkdir(parents=True, exist_ok=True)
        with (home.path / "ingest.log").open("a") as diary:
            self._process = subprocess.Popen(command, env=environment, pass_fds=(ours,), stderr=diary)
        os.close(ours)
        with DoorSender(self._folder) as sender:
            while not (self._folder.door.exists() and sender.is_up()):
                if self._process.poll() is not None:
                    diary_end = (home.path / "ingest.log").read_text()[-2_000:]
                    raise RuntimeError(f"ingest ended before its door opened:\n{diary_end}")
                time.sleep(0.01)

    def keep_sealing(self, every_s: float) -> None:
        """Ask for sealing all the time, in a thread that ends with the process."""
        threading.Thread(target=self._seal, args=(every_s,), daemon=True).start()

    def stop(self) -> None:
        """Let it end in peace."""
        self._process.terminate()
        self._process.wait(30)
        os.close(self._lifeline)

    def kill(self) -> None:
        """`kill -9`."""
        self._process.kill()
        self._process.wait(30)
        os.close(self._lifeline)

    def _seal(self, every_s: float) -> None:
        address = read_door_file(self._folder)
        while address is not None and self._process.poll() is None:
            connection = http.client.HTTPConnection(address.host, address.port, timeout=30)
            try:
                connection.request("POST", "/v1/seal", headers={"Authorization": f"Bearer {address.token}"})
                connection.getresponse().read()
            except (OSError, http.client.HTTPException):
                return  # killed in the middle, which is what we are here for
            finally:
                connection.close()
            time.sleep(every_s)
