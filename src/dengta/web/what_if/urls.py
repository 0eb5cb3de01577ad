"""Addresses of What if, below ``/city/what-if/``."""

from __future__ import annotations

from django.urls import path

from dengta.web.what_if import views

urlpatterns = [
    path("", views.what_if, name="what-if"),
    path("<str:code>/", views.firm, name="what-if-firm"),
]
