"""Django's handle on this app."""

from django.apps import AppConfig


class RegisterConfig(AppConfig):
    """The register."""

    name = "dengta.apps.register"
    label = "register"
