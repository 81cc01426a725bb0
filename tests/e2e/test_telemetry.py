"""Logs, metrics, health and traces of the whole program."""

import json
import re

from e2e.case import ServerCase
from support.announcements import model_card, no_release
from support.collector import Collector
from support.grpc_health import serving
from support.http_client import send
from support.metrics import Scrape, documented
from support.nats_server import NatsServer
from support.server import TOKEN, free_port, run
from support.waiting import wait_until

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
SENDER = "00f067aa0ba902b7"


class TelemetryCase(ServerCase):
    extra = ""

    @classmethod
    def prepare(cls):
        cls.collector = Collector()
        cls.addClassCleanup(cls.collector.stop)
        cls.telemetry_port = free_port()
        cls.config = cls.folder / "seaworthy.toml"
        cls.config.write_text(
            f'{cls.extra}[telemetry]\nlog_format = "json"\nlisten = "127.0.0.1:{cls.telemetry_port}"\n'
            f'otlp_url = "{cls.collector.url}"\n'
        )

    def ask(self, path):
        return send(self.telemetry_port, "GET", path)

    def scrape(self):
        answer = self.ask("/metrics")
        self.assertEqual(answer.status, 200)
        return Scrape(answer.text)

    def trace(self, name):
        done = run("trace", name, "--data", self.server.data, "--json")
        self.assertEqual(done.code, 0, done.err)
        return json.loads(done.out)


