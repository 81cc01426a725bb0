"""An OTLP collector of ours: takes what is POSTed to /v1/traces and keeps its spans."""

import http.server
import json
import threading


class Collector:
    """On a port of its own; `spans` are as sent, each with its service."""

    def __init__(self):
        self.spans = []
        self.faults = []
        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self._server.server_port}"

    def stop(self):
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def named(self, subject):
        return [span for span in self.spans if span["name"] == subject]

    def _take(self, path, media_type, body):
        if (path, media_type) != ("/v1/traces", "application/json"):
            self.faults.append(f"{path} {media_type}")
        for resource in json.loads(body)["resourceSpans"]:
            attributes = {a["key"]: a["value"]["stringValue"] for a in resource["resource"]["attributes"]}
            for scope in resource["scopeSpans"]:
                self.spans += [{**span, "service": attributes["service.name"]} for span in scope["spans"]]

    def _handler(collector):
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                collector._take(self.path, self.headers["Content-Type"], body)
                self.send_response(200)
                self.send_header("Content-Length", "2")
                self.end_headers()
                self.wfile.write(b"{}")

            def log_message(self, *arguments):
                pass

        return Handler
