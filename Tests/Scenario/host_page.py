"""A customer's page on an origin of its own, as hostile as customers' pages get."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

HOSTILE_CSS = """
* { font-family: cursive !important; color: red !important; box-sizing: content-box !important; }
switchboard-widget, div, section, button, form, iframe {
  all: unset !important; display: none !important; visibility: hidden !important; opacity: 0 !important;
  transform: scale(3) !important; position: static !important; z-index: -1 !important; }
"""

BROKEN_GLOBALS = """
const broken = () => { throw new Error("the page broke this"); };
JSON.parse = JSON.stringify = broken;
window.fetch = window.WebSocket = window.AbortSignal = window.Promise.race = broken;
for (const name of ["map", "filter", "find", "includes", "flatMap", "toSorted", "with"]) Array.prototype[name] = broken;
Array.prototype.toJSON = Object.prototype.toJSON = () => "broken";
String.prototype.startsWith = String.prototype.trim = broken;
Object.entries = Object.keys = Object.fromEntries = broken;
window.Map = window.Set = broken;
"""


class HostPage:
    """Serves one page; the test says what is on it."""

    def __init__(self):
        page = self
        self.html = ""
        self.policy: str | None = None

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                found = self.path.split("?")[0] == "/"
                body = page.html.encode() if found else b""
                self.send_response(200 if found else 404)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.send_header("Content-Length", str(len(body)))
                if page.policy:
                    self.send_header("Content-Security-Policy", page.policy)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def show(self, gateway: str, *, head: str = "", body: str = "", attributes: str = "",
             policy: str | None = None, lang: str = "en", dir: str = "ltr", token: str = "demo") -> str:
        self.policy = policy
        self.html = f"""<!DOCTYPE html><html lang="{lang}" dir="{dir}"><head><meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>A customer's page</title><link rel="icon" href="data:,">{head}
            <script async src="{gateway}/w.js" data-token="{token}" {attributes}></script>
            </head><body><main><h1>A customer's page</h1>{body}</main></body></html>"""
        return self.url

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
