"""Progress on stderr, only when there is a wait."""

from __future__ import annotations

import sys
import time

import click

_PATIENCE = 1.0
"""Seconds before anything is said: most audits are done by then."""

_PAUSE = 5.0
"""Seconds between lines where they cannot be overwritten."""


class Progress:
    """Tells how far the audit is: one changing line on a terminal, a line now and then in a log."""

    def __init__(self) -> None:
        self._began = self._last = time.monotonic()
        self._terminal = sys.stderr.isatty()
        self._shown = False

    def __call__(self, share: float, text: str) -> None:
        """Show a share in [0, 1] and what is being done."""
        now = time.monotonic()
        if now - self._began < _PATIENCE or share >= 1:
            return
        if not self._terminal and self._shown and now - self._last < _PAUSE:
            return
        line = f"{100 * min(max(share, 0.0), 1.0):3.0f} %  {text}"
        if self._terminal:
            click.echo(f"\r\033[K{line}", err=True, nl=False)
        else:
            click.echo(line, err=True)
        self._shown, self._last = True, now

    def close(self) -> None:
        """Clear the line."""
        if self._shown and self._terminal:
            click.echo("\r\033[K", err=True, nl=False)
