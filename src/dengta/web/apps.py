"""Django's handle on the doors: templates, tags, static files."""

from django.apps import AppConfig


class WebConfig(AppConfig):
    """The web half."""

    name = "dengta.web"
    label = "web"
