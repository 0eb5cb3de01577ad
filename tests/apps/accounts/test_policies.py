"""One table says who may do what."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import AnonymousUser, Group

from dengta.apps.accounts.commands import ensure_demo_people
from dengta.apps.accounts.models import User
from dengta.apps.accounts.policies import ROLES, Permission, may, require
from dengta.core.reason import Refusal

pytestmark = pytest.mark.django_db


def people() -> dict[str, User]:
    return dict(zip(ROLES, ensure_demo_people(at=1), strict=True))


def test_the_roles_of_the_table_are_the_groups_of_the_database() -> None:
    assert set(Group.objects.values_list("name", flat=True)) == set(ROLES)


def test_only_engineer_and_administrator_publish_the_plant_book() -> None:
    able = {role for role, user in people().items() if may(user, Permission.PUBLISH_PLANT)}
    assert able == {"engineer", "administrator"}


def test_a_person_of_one_site_may_nothing_at_another() -> None:
    engineer = people()["engineer"]
    engineer.site = "furniture"
    assert may(engineer, Permission.PUBLISH_PLANT, "furniture")
    assert not may(engineer, Permission.PUBLISH_PLANT, "machining")


def test_nobody_may_nothing() -> None:
    assert not may(AnonymousUser(), Permission.SEE)  # type: ignore[arg-type]
    inactive = people()["administrator"]
    inactive.is_active = False
    assert not may(inactive, Permission.SEE)


def test_the_refusal_names_who_could() -> None:
    with pytest.raises(Refusal) as refused:
        require(people()["operator"], Permission.PUBLISH_PLANT)
    assert refused.value.reasons[0].params["roles"] == "engineer, administrator"
