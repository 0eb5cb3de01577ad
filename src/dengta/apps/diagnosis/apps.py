"""Django's handle on this app."""

from django.apps import AppConfig


class DiagnosisConfig(AppConfig):
    """Self-diagnoses of digital maturity."""

    name = "dengta.apps.diagnosis"
    label = "diagnosis"
