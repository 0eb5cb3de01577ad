"""Addresses of Performance, below ``/performance/``."""

from __future__ import annotations

from django.urls import path

from dengta.web.performance import views

urlpatterns = [
    path("", views.performance, name="performance"),
    path("reason/", views.reason, name="performance-reason"),
    path("<str:machine>/", views.machine, name="performance-machine"),
]
