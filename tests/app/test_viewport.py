"""Narrow windows get the narrow layout, whatever the browser calls itself."""

import pytest

from fairfuse_core.ui import viewport
from tests.app.tools import charts, go


class Context:
    def __init__(self, **headers):
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}


@pytest.mark.parametrize(
    ("headers", "said", "narrow"),
    [
        ({"User_Agent": "Mozilla/5.0 (X11; Linux x86_64)"}, None, False),
        ({"User_Agent": "Mozilla/5.0 (iPhone) Mobile/15E148"}, None, True),
        ({"Sec_Ch_Ua_Mobile": "?1"}, {}, True),
        ({"User_Agent": "Mozilla/5.0 (X11; Linux x86_64)"}, {"narrow": True}, True),
        ({"User_Agent": "Mozilla/5.0 (iPhone) Mobile/15E148"}, {"narrow": False}, False),
    ],
)
def test_the_window_outranks_the_headers(monkeypatch, headers, said, narrow):
    state = {} if said is None else {"fairfuse_viewport": said}
    monkeypatch.setattr(viewport.st, "session_state", state)
    monkeypatch.setattr(viewport.st, "context", Context(**headers))
    assert viewport.is_narrow() is narrow


def test_figures_follow_the_window(app, monkeypatch):
    (wide, _), *_ = charts(go(app, "overview"))
    monkeypatch.setattr("fairfuse_core.ui.drawings.is_narrow", lambda: True)
    (narrow, _), *_ = charts(go(app, "overview"))
    assert wide["layout"]["margin"]["r"] > 100
    assert narrow["layout"]["margin"]["r"] < 30
