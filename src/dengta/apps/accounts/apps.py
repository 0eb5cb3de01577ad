"""Django's handle on this app."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """People, roles, journal."""

    name = "dengta.apps.accounts"
    label = "accounts"
