"""Each service in a process of its own: any order, any kill, any reviewer."""

import contextlib
import http.client
import json
import pathlib
import re
import shutil
import tempfile
import threading
import unittest
from unittest import mock

from support import http_client, server
from support.announcements import model_card
from support.grpc_health import serving_at
from support.services import SERVICES, Service, Services
from support.waiting import wait_until

from e2e.case import ServerCase
from e2e.test_desk import Browser

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"


class ServicesCase(ServerCase):
    """Four programs for all cases of the class."""

    tables = ""  # Of their configuration.

    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="seaworthy-e2e-"))
        cls.addClassCleanup(shutil.rmtree, cls.folder, ignore_errors=True)
        cls.services = Services(cls.folder, cls.tables)
        cls.addClassCleanup(cls.services.stop)
        cls.server = cls.services.server
        cls.begin()

    @classmethod
    def begin(cls):
        cls.services.nats.start()
        cls.services.start()

    def verdicts(self):
        return self.api.call("GET", "/status").json["counts"].get("verdicts", 0)


class Pipeline(ServicesCase):
    tables = '[telemetry]\nlog_format = "json"\nlog_level = "debug"\n'

    def test_an_announcement_becomes_a_page_in_four_processes(self):
        comparison = self.approved_pair(model_card(60), model_card(61))
        page = self.server.read(f"/compare/{comparison['id']}")
        self.assertEqual(page.status, 200, page.text)

    def test_each_killed_and_started_again_loses_and_doubles_nothing(self):
        self.approved_pair(model_card(62), model_card(63))
        self.server.settle()
        before, verdicts = self.everything(), self.verdicts()
        for name in SERVICES:
            service = self.services[name]
            service.kill()
            service.spawn().wait()
            wait_until(self.services.answers, f"all is well after {name} was killed")
            self.server.settle()
            self.assertEqual((self.everything(), self.verdicts()), (before, verdicts), name)

    def test_what_is_submitted_while_others_are_down_is_done_when_they_are_back(self):
        for name in ("reviewer", "aggregator"):
            self.services[name].kill()
        answer = self.api.submit(model_card(64), key="while-two-are-down")
        self.assertEqual(answer.status, 202, answer.text)
        for name in ("aggregator", "reviewer"):
            self.services[name].spawn()
        for name in ("aggregator", "reviewer"):
            self.services[name].wait()
        wait_until(self.services.answers, "the aggregator answers")
        self.server.settle()
        announcement = self.api.announcement(answer.json["announcement_id"])
        self.assertEqual(announcement["state"], "recorded", announcement)
        again = self.api.submit(model_card(64), key="while-two-are-down")
        self.assertEqual(again.json["announcement_id"], answer.json["announcement_id"])

    def test_without_reviewer_and_ingest_pages_are_served_and_decided(self):
        comparison = self.drafted_pair(model_card(65), model_card(66))
        for name in ("reviewer", "ingest"):
            self.assertEqual(self.services[name].stop(), 0)
        answer = self.api.decide(comparison["id"], "approve", comparison["content_hash"])
        self.assertEqual(answer.status, 200, answer.text)
        self.assertEqual(self.server.read(f"/compare/{comparison['id']}").status, 200)
        self.assertEqual(self.api.submit(model_card(67)).status, 503)
        for name in ("reviewer", "ingest"):
            self.services[name].spawn().wait()

    def test_a_site_serves_the_same_pages_and_nothing_else(self):
        comparison = self.approved_pair(model_card(68), model_card(69))
        port = server.free_port()
        site = self.services.add("site", "publisher", ["--role", "site", "--port", port], identity="site")
        site.spawn().wait()
        self.addCleanup(site.stop)
        path = f"/compare/{comparison['id']}"
        wait_until(lambda: http_client.send(port, "GET", path).status == 200, "the site has the page")
        for same in (path, "/", "/feeds/rss.xml", "/api/v1/comparisons"):
            self.assertEqual(http_client.send(port, "GET", same).body, self.server.read(same).body, same)
        token = {"Authorization": f"Bearer {server.TOKEN}"}
        elsewhere = [("GET", "/desk", {}), ("POST", "/vote", {}), ("GET", "/api/v1/tools", token), ("POST", "/subscribe", {})]
        for method, where, headers in elsewhere:
            answer = http_client.send(port, method, where, b"", headers)
            self.assertEqual((answer.status, answer.json["code"]), (421, "elsewhere"), where)
        self.assertFalse((site.data / "people").exists())

    def test_a_site_is_ready_while_the_aggregator_answers(self):
        port, asked = server.free_port(), server.free_port()
        config = self.services.config_of("site")
        config.write_text(config.read_text().replace("[telemetry]", f'[telemetry]\nlisten = "127.0.0.1:{asked}"'))
        site = Service(self.services, "asked-site", "publisher", ["--role", "site", "--port", port])
        with mock.patch.object(self.services, "config_of", lambda _: config):
            site.spawn().wait()
        self.addCleanup(site.stop)
        ready = lambda: http_client.send(asked, "GET", "/readyz").status
        wait_until(lambda: ready() == 200, "the site is ready")
        self.services["aggregator"].kill()
        wait_until(lambda: ready() == 503, "it is not without the aggregator")
        self.services["aggregator"].spawn().wait()
        wait_until(lambda: ready() == 200, "it is ready again")
        wait_until(self.services.answers, "all is well")

    def test_one_announcements_lines_carry_one_trace_in_every_program(self):
        read = self.server.submit_and_read(model_card(72), traceparent=f"00-{TRACE}-00f067aa0ba902b7-01")
        announcement, tool = read["announcement_id"], read["tools"][0]
        self.server.settle()
        expected = {
            "publisher": f"publisher: {announcement} is handed in",
            "ingest": f"ingest: tool.announced of {announcement}",
            "aggregator": "(verdict.given) is taken up",
            "reviewer": f"reviewer: dx of {tool}@1 came from offline",
        }
        for name, words in expected.items():
            wait_until(lambda: any(words in line for line in self.lines(name, TRACE)), f"{name} says: {words}")

    def lines(self, name, trace):
        """Whole lines of the log only: it is written while it is read."""
        whole = [line for line in self.services[name].text().split("\n")[:-1] if line.startswith("{")]
        said = [json.loads(line) for line in whole]
        return [line["message"] for line in said if line.get("trace_id") == trace]

    def test_health_over_tls_follows_the_log(self):
        certificate = self.folder / "certificates/operator.pem"

        def all_say(answer):
            ports = self.services.ports
            return all(
                serving_at(ports[name], certificate, f"seaworthy.v1.{name.title()}Service") is answer
                for name in SERVICES[:3]
            )

        wait_until(lambda: all_say(True), "all serve")
        self.services.nats.kill()
        wait_until(lambda: all_say(False), "none serves without the log")
        self.services.nats.start()
        wait_until(lambda: all_say(True), "all serve again")
        wait_until(self.services.answers, "all is well")

    def test_the_operator_asks_from_anywhere(self):
        config = self.services.config_of("operator")
        done = server.run("status", "--once", "--config", config, "--data", self.folder / "none")
        self.assertEqual(done.code, 0, done.err)
        self.assertIn("log at event", done.out)

    def test_a_folder_says_what_its_process_does_not_host(self):
        done = server.run("status", "--once", "--data", self.services["ingest"].data)
        self.assertEqual(done.code, 1)
        self.assertIn("of another service", done.err)

    def test_the_aggregators_own_folder_tells_its_status(self):
        done = server.run("status", "--once", "--data", self.services["aggregator"].data)
        self.assertEqual(done.code, 0, done.err)
        self.assertIn("log at event", done.out)
        self.assertIn("the log begins at event 1, and is kept for ever", done.out)
        status = self.api.call("GET", "/status").json
        self.assertEqual((status["log_first_sequence"], status["log_retention_days"], status["leading"]), (1, 0, True))
        self.assertIn(f"this aggregator ({status['leader']}) emits", done.out)


