"""Django's handle on this app."""

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class AccountsConfig(AppConfig):
    """People, roles, journal."""

    name = "dengta.apps.accounts"
    label = "accounts"

    def ready(self) -> None:
        """Whenever the tables have been made or emptied, the roles of `policies.ROLES` are there as groups."""
        post_migrate.connect(_make_roles, sender=self)


def _make_roles(using: str, **_: Any) -> None:
    from django.contrib.auth.models import Group

    from dengta.apps.accounts.policies import ROLES

    for role in ROLES:
        Group.objects.using(using).get_or_create(name=role)
