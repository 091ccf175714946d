"""Start the app so that its first page is ready when the browser is.

``python -m fairfuse_core.ui.launch [streamlit options]`` does what ``streamlit run app.py`` does,
and meanwhile loads the audit engine and audits the bundled data: work the first visitor would
otherwise wait for while the browser, on another core, is still loading the page.
"""

from __future__ import annotations

import gc
import sys
from threading import Thread

from fairfuse_core.ui.shell import ROOT

_QUICK = 0.0005
"""Seconds a thread keeps the interpreter during the start: a tenth of Python's default."""


def prepare() -> None:
    """Warm up beside the server, in nobody's way.

    Meanwhile the browser asks for some fifty files, and each would wait for its turn; and loading
    makes no garbage, only work for the collector.
    """
    usual = sys.getswitchinterval()
    sys.setswitchinterval(_QUICK)
    gc.disable()
    try:
        warm()
    finally:
        sys.setswitchinterval(usual)
        gc.freeze()
        gc.enable()


def warm() -> None:
    """Load what the Overview needs and audit the bundled data as it opens by default."""
    from fairfuse_core.audit import AuditConfig, OperatingPoint, run_audit
    from fairfuse_core.figures import FIGURES
    from fairfuse_core.ui import analysis, cards, reporting, sidebar, tables
    from fairfuse_core.ui.cache import bundled_store
    from fairfuse_core.ui.dataset import radfusion

    del cards, reporting, sidebar, tables  # loaded, which is all that was wanted
    bundled = radfusion()
    config = AuditConfig(
        attributes=tuple(bundled.shape.groups), operating_point=OperatingPoint("as_given")
    )
    key = analysis.key_for(bundled, config, "audit")
    audit = bundled_store().get(key, lambda: run_audit(bundled.data, config))
    FIGURES["gap_forest"](audit, metric="tpr", target=audit.targets[0])


def main() -> None:
    """Serve the app; arguments are Streamlit's own, as ``--server.port=8501``."""
    from streamlit.web import cli

    Thread(target=prepare, name="fairfuse-warm-up", daemon=True).start()
    sys.argv = ["streamlit", "run", str(ROOT / "app.py"), *sys.argv[1:]]
    cli.main()


if __name__ == "__main__":
    main()
