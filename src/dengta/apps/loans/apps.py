"""Django's handle on this app."""

from django.apps import AppConfig


class LoansConfig(AppConfig):
    """Loans of the programme and their statements."""

    name = "dengta.apps.loans"
    label = "loans"
