"""Django's handle on Performance: its templates, its static files, its messages."""

from django.apps import AppConfig


class PerformanceConfig(AppConfig):
    """Figures of machines, shifts and dates."""

    name = "dengta.web.performance"
    label = "performance_pages"
