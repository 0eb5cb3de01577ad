"""Django's handle on Register: its templates, its static files, its messages."""

from django.apps import AppConfig


class RegisterPagesConfig(AppConfig):
    """The pages of the register."""

    name = "dengta.web.register"
    label = "web_register"
