"""Django's handle on this app."""

from django.apps import AppConfig


class ImportsConfig(AppConfig):
    """Uploaded spreadsheets."""

    name = "dengta.apps.imports"
    label = "imports"
