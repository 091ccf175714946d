"""A web server on 127.0.0.1 that serves files, and fails as it is told."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Server:
    """Serves ``files`` (path to bytes); ``faults`` (path to a list) are spent one a request.

    Faults: ("status", code), ("cut", bytes sent), ("stall", seconds), ("whole",) ignores Range,
    ("shift",) answers another range, ("page",) sends HTML, ("unsized", bytes sent) leaves the
    length out, ("drip", pause) sends slowly.
    """

    def __init__(self):
        self.files, self.faults, self.asked = {}, {}, []
        self.released = threading.Event()
        owner = self

        class Handler(_Handler):
            server_of = owner

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._http.daemon_threads = True
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.02,))
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._http.server_port}"

    def close(self):
        """Stop serving and wait for the threads."""
        self.released.set()
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()


class _Handler(BaseHTTPRequestHandler):
    server_of: Server

    def log_message(self, *parts):
        """Say nothing."""

    def do_GET(self):
        try:
            self._answer()
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True

    def _answer(self):
        served, wanted = self.server_of, self.headers.get("Range")
        served.asked.append((self.path, wanted))
        faults = served.faults.get(self.path, [])
        fault = faults.pop(0) if faults else ("none",)
        content = served.files.get(self.path)
        if fault[0] == "status" or content is None:
            self.send_error(fault[1] if fault[0] == "status" else 404)
            return
        if fault[0] == "page":
            self._send(200, b"<!DOCTYPE html><html>Log in</html>", kind="text/html")
            return
        if fault[0] == "stall":
            served.released.wait(fault[1])
        start = int(wanted.removeprefix("bytes=").rstrip("-")) if wanted else 0
        if wanted and fault[0] != "whole":
            if start >= len(content):
                self.send_error(416)
                return
            start += 1 if fault[0] == "shift" else 0
            said = f"bytes {start}-{len(content) - 1}/{len(content)}"
            self._send(206, content[start:], fault, content_range=said)
        else:
            self._send(200, content, fault)

    def _send(self, status, body, fault=("none",), *, kind="application/gzip", content_range=None):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        if content_range:
            self.send_header("Content-Range", content_range)
        if fault[0] != "unsized":
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if fault[0] in ("cut", "unsized"):
            body = body[: fault[1]]
        step = 20_000 if fault[0] == "drip" else max(len(body), 1)
        for at in range(0, len(body), step):
            self.wfile.write(body[at : at + step])
            if fault[0] == "drip" and self.server_of.released.wait(fault[1]):
                return
        self.close_connection = True
