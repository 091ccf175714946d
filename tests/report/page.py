"""Reads a report back: its tables as lists of cells, its figures as data, its text."""

import json
from html.parser import HTMLParser

VOID = {"meta", "br", "wbr", "link", "img", "hr", "input", "base"}


class Page(HTMLParser):
    """Cells of every table, JSON of every figure, attributes of every element; tags balanced."""

    def __init__(self, html):
        super().__init__()
        self.tables, self.data, self.elements, self.words = [], {}, [], []
        self.style, self.scripts = "", []
        self._open, self._cell, self._script = [], None, None
        self.feed(html)
        self.close()
        assert not self._open, f"left open: {self._open}"

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self._open.append(tag)
        if tag == "table":
            self.tables.append([])
        elif tag == "tr":
            self.tables[-1].append([])
        elif tag in {"td", "th"}:
            self._cell = []
        elif tag == "br" and self._cell is not None:
            self._cell.append("\n")
        elif tag == "script":
            self._script = dict(attrs)

    def handle_endtag(self, tag):
        if tag in VOID:
            return
        while self._open[-1] in {"li", "p"} and self._open[-1] != tag:
            self._open.pop()
        assert self._open.pop() == tag
        if tag in {"td", "th"}:
            self.tables[-1][-1].append("".join(self._cell).strip())
            self._cell = None
        elif tag == "script":
            self._script = None

    def handle_data(self, data):
        if self._script is not None:
            if self._script.get("type") == "application/json":
                self.data[self._script["id"]] = json.loads(data)
            else:
                self.scripts.append(data)
        elif self._open and self._open[-1] == "style":
            self.style += data
        else:
            self.words.append(data)
            if self._cell is not None:
                self._cell.append(data)

    @property
    def text(self):
        return " ".join(" ".join(self.words).split())
