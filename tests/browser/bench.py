"""A blank page with a model that behaves like JupyterLab's, in front of a real widget in this process.

The widget runs with a comm that keeps what it sends; the page's model passes everything on in both directions. So all
of it is real but for the kernel in between, whose delays `hold` and `release` play.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import comm
from comm.base_comm import BaseComm

ADDRESS = "http://localhost:9/"
HERE = Path(__file__).parent
PATIENCE = 120_000  # milliseconds: a busy machine is no fault of the page


class KeepingComm(BaseComm):
    """A comm that keeps what is sent."""

    sent: list[dict[str, Any]]

    def publish_msg(
        self, msg_type: str, data: Any = None, metadata: Any = None, buffers: Any = None, **keys: Any
    ) -> None:
        if not hasattr(self, "sent"):
            self.sent = []
        if msg_type == "comm_msg":
            self.sent.append(json.loads(json.dumps(data)))


def make_keeping(make: Any) -> Any:
    """Make a widget whose messages are kept."""
    former, comm.create_comm = comm.create_comm, KeepingComm
    try:
        return make()
    finally:
        comm.create_comm = former


class Bench:
    """A page that shows a widget, and the way between the two."""

    def __init__(self, browser: Any, *, light: bool = True, width: int = 1180, height: int = 820) -> None:
        self.page = browser.new_page(viewport={"width": width, "height": height})
        self.page.set_default_timeout(PATIENCE)
        self.light = light
        self.errors: list[str] = []
        self.inbox: list[dict[str, Any]] = []
        self.held = False
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("console", lambda line: self.errors.append(line.text) if line.type == "error" else None)
        self.page.route("**/*", self._serve)
        self.page.expose_function("toPython", self._receive)

    def show(self, widget: Any) -> Any:
        """Load the widget's own module and style sheet, and render one view; return the page."""
        self.page.goto("about:blank")  # what the former page still says must not reach this widget
        self.widget = widget
        self.inbox.clear()
        self.held = False
        self.page.goto(ADDRESS)
        self.page.add_script_tag(path=HERE / "model.js")
        state = {name: value for name, value in widget.get_state().items() if not name.startswith("_")}
        self.page.evaluate("(state) => startWidget(state)", json.loads(json.dumps(state, default=str)))
        self.page.locator(".ctn-pane").first.focus()
        return self.page

    def hold(self) -> None:
        """Let the kernel be busy: what the page sends waits."""
        self.held = True

    def release(self) -> None:
        """Deliver what waited."""
        self.held = False
        for message in self.inbox:
            self._deliver(message)
        self.inbox.clear()
        self.settle()

    def settle(self) -> None:
        """Wait until the page has nothing unacknowledged."""
        self.page.wait_for_selector('.ctn-saved[data-state="saved"]')
        assert not self.errors, self.errors

    def press(self, *keys: str) -> None:
        """Press keys one after the other, in Playwright's names."""
        for key in keys:
            self.page.keyboard.press(key)

    def _serve(self, route: Any) -> None:
        if route.request.url.endswith("/widget.mjs"):
            route.fulfill(body=self.widget._esm, content_type="text/javascript")
        elif route.request.url == ADDRESS:
            page = (HERE / "page.html").read_text("utf-8")
            body = page.replace("LIGHT", str(self.light).lower()).replace("/*STYLE*/", self.widget._css)
            route.fulfill(body=body, content_type="text/html; charset=utf-8")
        else:
            route.fulfill(status=204, body="")

    def _receive(self, text: str) -> None:
        message = json.loads(text)
        if self.widget.comm is None:  # closed; the page does not know yet
            return
        if self.held:
            self.inbox.append(message)
        else:
            self._deliver(message)

    def _deliver(self, message: dict[str, Any]) -> None:
        sent = self.widget.comm.sent
        sent.clear()
        data = {"buffer_paths": [], **message} if message["method"] == "update" else message
        self.widget._handle_msg({"content": {"data": data}, "buffers": []})
        for answer in [item for item in sent if item.get("method") in ("update", "custom")]:
            self.page.evaluate("(message) => window.model.take(message)", answer)
