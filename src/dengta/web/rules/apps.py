"""Django's handle on Rules: its templates, its static files, its messages."""

from django.apps import AppConfig


class RulesConfig(AppConfig):
    """The rule browser."""

    name = "dengta.web.rules"
    label = "web_rules"
