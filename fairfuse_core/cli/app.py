"""`fairfuse app`: starts the Streamlit app of this checkout on this machine only."""

from __future__ import annotations

import socket
import subprocess
import sys
from pathlib import Path

import click

import fairfuse_core
from fairfuse_core.errors import ConfigError, NotAvailableError

HOST = "127.0.0.1"
_FIRST, _LAST = 8501, 8599


def app_file() -> Path:
    """Return the app's script.

    Raises
    ------
    NotAvailableError
        When only the library is installed, which does not hold the app.
    """
    path = Path(fairfuse_core.__file__).resolve().parent.parent / "app.py"
    if not path.is_file():
        raise NotAvailableError(
            "the app beside the library",
            f"no {path}",
            "The app runs from a checkout of the repository: run make app there.",
        )
    return path


def free_port(wanted: int | None) -> int:
    """Return the port asked for, or the first free one from 8501 on.

    Raises
    ------
    ConfigError
        When it is taken.
    """
    for port in [wanted] if wanted else range(_FIRST, _LAST + 1):
        with socket.socket() as probe:
            # As the server itself binds: a port still cooling down after a restart is free.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((HOST, port))
            except OSError:
                continue
            return port
    raise ConfigError(
        f"a free port on {HOST}", f"port {wanted or _FIRST} taken", "Choose one with --port."
    )


def command_line(port: int, extra: tuple[str, ...]) -> list[str]:
    """Return the command that serves the app, its first page warm, to this machine only."""
    return [
        sys.executable, "-m", "fairfuse_core.ui.launch",
        f"--server.port={port}", f"--server.address={HOST}", "--server.headless=true",
        "--browser.gatherUsageStats=false", *extra,
    ]  # fmt: skip


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--port", type=click.IntRange(1, 65535), help="Port; else the first free from 8501.")
@click.option("--debug", is_flag=True, help="Show a traceback when something fails.")
@click.argument("streamlit_arguments", nargs=-1, type=click.UNPROCESSED)
def app(port: int | None, debug: bool, streamlit_arguments: tuple[str, ...]) -> int:
    """Open the app: serves it on 127.0.0.1 until Ctrl+C.

    Arguments after -- go to Streamlit, as in: fairfuse app -- --server.maxUploadSize=500
    """
    script = app_file()
    chosen = free_port(port)
    click.echo(f"FairFuse: http://{HOST}:{chosen} (Ctrl+C stops it)")
    # Streamlit reads .streamlit/config.toml from the folder it is started in.
    running = subprocess.Popen(command_line(chosen, streamlit_arguments), cwd=script.parent)
    try:
        return running.wait()
    except KeyboardInterrupt:
        running.terminate()
        return running.wait()
