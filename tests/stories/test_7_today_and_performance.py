"""A production director opens Today on the phone; a plant manager asks Performance where the time went.

Today: orders due today and tomorrow as complete, short (which part, last seen where) or at risk; the station that holds
the rest up; yesterday's three measures. Performance: OEE by machine and shift, the losses from planned time to good
parts, reasons, trends. Every figure opens what is behind it and says how to recompute it.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client


@pytest.mark.xfail(strict=True, reason="there is no Today yet")
def test_today_says_which_orders_will_not_go_out(client_of: Callable[[str], Client]) -> None:
    """The manager's first page."""
    page = client_of("manager").get("/today/")
    assert page.status_code == 200
    assert "dengta orders" in page.content.decode()


@pytest.mark.xfail(strict=True, reason="there is no Performance yet")
def test_performance_shows_where_the_time_went(client_of: Callable[[str], Client]) -> None:
    """From planned time to good parts."""
    page = client_of("manager").get("/performance/")
    assert page.status_code == 200
    assert "dengta kpi" in page.content.decode()
