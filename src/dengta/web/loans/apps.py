"""Django's handle on Loans: its templates, its messages."""

from django.apps import AppConfig


class LoansConfig(AppConfig):
    """Loans and statements."""

    name = "dengta.web.loans"
    label = "web_loans"
