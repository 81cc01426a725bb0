"""A receiver of webhooks: keeps what comes and answers as told."""

import base64
import hashlib
import hmac
import http.server
import json
import threading


class Receiver:
    """Listens on 127.0.0.1 until closed."""

    def __init__(self, port=0):
        self.received = []  # (headers in lower case, body)
        self.status = 200
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.received.append(({k.lower(): v for k, v in self.headers.items()}, body))
                self.send_response(receiver.status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *arguments):
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self.port = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()

    @property
    def events(self):
        return [json.loads(body) for _, body in self.received]

    def close(self):
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def is_signed(headers, body, secret):
    """Whether a delivery is signed as Standard Webhooks 1.0 says."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    text = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    right = "v1," + base64.b64encode(hmac.new(key, text, hashlib.sha256).digest()).decode()
    return hmac.compare_digest(right, headers["webhook-signature"])
