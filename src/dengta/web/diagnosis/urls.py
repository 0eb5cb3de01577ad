"""Addresses of Diagnosis, below ``/city/diagnosis/``."""

from __future__ import annotations

from django.urls import path

from dengta.web.diagnosis import evidence_views, proof_views, views

urlpatterns = [
    path("", views.diagnoses, name="diagnosis"),
    path("begin/", views.begin, name="diagnosis-begin"),
    path("proof/<str:code>/", proof_views.proof, name="diagnosis-proof"),
    path("proof/<str:code>/job/", proof_views.job, name="diagnosis-proof-job"),
    path("<uuid:diagnosis_id>/", views.result, name="diagnosis-result"),
    path("<uuid:diagnosis_id>/answers.json", views.answers, name="diagnosis-answers"),
    path("<uuid:diagnosis_id>/submit/", views.submit, name="diagnosis-submit"),
    path("<uuid:diagnosis_id>/of/<slug:question>/", evidence_views.evidence, name="diagnosis-evidence"),
    path("<uuid:diagnosis_id>/evidence/<uuid:evidence_id>/remove/", evidence_views.remove, name="diagnosis-remove"),
    path("<uuid:diagnosis_id>/evidence/<uuid:evidence_id>/file/", evidence_views.file, name="diagnosis-file"),
    path("<uuid:diagnosis_id>/<slug:section>/", views.section, name="diagnosis-section"),
]
