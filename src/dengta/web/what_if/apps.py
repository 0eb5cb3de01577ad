"""Django's handle on What if: its templates, its static files, its messages."""

from django.apps import AppConfig


class WhatIfConfig(AppConfig):
    """What another rule would do."""

    name = "dengta.web.what_if"
    label = "web_what_if"
