"""The app's own part: shell, session state, caches, components.

Only this package and `pages/` import Streamlit.
"""
