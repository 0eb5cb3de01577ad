"""Django's name for this room."""

from django.apps import AppConfig


class JobsConfig(AppConfig):
    """The job table."""

    name = "dengta.apps.jobs"
    label = "jobs"