class TwoReviewers(ServicesCase):
    def test_share_the_work_and_double_nothing(self):
        second = self.services.add(
            "second", "reviewer", ["--listen", f"127.0.0.1:{server.free_port()}"], identity="reviewer"
        )
        second.spawn().wait()
        self.addCleanup(second.stop)
        self.server.settle()
        before = self.verdicts()
        for number in range(6):
            self.record(model_card(20 + number))
        self.server.settle()
        self.assertEqual(self.verdicts(), before + 24)
        self.services["reviewer"].kill()
        self.addCleanup(lambda: self.services["reviewer"].spawn().wait())
        self.record(model_card(30))
        self.server.settle()
        self.assertEqual(self.verdicts(), before + 28)

    def test_each_answers_for_its_personas(self):
        self.services["reviewer"].stop()
        self.addCleanup(lambda: self.services["reviewer"].spawn().wait())
        for name, personas in (("one", "dx,futurist"), ("two", "business,competitor")):
            flags = ["--personas", personas, "--listen", f"127.0.0.1:{server.free_port()}"]
            self.services.add(name, "reviewer", flags).spawn().wait()
            self.addCleanup(self.services[name].stop)
        self.server.settle()
        before = self.verdicts()
        self.record(model_card(31))
        self.server.settle()
        self.assertEqual(self.verdicts(), before + 4)
        for name in ("one", "two"):
            self.assertNotIn("is unknown", self.services[name].text())


