"""A plain HTTP client: what was sent and what came back, nothing hidden."""

import dataclasses
import http.client
import json


@dataclasses.dataclass
class Answer:
    status: int
    headers: dict
    body: bytes

    @property
    def text(self):
        return self.body.decode("utf-8")

    @property
    def json(self):
        return json.loads(self.body)


def send(port, method, path, body=None, headers=None, timeout=20):
    """One request on a connection of its own; redirects are not followed."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)
    try:
        connection.request(method, path, body=body, headers=headers or {})
        response = connection.getresponse()
        # Of a header that comes twice the first counts: the session cookie, not the device's.
        fields = {name.lower(): value for name, value in reversed(response.getheaders())}
        return Answer(response.status, fields, response.read())
    finally:
        connection.close()


class Api:
    """The JSON API of one server, with its token."""

    def __init__(self, port, token, timeout=20):
        self.port = port
        self.token = token
        self.timeout = timeout

    def call(self, method, path, body=None, headers=None):
        fields = {"Authorization": f"Bearer {self.token}", **(headers or {})}
        if isinstance(body, (dict, list)):
            body = json.dumps(body).encode()
            fields.setdefault("Content-Type", "application/json")
        return send(self.port, method, "/api/v1" + path, body, fields, self.timeout)

    def submit(self, document, key=None, media_type="text/markdown", source_url=None, traceparent=None):
        headers = {"Content-Type": media_type}
        if key:
            headers["Idempotency-Key"] = key
        if source_url:
            headers["X-Source-Url"] = source_url
        if traceparent:
            headers["traceparent"] = traceparent
        return self.call("POST", "/announcements", document, headers)

    def announcement(self, announcement_id):
        return self.call("GET", f"/announcements/{announcement_id}").json

    def tool(self, tool_id):
        return self.call("GET", f"/tools/{tool_id}").json

    def comparison(self, comparison_id):
        return self.call("GET", f"/comparisons/{comparison_id}").json

    def decide(self, comparison_id, decision, content_hash, reason="", key=None):
        body = {"decision": decision, "content_hash": content_hash, "reason": reason}
        headers = {"Idempotency-Key": key} if key else {}
        return self.call("POST", f"/comparisons/{comparison_id}/decisions", body, headers)

    def all(self, path, field):
        """Every entry of a paged list."""
        entries, cursor = [], None
        while True:
            joint = "&" if "?" in path else "?"
            page = self.call("GET", path + (f"{joint}cursor={cursor}" if cursor else "")).json
            entries += page[field]
            cursor = page["next_cursor"]
            if not cursor:
                return entries
