"""Mail in a crash run: the editions of the weeks before, who gets them, the mail
server that takes them, and the proof that nobody gets one twice or not at all."""

import asyncio
import collections
import email.parser
import email.policy
import hashlib
import json
import random
import re
import subprocess
import threading

from crash.load import DEAD
from e2e.test_desk import Browser, hidden
from mail.smtp_server import SmtpServer
from support.announcements import model_card
from support.server import Server, built
from support.waiting import wait_until

DOMAIN = "example.org"
MOST_EDITIONS = 7
KILLS_AN_EDITION = 250
MAILS_A_KILL = 10
DRAIN_SECONDS = 900
# Numbers of announcements that the load does not come to.
FIRST_NUMBER = 800_000


class FarServer:
    """A mail server that takes its time, before it takes a mail and before it says so."""

    def __init__(self, seed):
        self.chance = random.Random(seed)
        self.taken = collections.Counter()  # By Message-ID.

    async def handle_DATA(self, server, session, envelope):
        await asyncio.sleep(self.chance.uniform(0, 0.02))
        headers = email.parser.BytesHeaderParser(policy=email.policy.default).parsebytes(envelope.content)
        self.taken[headers["Message-ID"]] += 1
        await asyncio.sleep(self.chance.uniform(0, 0.02))
        return "250 taken"


class Mails:
    """As many editions and readers as the kills need to have mail under way at each."""

    def __init__(self, folder, kills, seed):
        self.folder = folder
        self.kills = kills
        self.editions = min(MOST_EDITIONS, 1 + kills // KILLS_AN_EDITION)
        self.readers = max(20, kills * MAILS_A_KILL // self.editions)
        self.far = FarServer(seed)
        self.smtp = SmtpServer(self.far)
        self.smtp.start()
        self.approved = set()  # Weeks; acknowledged.
        self.complaints = []

    @property
    def table(self):
        return f'[mail]\nurl = "smtp://127.0.0.1:{self.smtp.port}"\nfrom = "edition@{DOMAIN}"\nper_second = 1000\n'

    def past(self):
        """A folder in whose log a comparison became public in each of the weeks before."""
        place = self.folder / "past"
        place.mkdir()
        server = Server(place)
        for week in range(self.editions):
            server.start()
            cards = [model_card(FIRST_NUMBER + 2 * week + i) for i in (0, 1)]
            tools = [server.submit_and_read(card)["tools"][0] for card in cards]
            made = server.api.call("POST", "/comparisons", {"tools": tools}).json["id"]
            server.settle()
            answer = server.api.decide(made, "approve", server.api.comparison(made)["content_hash"])
            assert answer.status == 200, answer.text
            server.age(7)
        return server.data

    def subscribe(self, people):
        people.parent.mkdir(mode=0o700, exist_ok=True)
        self._probe(people, "subscribe", self.readers)

    @staticmethod
    def _probe(people, *words):
        done = subprocess.run([built("seaworthy_mail_probe"), people, *map(str, words)], check=True, capture_output=True,
                              text=True, timeout=600)
        return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]

    def approving(self, server):
        """An editor who approves the next edition, as a thread."""
        thread = threading.Thread(target=self._approve_next, args=(server,))
        thread.start()
        return thread

    def _approve_next(self, server):
        if len(self.approved) == self.editions:
            return
        try:
            desk = self._editor(server)
            for path in self._weeks(desk) if desk else ():
                if path[-8:] not in self.approved:
                    return self._approve(desk, path)
        except DEAD:
            return

    def _editor(self, server):
        """Somebody signed in, where the server answers."""
        answer = server.api.call("POST", "/desk-links")
        if answer.status not in (200, 201):
            return None
        url = answer.json["url"]
        desk = Browser(server.port)
        token = hidden(desk.get(url[url.index("/desk") :]).text, "token")
        return desk if desk.post("/desk/sign-in", {"token": token}).status == 303 else None

    def _weeks(self, desk):
        return sorted(set(re.findall(r"/desk/edition/\d{4}-W\d\d", desk.get("/desk/edition").text)))

    def _approve(self, desk, path):
        page = desk.get(path).text
        if "It is out" in page:  # Approved in a life before, without an answer.
            self.approved.add(path[-8:])
        elif 'name="content_hash"' in page:
            form = {name: hidden(page, name) for name in ("csrf", "content_hash", "request_id")}
            if desk.post(path, {**form, "decision": "approve"}).status == 303:
                self.approved.add(path[-8:])

    def drain(self, server):
        """Approves what is left and waits until every mail is out or in doubt."""
        desk = wait_until(lambda: self._editor(server), "the desk answers")
        wait_until(lambda: len(self._weeks(desk)) == self.editions, "every week is drafted")
        for path in self._weeks(desk):
            if path[-8:] not in self.approved:
                self._approve(desk, path)
        for week in sorted(self.approved):
            if server.read(f"/editions/{week}").status != 200:
                self.complaints.append(f"edition {week}: approved, and its page is not public")
        wait_until(lambda: all(self._is_out(desk, week) for week in self.approved), "all mails are out", DRAIN_SECONDS)

    def _is_out(self, desk, week):
        """All of an edition's mails are written down at once, before the first goes out."""
        said = re.search(r"(\d+) sent, (\d+) to send, (\d+) failed, (\d+) in doubt", desk.get(f"/desk/edition/{week}").text)
        return said and int(said[2]) == 0 and any(map(int, said.groups()))

    def findings(self, people):
        """With the publisher stopped."""
        ledger = [mail for mail in self._probe(people, "list") if mail["mail_id"].startswith("edition/")]
        doubtful = sum(mail["state"] == "UNKNOWN" for mail in ledger)
        print(f"{len(self.approved)} editions to {self.readers} readers: {self.far.taken.total()} mails taken, {doubtful} in doubt")
        yield from self.complaints
        yield from wrong_mails(ledger, self.far.taken, self.approved, self.editions, self.readers)
        if doubtful > self.kills:
            yield f"{doubtful} mails in doubt after {self.kills} kills"

    def end(self):
        self.smtp.stop()


def message_id(mail_id):
    return f"<{hashlib.sha256(mail_id.encode()).hexdigest()[:32]}@{DOMAIN}>"


def wrong_mails(ledger, taken, approved, editions, readers):
    """Each reader has one entry for each edition. What is sent was taken once; what is in doubt, at most once."""
    if len(approved) != editions:
        yield f"{len(approved)} of {editions} editions were approved"
    counts = collections.Counter(mail["mail_id"].split("/")[1] for mail in ledger)
    for week in sorted(approved | set(counts)):
        if counts[week] != (readers if week in approved else 0):
            yield f"edition {week}: {counts[week]} mails written down for {readers} readers"
    known = {message_id(mail["mail_id"]): mail for mail in ledger}
    for name, count in taken.items():
        if name not in known:
            yield f"{name}: taken, and nobody wrote it"
        elif count > 1:
            yield f"{known[name]['mail_id']}: taken {count} times"
    for name, mail in known.items():
        if mail["state"] not in ("SENT", "UNKNOWN"):
            yield f"{mail['mail_id']}: {mail['state']} in the end"
        elif mail["state"] == "SENT" and not taken[name]:
            yield f"{mail['mail_id']}: called sent, and nobody took it"
