"""Addresses of Import, below ``/import/``."""

from __future__ import annotations

from django.urls import path

from dengta.web.imports import views

urlpatterns = [
    path("", views.imports, name="imports"),
    path("<uuid:upload_id>/", views.upload, name="upload"),
    path("<uuid:upload_id>/preview/", views.preview, name="upload-preview"),
    path("<uuid:upload_id>/job/", views.job, name="upload-job"),
    path("<uuid:upload_id>/rows.csv", views.rows, name="upload-rows"),
    path("<uuid:upload_id>/mapping.toml", views.mapping, name="upload-mapping"),
]
