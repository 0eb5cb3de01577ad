"""Addresses of Rules, below ``/city/rules/``."""

from __future__ import annotations

from django.urls import path

from dengta.web.rules import views

urlpatterns = [
    path("", views.rules, name="rules"),
    path("<str:article>/", views.article, name="article"),
    path("<str:article>/calculator/", views.calculator, name="calculator"),
]
