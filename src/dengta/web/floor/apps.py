"""Django's handle on Floor: its templates, its static files, its messages."""

from django.apps import AppConfig


class FloorConfig(AppConfig):
    """The floor and its machines."""

    name = "dengta.web.floor"
    label = "floor"