class Telemetry(TelemetryCase):
    def test_every_metric_is_documented_and_every_documented_one_is_there(self):
        self.approved_pair(model_card(10), model_card(11))
        names = documented()
        scrape = self.scrape()
        self.assertEqual(scrape.types, {name: kind for name, (kind, _) in names.items()})
        for sample in scrape.samples:
            name = re.sub("_(bucket|sum|count)$", "", sample.name)
            self.assertEqual(set(sample.labels) - {"le"}, names[name][1], sample)

    def test_metrics_tell_what_happened(self):
        self.record(model_card(12))
        self.api.submit(no_release(1))
        self.server.settle()
        scrape = self.scrape()
        self.assertGreaterEqual(scrape.value("seaworthy_announcements", state="recorded"), 1)
        self.assertGreaterEqual(scrape.value("seaworthy_announcements", state="rejected"), 1)
        self.assertGreaterEqual(scrape.sum("seaworthy_verdicts_total", persona="dx", endpoint="offline"), 1)
        self.assertGreaterEqual(scrape.sum("seaworthy_http_requests_total", route="api", status="202"), 2)
        self.assertEqual(scrape.value("seaworthy_queue_pending", subscription="reviewer.dx"), 0)
        self.assertEqual(
            scrape.value("seaworthy_state_applied_sequence"), scrape.value("seaworthy_log_last_sequence")
        )
        for name in ("seaworthy_ready", "seaworthy_log_writable", "seaworthy_state_leading"):
            self.assertEqual(scrape.value(name), 1, name)
        self.assertGreater(scrape.value("process_resident_memory_bytes"), 1 << 20)
        self.assertGreater(scrape.value("seaworthy_data_free_bytes"), 0)

    def test_drafts_and_approvals_are_timed(self):
        before = self.scrape()
        self.approved_pair(model_card(13), model_card(14))

        def counted():
            now = self.scrape()
            return all(
                (now.value(name) or 0) > (before.value(name) or 0)
                for name in ("seaworthy_announcement_to_draft_seconds_count", "seaworthy_draft_to_approval_seconds_count")
            )

        wait_until(counted, "the latencies are counted", 30)

    def test_no_label_holds_an_address_a_tool_or_a_strangers_words(self):
        tools = self.record(model_card(15), source_url="https://vendor.example/news/secret-path")
        self.server.read("/tools/<script>alert(1)</script>")
        text = self.scrape().text
        for word in ["vendor.example", "<script", "alert(", "://", *tools]:
            self.assertNotIn(word, text)

    def test_the_way_of_an_announcement_is_a_tree(self):
        first = self.record(model_card(16))[0]
        answer = self.api.submit(model_card(17))
        self.server.settle()
        second = self.api.announcement(answer.json["announcement_id"])["tools"][0]
        self.api.call("POST", "/comparisons", {"tools": [first, second]})
        self.server.settle()
        comparison = self.api.comparison("-vs-".join(sorted([first, second])))
        self.api.decide(comparison["id"], "approve", comparison["content_hash"])
        trace = self.trace(answer.json["announcement_id"])
        spans = {span["span_id"]: span for span in trace["spans"]}
        subjects = [span["subject"] for span in trace["spans"]]
        self.assertEqual(subjects[:3], ["announcement.received", "tool.announced", "review.requested"])
        verdicts = [span for span in trace["spans"] if span["subject"] == "verdict.given"]
        self.assertEqual(len({v["attributes"]["persona"] for v in verdicts}), 4)
        for verdict in verdicts:
            self.assertEqual(spans[verdict["parent_span_id"]]["subject"], "review.requested")
            self.assertEqual(verdict["attributes"]["endpoint"], "offline")
        approved = [s for s in trace["spans"] if s["subject"] == "comparison.approved" and s["about"] == comparison["id"]]
        self.assertEqual(spans[approved[0]["joined_to"]]["subject"], "comparison.drafted")
        self.assertFalse(trace["cut"])

    def test_a_trace_is_found_by_tool_and_trace_id_and_printed_for_people(self):
        tool = self.record(model_card(18))[0]
        self.server.settle()
        trace = self.trace(tool)
        self.assertEqual(self.trace(trace["trace_id"])["spans"][0]["subject"], "announcement.received")
        done = run("trace", tool, "--data", self.server.data)
        self.assertIn("announcement.received", done.out)
        self.assertRegex(done.out, r"[├└]─ verdict\.given +\S+/dx +(ship|skip), by offline")
        done = run("trace", "ann-" + "0" * 24, "--data", self.server.data)
        self.assertEqual(done.code, 4)
        self.assertIn("nothing in the log", done.err)

    def test_the_senders_trace_goes_on_and_reaches_a_collector(self):
        headers = {"Content-Type": "text/markdown", "traceparent": f"00-{TRACE}-{SENDER}-01"}
        answer = self.api.call("POST", "/announcements", model_card(19), headers)
        self.assertEqual(answer.status, 202, answer.text)
        self.server.settle()
        ours = lambda: [s for s in self.collector.spans if s["traceId"] == TRACE]
        wait_until(lambda: len([s for s in ours() if s["name"] == "verdict.given"]) == 4, "the spans are exported", 30)
        spans = {span["name"]: span for span in ours()}
        self.assertEqual(spans["announcement.received"]["parentSpanId"], SENDER)
        self.assertEqual(spans["tool.announced"]["parentSpanId"], spans["announcement.received"]["spanId"])
        self.assertEqual(spans["review.requested"]["parentSpanId"], spans["tool.announced"]["spanId"])
        self.assertEqual(spans["verdict.given"]["parentSpanId"], spans["review.requested"]["spanId"])
        self.assertEqual(spans["verdict.given"]["service"], "seaworthy-reviewer")
        for span in ours():
            self.assertLessEqual(int(span["startTimeUnixNano"]), int(span["endTimeUnixNano"]))
        self.assertEqual(self.collector.faults, [])

    def test_a_malformed_traceparent_counts_for_nothing(self):
        headers = {"Content-Type": "text/markdown", "traceparent": "00-" + "0" * 32 + "-x\"}]-01"}
        answer = self.api.call("POST", "/announcements", model_card(20), headers)
        self.assertEqual(answer.status, 202, answer.text)
        self.server.settle()
        first = self.trace(answer.json["announcement_id"])["spans"][0]
        self.assertEqual(first["parent_span_id"], "")
        self.assertRegex(first["trace_id"], r"^[0-9a-f]{32}$")

    def test_every_line_of_the_log_is_json_without_a_secret(self):
        self.api.submit(b"\n{\"level\":\"forged\"}\n\x1b[2J", key="forged\\n line")
        self.server.read("/%0a%7b%22level%22%3a1%7d")
        link = self.server.link_file.read_text().strip()
        text = self.server.log.read_text()
        for line in text[text.index("{") :].splitlines():
            if not line.startswith("{"):
                continue  # Standard output: the addresses.
            said = json.loads(line)
            self.assertEqual(said["service"], "seaworthy")
            self.assertRegex(said["time"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$")
            self.assertIn(said["level"], ["info", "warn", "error"])
        for secret in (TOKEN, link, link.rsplit("/", 1)[-1].rsplit("=", 1)[-1]):
            self.assertNotIn(secret, text)
            self.assertNotIn(secret, self.ask("/metrics").text)

    def test_only_what_it_is_for_is_answered(self):
        self.assertEqual(self.ask("/").status, 404)
        self.assertEqual(send(self.telemetry_port, "POST", "/metrics", b"x").status, 405)
        self.assertEqual(self.ask("/healthz").json["status"], "ok")
        self.assertEqual({check["name"] for check in self.ask("/readyz").json["checks"]}, {"start", "log", "events", "state"})


class Broker(TelemetryCase):
    @classmethod
    def prepare(cls):
        cls.nats = NatsServer(cls.folder).start()
        cls.addClassCleanup(cls.nats.stop)
        cls.extra = cls.nats.log_table
        super().prepare()

    def test_a_process_is_not_ready_while_the_broker_is_away_and_says_so(self):
        self.assertEqual(self.ask("/readyz").status, 200)
        serves = lambda: serving(self.server.data, "seaworthy.v1.AggregatorService")
        wait_until(serves, "gRPC's health checkers are told that it serves", 30)
        self.nats.kill()
        wait_until(lambda: self.ask("/readyz").status == 503, "the process is not ready", 30)
        missing = [check for check in self.ask("/readyz").json["checks"] if not check["ok"]]
        self.assertEqual(missing[0]["name"], "log")
        self.assertIn("NATS", missing[0]["reason"])
        wait_until(lambda: not serves(), "gRPC's health checkers are told", 30)
        self.assertTrue(serving(self.server.data))
        self.assertEqual(self.ask("/healthz").status, 200)
        self.assertEqual(self.scrape().value("seaworthy_log_writable"), 0)
        self.nats.start()
        wait_until(lambda: self.ask("/readyz").status == 200, "the process is ready again", 30)
        self.assertEqual(self.scrape().value("seaworthy_ready"), 1)
        wait_until(serves, "gRPC's health checkers are told again", 30)
