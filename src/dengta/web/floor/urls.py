"""Addresses of Floor, below ``/floor/``."""

from __future__ import annotations

from django.urls import path

from dengta.web.floor import views

urlpatterns = [
    path("", views.floor, name="floor"),
    path("<str:machine>/", views.machine, name="machine"),
    path("<str:machine>/pieces/", views.pieces, name="machine-pieces"),
    path("<str:machine>/events/<int:stream>/<int:epoch>/<int:seq>/", views.event, name="machine-event"),
]
