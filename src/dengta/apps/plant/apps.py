"""Django's handle on this app."""

from django.apps import AppConfig


class PlantConfig(AppConfig):
    """The plant book."""

    name = "dengta.apps.plant"
    label = "plant"
