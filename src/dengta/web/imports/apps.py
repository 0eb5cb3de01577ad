"""Django's handle on Import: its templates, its static files, its messages."""

from django.apps import AppConfig


class ImportsConfig(AppConfig):
    """Uploads of spreadsheets."""

    name = "dengta.web.imports"
    label = "web_imports"
