"""Addresses of Today and of orders, below the root."""

from __future__ import annotations

from django.urls import path

from dengta.web.today import views

urlpatterns = [
    path("today/", views.today, name="today"),
    path("today/due/<str:which>/", views.due, name="today-due"),
    path("today/measure/<str:name>/", views.measure, name="today-measure"),
    path("orders/<path:order>/", views.order, name="order"),
]
