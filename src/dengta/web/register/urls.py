"""Addresses of Register, below ``/city/``."""

from __future__ import annotations

from django.urls import path

from dengta.web.register import views

urlpatterns = [
    path("own/", views.own, name="own-firm"),
    path("register/", views.register, name="register"),
    path("register/<str:code>/", views.enterprise, name="enterprise"),
]
