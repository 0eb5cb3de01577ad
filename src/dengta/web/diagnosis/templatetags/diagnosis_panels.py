"""Panels that other rooms put on their pages: ``{% load diagnosis_panels %}{% diagnosis_panels one.code %}``."""

from __future__ import annotations

from typing import Any

from django import template
from django.middleware.csrf import get_token

from dengta.web.diagnosis import proof_panel as panels
from dengta.web.scope import person

register = template.Library()


@register.inclusion_tag("diagnosis/_panels.html", takes_context=True)
def diagnosis_panels(context: dict[str, Any], enterprise: str) -> dict[str, Any]:
    """A firm's diagnosis in force and its plant's word on the claims. Refusal: it is not the reader's to see."""
    request = context["request"]
    return panels.context(person(request), enterprise) | {"csrf_token": get_token(request)}
