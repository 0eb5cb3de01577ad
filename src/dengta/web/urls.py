"""Every address of the web half. `/live/` and `/static/` are answered before Django (`asgi`)."""

from __future__ import annotations

from django.urls import include, path

from dengta.web.accounts import views as accounts
from dengta.web.api.routes import api
from dengta.web.health import health
from dengta.web.memory import views as memory
from dengta.web.plant import views as plant
from dengta.web.today import views as today

urlpatterns = [
    path("", today.start, name="start"),
    path("", include("dengta.web.today.urls")),
    path("login/", accounts.sign_in, name="sign-in"),
    path("logout/", accounts.sign_out, name="sign-out"),
    path("language/", accounts.language, name="language"),
    path("api/", api.urls),
    path("healthz", health, name="health"),
    path("floor/", include("dengta.web.floor.urls")),
    path("performance/", include("dengta.web.performance.urls")),
    path("city/diagnosis/", include("dengta.web.diagnosis.urls")),
    path("import/", include("dengta.web.imports.urls")),
    path("city/", include("dengta.web.register.urls")),
    path("city/options/", include("dengta.web.options.urls")),
    path("city/loans/", include("dengta.web.loans.urls")),
    path("city/what-if/", include("dengta.web.what_if.urls")),
    path("city/rules/", include("dengta.web.rules.urls")),
    path("memory/", memory.memory, name="memory"),
    path("memory/verify/", memory.verify, name="memory-verify"),
    path("memory/job/", memory.job, name="memory-job"),
    path("plant/", plant.book, name="plant"),
    path("plant/edit/", plant.edit, name="plant-edit"),
    path("plant/revision/<str:file>/", plant.revision, name="plant-revision"),
]

handler400 = "dengta.web.errors.bad_request"
handler403 = "dengta.web.errors.forbidden"
handler404 = "dengta.web.errors.missing"
handler500 = "dengta.web.errors.failed"