class Subscribers(ServicesCase):
    tables = '[mail]\nurl = "smtp://127.0.0.1:9"\nfrom = "edition@example.org"\n'

    def subscribers(self, action, address, service="publisher", token=server.TOKEN, code=0):
        data = self.services[service].data
        done = server.run("subscribers", action, address, "--data", data, *(["--token", token] if token else []))
        self.assertEqual(done.code, code, done.out + done.err)
        return done

    def known(self, address):
        return json.loads(self.subscribers("export", address).out)["known"]

    def test_the_command_asks_the_publisher_and_opens_its_folder_without_one(self):
        for address in ("ada@example.org", "bob@example.org"):
            self.assertEqual(Browser(self.server.port).post("/subscribe", {"address": address}).status, 303)
        self.assertTrue(self.known("ada@example.org"))
        self.subscribers("erase", "ada@example.org")
        self.assertEqual((self.known("ada@example.org"), self.known("bob@example.org")), (False, True))
        self.assertIn("--token", self.subscribers("export", "bob@example.org", token=None, code=1).err)
        self.assertIn("the publisher's data folder", self.subscribers("erase", "bob@example.org", "aggregator", code=5).err)
        self.services["publisher"].stop()
        self.subscribers("erase", "bob@example.org", token=None)
        self.assertFalse(self.known("bob@example.org"))
        self.assertNotRegex(self.services["publisher"].text(), "ada@|bob@")


class WithoutTheBroker(ServicesCase):
    def test_all_stop_in_order_with_work_under_way(self):
        self.services.nats.kill()
        sender = threading.Thread(target=self.send_until_nobody_answers)
        sender.start()
        self.addCleanup(sender.join)
        ingest = self.services["ingest"]
        wait_until(lambda: ingest.says("nothing is taken or renewed"), "ingest has seen that the log is away")
        for name in SERVICES:
            self.assertEqual(self.services[name].stop(), 0, self.services[name].text()[-1000:])

    def send_until_nobody_answers(self):
        with contextlib.suppress(OSError, http.client.HTTPException):
            while self.api.submit(model_card(90)).status == 503:
                pass


class TwoWatchers(ServicesCase):
    def buckets(self, name):
        text = self.services[name].text()
        taken, lost = (re.findall(rf"lease watch\.\d+: \w+ {word} it", text) for word in ("holds", "has lost"))
        return len(taken) - len(lost)

    def test_one_that_joins_is_given_buckets(self):
        wait_until(lambda: self.buckets("ingest") == 16, "the first has them all")
        second = self.services.add("second", "ingest", ["--listen", f"127.0.0.1:{server.free_port()}"])
        second.spawn().wait()
        self.addCleanup(second.stop)
        wait_until(lambda: self.buckets("second") >= 2, "the second is given some")
        self.assertEqual(self.services["ingest"].stop(), 0)
        wait_until(lambda: self.buckets("second") == 16, "the second has them all")
        self.services["ingest"].spawn().wait()


