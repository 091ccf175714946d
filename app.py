"""FairFuse's entry point: `streamlit run app.py`."""

from fairfuse_core.ui.shell import main

main()
