"""A firm says where it stands: it answers, its plant answers for it, and whoever doubts the level computes it again."""

from __future__ import annotations

import json
import shlex
from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client

from tests.stories.conftest import Terminal
from tests.web.diagnosis.conftest import draft, firm
from tests.web.diagnosis.test_proof import PAGE, WINDOW, plant, two_days
from tests.web.imports.stage import Desk

__all__ = ["draft", "firm", "plant", "two_days"]
SECTION = {"equipment-networked": "foundation/", "systems": "foundation/", "scene-equipment": "scenes/"}


def answered(client: Client, address: str, question: str, **fields: object) -> None:
    """One question, as it is kept while one goes."""
    section = SECTION.get(question, "scenes/" if question.startswith("scene-") else "foundation/")
    told = {"question": question, **fields}
    assert client.post(address + section, told, headers={"HX-Request": "true"}).status_code == 200


def test_a_level_that_nobody_has_to_believe(
    firm: Client, draft: str, plant: Desk, client_of: Callable[[str], Client], terminal: Terminal, tmp_path: Path
) -> None:
    """Ouyang Qing answers for the furniture plant: 24 of 26 machines are networked, she says."""
    networked = {"equipment-networked.networked": "24", "equipment-networked.all": "26"}
    answered(firm, draft, "equipment-networked", **networked)
    answered(firm, draft, "systems", systems="all")
    for scene in ("design", "marketing", "production", "quality", "finance", "equipment"):
        answered(firm, draft, f"scene-{scene}", **{f"scene-{scene}": "3"})

    # The way to the next level is told, what costs least first.
    page = firm.get(draft).content.decode()
    assert "The way to level 1" in page
    steps = page.split('id="next"')[1].split("</table>")[0]
    assert steps.index("Automatic data capture") < steps.index("Network build-out"), "what gives most first"

    # The plant is asked, and says less: 18 of the 26 sent enough events in these two days.
    firm.post(PAGE, WINDOW)
    assert plant.work_off() == 1
    page = firm.get(PAGE).content.decode()
    assert "92.3077 %" in page
    assert "69.2308 %" in page
    assert "less than claimed" in page

    # She submits; what is submitted is frozen, with its evidence.
    version = firm.get(draft).content.decode().split('name="version" value="')[1].split('"')[0]
    assert firm.post(draft + "submit/", {"version": version, "pledge": "1"}).status_code == 302
    assert firm.post(draft + "foundation/", {"systems": "none"}).status_code == 409

    # Xu Lan, the analyst, does not believe it. She downloads the answers and computes them again.
    analyst = client_of("analyst")
    page = analyst.get(draft).content.decode()
    file = tmp_path / "answers.json"
    file.write_bytes(analyst.get(draft + "answers.json").content)
    told = terminal.json("maturity", "score", str(file))
    assert f"{told['points']} of 100 points" in page

    # On the plant's server anybody with its log finds the same digits as the page.
    command = next(line for line in page_commands(analyst) if "verify" in line)
    terminal.home = plant.home.path
    again = terminal.json(*shlex.split(command.replace("answers.json", str(file)))[1:])
    assert (again["findings"][0]["found"], again["findings"][0]["difference"]) == ("69.2308", "-23.0769")
    evidence = json.loads(file.read_text("utf-8"))["evidence"]
    assert evidence["equipment-networked"][0].startswith("A machine sha256:")


def page_commands(client: Client) -> list[str]:
    """The commands that a page says."""
    page = client.get(PAGE).content.decode()
    return [part.split("</code>")[0] for part in page.split('<p class="command"><code>')[1:]]


def test_open_is_not_failed(firm: Client, draft: str) -> None:
    """Before anything is answered nothing has failed: every level is still possible."""
    page = firm.get(draft + "foundation/").content.decode()
    assert "Open is not failed" in page
    assert "100 points and level 4" in page


@pytest.mark.parametrize("question", ["scene-quality", "network"])
def test_a_question_of_another_edition_is_refused(firm: Client, draft: str, question: str) -> None:
    """The form of one edition takes no answer to another's questions."""
    fields = {"question": question, question: "2"}
    assert firm.post(draft + "results/", fields, headers={"HX-Request": "true"}).status_code == 404
