"""Django's handle on Today: its templates, its static files, its messages."""

from django.apps import AppConfig


class TodayConfig(AppConfig):
    """Orders due and yesterday's measures."""

    name = "dengta.web.today"
    label = "today"
