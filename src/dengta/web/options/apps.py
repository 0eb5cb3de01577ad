"""Django's handle on Options: its templates, its static files, its messages."""

from django.apps import AppConfig


class OptionsConfig(AppConfig):
    """Which policies a firm can get."""

    name = "dengta.web.options"
    label = "web_options"
