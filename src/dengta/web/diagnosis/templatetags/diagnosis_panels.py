"""Panels that other rooms put on their pages: ``{% load diagnosis_panels %}{% proof_panel one.code %}``."""

from __future__ import annotations

from typing import Any

from django import template

from dengta.web.diagnosis import proof_panel as panels
from dengta.web.scope import person

register = template.Library()


@register.inclusion_tag("diagnosis/_proof.html", takes_context=True)
def proof_panel(context: dict[str, Any], enterprise: str) -> dict[str, Any]:
    """A plant's word on its firm's claims. Refusal: the firm is not the reader's to see."""
    return panels.context(person(context["request"]), enterprise)
