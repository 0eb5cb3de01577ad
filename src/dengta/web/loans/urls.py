"""Addresses of Loans, below ``/city/loans/``."""

from __future__ import annotations

from django.urls import path

from dengta.web.loans import views

urlpatterns = [
    path("", views.loans, name="loans"),
    path("list/<int:batch_id>/", views.batch, name="loan-list"),
    path("firm/<str:code>/", views.firm, name="loan-firm"),
]
