"""Django's handle on Diagnosis: its templates, its static files, its messages."""

from django.apps import AppConfig


class DiagnosisPagesConfig(AppConfig):
    """The pages of diagnoses."""

    name = "dengta.web.diagnosis"
    label = "web_diagnosis"
