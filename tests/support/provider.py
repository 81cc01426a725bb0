"""A provider of models on loopback: Chat Completions and Messages, as told."""

import contextlib
import http.server
import json
import threading

QUOTE = "It says plainly what it is for, and somebody who wants that may use it."


class Provider:
    """Its fields say what it answers; `url` is for openai:, `root` for anthropic:."""

    def __init__(self, vote="ship", key=None):
        self.key = key  # None: any will do.
        self.refusal = 401
        self.models = ["small-1"]
        self.votes = [vote]  # In turn, the last for good.
        self.text = None  # The whole answer instead of a verdict.
        self.statuses = [200]  # In turn as well; 0 ends the connection without an answer.
        self.served = "small-1-0001"
        self.usage = (900, 60)
        self.answers = threading.Event()  # Cleared: questions wait.
        self.answers.set()
        self.waiting = False  # A question came.
        self.asked = 0
        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()

    @property
    def port(self):
        return self._server.server_port

    @property
    def root(self):
        return f"http://127.0.0.1:{self.port}"

    @property
    def url(self):
        return f"openai:{self.root}/v1"

    def close(self):
        self.answers.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def verdict(self):
        return json.dumps({"vote": _next(self.votes), "confidence": 0.6, "quote": QUOTE, "beats": [], "claims": [],
                           "competitors": [], "flip": "A price."})  # fmt: skip

    def completion(self, messages):
        """Of Messages, or of Chat Completions."""
        text, (sent, made) = self.text or self.verdict(), self.usage
        if messages:
            usage = {"input_tokens": sent, "output_tokens": made}
            content = [{"type": "text", "text": text}]
            return {"id": "m1", "type": "message", "model": self.served, "content": content,
                    "stop_reason": "end_turn", "usage": usage}  # fmt: skip
        usage = {"prompt_tokens": sent, "completion_tokens": made, "total_tokens": sent + made}
        choice = {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": text}}
        return {"id": "c1", "object": "chat.completion", "model": self.served, "choices": [choice], "usage": usage}


def _next(values):
    return values.pop(0) if len(values) > 1 else values[0]


def _handler(provider):
    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self, status, body):
            data = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            with contextlib.suppress(ConnectionError):  # Who asked may be gone.
                self.end_headers()
                self.wfile.write(data)

        def refused(self):
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            if provider.key is None or provider.key in (self.headers.get("x-api-key"), self.bearer()):
                return False
            self.answer(provider.refusal, {"error": {"message": "Incorrect API key", "type": "invalid_request_error"}})
            return True

        def bearer(self):
            return self.headers.get("Authorization", "").removeprefix("Bearer ")

        def do_GET(self):
            if not self.refused():
                self.answer(200, {"object": "list", "data": [{"id": model} for model in provider.models]})

        def do_POST(self):
            if self.refused():
                return
            provider.waiting = True
            provider.answers.wait(60)
            provider.asked += 1
            status = _next(provider.statuses)
            if status == 200:
                self.answer(200, provider.completion(self.path.endswith("/messages")))
            elif status:
                self.answer(status, {"error": {"message": "not now", "type": "server_error"}})
            else:
                self.close_connection = True

        def log_message(self, *_):
            pass

    return Handler
