"""Publishing: once per key, never over somebody else's head, never half."""

from __future__ import annotations

from pathlib import Path

import pytest

from dengta.apps.accounts.commands import ensure_demo_people
from dengta.apps.accounts.journal import Call
from dengta.apps.accounts.models import Entry, User
from dengta.apps.plant import commands
from dengta.core.reason import Refusal
from dengta.site.bookshelf import Bookshelf
from dengta.site.home import Home, SiteFolder

pytestmark = pytest.mark.django_db
AT = 1_790_000_000_000_000
TEXT = (Path(__file__).parents[3] / "examples" / "plants" / "furniture.toml").read_text("utf-8")
LONGER = TEXT.replace("registered_equipment = 26", "registered_equipment = 27")


@pytest.fixture
def folder(tmp_path: Path) -> SiteFolder:
    return Home(tmp_path).site("furniture")


@pytest.fixture
def engineer() -> User:
    return next(user for user in ensure_demo_people(at=AT) if user.login == "chen-hai")


def codes(refusal: pytest.ExceptionInfo[Refusal]) -> list[str]:
    return [reason.code for reason in refusal.value.reasons]


def test_the_first_book_of_a_site(folder: SiteFolder, engineer: User) -> None:
    call = Call.fresh(engineer, AT)
    first = commands.publish(call=call, folder=folder, text=TEXT, base="", recorded_at=AT)
    again = commands.publish(call=call, folder=folder, text=TEXT, base="", recorded_at=AT + 1)
    assert first == again
    (revision,) = Bookshelf(folder.books).revisions()
    assert (revision.file, revision.by) == (first["revision"], "chen-hai")
    assert Entry.objects.get().outcome == first


def test_nobody_publishes_over_a_revision_they_have_not_seen(folder: SiteFolder, engineer: User) -> None:
    Bookshelf(folder.books).add(TEXT, AT, "gao-feng")
    with pytest.raises(commands.Conflict) as refused:
        commands.publish(call=Call.fresh(engineer, AT), folder=folder, text=LONGER, base="", recorded_at=AT + 1)
    assert refused.value.reasons[0].params["by"] == "gao-feng"
    assert len(Bookshelf(folder.books).revisions()) == 1
    assert not Entry.objects.exists()


def test_going_back_to_an_earlier_book_is_a_revision_of_its_own(folder: SiteFolder, engineer: User) -> None:
    base = ""
    for n, text in enumerate((TEXT, LONGER, TEXT)):
        done = commands.publish(
            call=Call.fresh(engineer, AT + n), folder=folder, text=text, base=base, recorded_at=AT + n
        )
        base = str(done["revision"])
    hashes = [revision.hash for revision in Bookshelf(folder.books).revisions()]
    assert hashes[0] == hashes[2] != hashes[1]


def test_what_says_nothing_new_or_speaks_of_another_site_is_refused(folder: SiteFolder, engineer: User) -> None:
    base = Bookshelf(folder.books).add(TEXT, AT).file
    for text, code in ((TEXT, "publish.nothing_new"), (TEXT.replace('"furniture"', '"other"'), "publish.other_site")):
        with pytest.raises(Refusal) as refused:
            commands.publish(call=Call.fresh(engineer, AT), folder=folder, text=text, base=base, recorded_at=AT + 1)
        assert codes(refused) == [code]
