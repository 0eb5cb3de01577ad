"""Addresses of Register, below ``/city/``."""

from __future__ import annotations

from django.urls import path

from dengta.web.register import bringing, correcting, views

urlpatterns = [
    path("own/", views.own, name="own-firm"),
    path("register/", views.register, name="register"),
    path("towns/", views.towns, name="towns"),
    path("projects/", views.projects, name="projects"),
    path("related/", views.related, name="related"),
    path("register/import/", bringing.lists, name="register-import"),
    path("register/<str:code>/correct/<int:fact>/", correcting.correct, name="register-correct"),
    path("register/<str:code>/", views.enterprise, name="enterprise"),
]
