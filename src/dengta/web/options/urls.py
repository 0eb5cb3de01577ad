"""The address of Options, below ``/city/options/``."""

from __future__ import annotations

from django.urls import path

from dengta.web.options import views

urlpatterns = [path("", views.options, name="options")]