class TwoAggregators(ServicesCase):
    """Behind one name."""

    @classmethod
    def begin(cls):
        services = cls.services
        first, second = services.ports["aggregator"], server.free_port()
        plain = services.config_of

        def config_of(identity):
            file = plain(identity)
            if identity == "publisher":
                both = f'"ipv4:127.0.0.1:{first},127.0.0.1:{second}"'
                file.write_text(file.read_text().replace(f'"127.0.0.1:{first}"', both))
            return file

        services.config_of = config_of
        services.add("second", "aggregator", ["--listen", f"127.0.0.1:{second}"])
        services.nats.start()
        services.start((*SERVICES, "second"))

    def test_who_emits_and_who_follows_is_told(self):
        def told():
            both = [server.run("status", "--once", "--data", self.services[name].data).out for name in ("aggregator", "second")]
            emits = [text for text in both if re.search(r"this aggregator \(\S+\) emits\n", text)]
            follows = [text for text in both if re.search(r"aggregator \S+ emits, this one follows\n", text)]
            return (len(emits), len(follows)) == (1, 1)

        wait_until(told, "one emits, the other follows")

    def test_where_one_is_killed_the_publisher_goes_on_with_the_other(self):
        known = [self.approved_pair(model_card(75), model_card(76))["id"]]
        for killed, cards in (("aggregator", (77, 78)), ("second", (79, 80))):
            self.services[killed].kill()
            wait_until(self.services.answers, f"the other answers, {killed} was killed")
            known.append(self.approved_pair(*map(model_card, cards))["id"])
            home = f"the page lists all, {killed} was killed"
            wait_until(lambda: all(f"/compare/{one}" in self.server.read("/").text for one in known), home)
            self.services[killed].spawn().wait()


class AnyOrder(ServicesCase):
    @classmethod
    def begin(cls):
        """Nothing yet: not even the log."""

    def test_all_wait_for_the_log_and_say_so_once(self):
        order = ("publisher", "aggregator", "reviewer", "ingest")
        for name in order:
            self.services[name].spawn()
        for name in order[1:]:
            wait_until(lambda name=name: self.services[name].says("waiting for the log at"), f"{name} says so")
        wait_until(lambda: self.services["publisher"].says("waiting for aggregator at"), "the publisher says so")
        self.assertEqual(self.server.read("/").status, 503)
        self.services.nats.start()
        for name in order:
            self.services[name].wait()
        wait_until(self.services.answers, "all is well")
        # A refused connection is tried again after a while.
        wait_until(lambda: self.api.call("GET", "/sources").status == 200, "the publisher reaches ingest")
        for name in order[1:]:
            self.assertEqual(len(re.findall("waiting for the log", self.services[name].text())), 1, name)
        self.approved_pair(model_card(70), model_card(71))
        self.orders()

    def orders(self):
        for order in (("ingest", "publisher", "reviewer", "aggregator"), ("reviewer", "ingest", "aggregator", "publisher")):
            self.assertEqual({self.services[name].stop() for name in order}, {0}, order)
            self.services.start(order)
            self.server.settle()
            self.assertEqual(self.server.read("/").status, 200, order)


class Refusals(ServicesCase):
    @classmethod
    def begin(cls):
        """Nothing is started."""

    def ends(self, kind, identity, change=lambda text: text):
        """Runs it with a changed configuration; its words."""
        config = self.services.config_of(identity)
        config.write_text(change(config.read_text()))
        service = Service(self.services, f"refused-{kind}", kind)
        self.services.config_of = lambda _: config
        self.addCleanup(self.services.__dict__.pop, "config_of")
        service.spawn()
        self.assertEqual(service.process.wait(30), 1, service.text())
        return service.text()

    def test_an_embedded_log_is_refused_with_the_way_out(self):
        words = self.ends("ingest", "ingest", lambda text: text.replace('"nats"', '"embedded"'))
        self.assertIn("seaworthy up", words)

    def test_anothers_certificate_is_refused(self):
        self.assertIn("is the certificate of `reviewer`, and this is `ingest`", self.ends("ingest", "reviewer"))

    def test_no_certificates_are_refused(self):
        words = self.ends("publisher", "publisher", lambda text: re.sub(r".*_file = .*\n", "", text))
        self.assertIn("make_certificates.sh", words)

    def test_a_signal_while_waiting_stops_in_order(self):
        service = self.services["aggregator"].spawn()
        wait_until(lambda: service.says("waiting for the log at"), "it waits")
        self.assertEqual(service.stop(10), 0)

    def test_help_shows_an_example(self):
        for kind in SERVICES:
            done = server.run_program(f"seaworthy-{kind}", "--help")
            self.assertEqual(done.code, 0)
            self.assertIn(f"seaworthy-{kind} --config /etc/seaworthy", done.out)


if __name__ == "__main__":
    unittest.main()
