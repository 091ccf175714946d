"""A visitor: a browser profile that can reach this machine only, and remembers what was tried."""

import re
from urllib.parse import urlsplit

LOOPBACK = {"127.0.0.1", "localhost", "[::1]"}
LOCAL_SCHEMES = {"data", "blob", "about", "file"}
_WEBSOCKET_ELSEWHERE = re.compile(r"^wss?://(?!127\.0\.0\.1[:/])")


def is_local(url):
    parts = urlsplit(url)
    return parts.scheme in LOCAL_SCHEMES or parts.hostname in LOOPBACK


class Visitor:
    """A browser context and its page.

    Attributes
    ----------
    refused : list of str
        Addresses outside this machine that a page asked for.
    asked : list of str
        Every address asked for, websockets included.
    crashes : list of str
        Errors that no script of the page caught.
    """

    def __init__(self, browser, size, **options):
        self.refused, self.asked, self.crashes = [], [], []
        self.context = browser.new_context(
            viewport={"width": size[0], "height": size[1]},
            service_workers="block",  # their requests would pass the guard unseen
            **options,
        )
        self.context.set_default_timeout(30_000)
        self.context.route("**/*", self._request)
        self.context.route_web_socket(_WEBSOCKET_ELSEWHERE, self._refuse_socket)
        self.page = self.new_page()

    def new_page(self):
        page = self.context.new_page()
        page.on("pageerror", lambda error: self.crashes.append(str(error)))
        page.on("websocket", lambda socket: self.asked.append(socket.url))
        return page

    def _request(self, route):
        url = route.request.url
        self.asked.append(url)
        if is_local(url):
            route.continue_()
        else:
            self.refused.append(url)
            route.abort("blockedbyclient")

    def _refuse_socket(self, socket):
        self.asked.append(socket.url)
        self.refused.append(socket.url)
        socket.close(code=3000, reason="refused")

    def leave(self):
        self.context.unroute_all(behavior="ignoreErrors")
        self.context.close()
