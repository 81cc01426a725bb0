"""The clients of a crash run. They survive the server and remember what it
acknowledged; what they cannot be sure of they ask for again in the next life,
as a client with an idempotency key does."""

import dataclasses
import http.client
import random
import threading

from support import http_client
from support.announcements import model_card, no_release

# A connection that breaks, and an answer that stops half-way: the server died.
DEAD = (OSError, http.client.HTTPException, ValueError)
# What a server says whose log is out of reach or whose disk is full: not sure, ask again.
REFUSED = (503, 504)
REPEAT_SHARE = 0.2
SUBMITTERS = 3


@dataclasses.dataclass
class Memory:
    """What the clients know. Guarded by `lock`."""

    lock: threading.Lock = dataclasses.field(default_factory=threading.Lock)
    next_number: int = 0
    documents: dict = dataclasses.field(default_factory=dict)  # Key to document.
    acknowledged: dict = dataclasses.field(default_factory=dict)  # Key to announcement id.
    unsure: list = dataclasses.field(default_factory=list)  # Keys without an answer.
    decided: dict = dataclasses.field(default_factory=dict)  # Request to (comparison, hash).
    asked: dict = dataclasses.field(default_factory=dict)  # The same without an answer.
    votes_tried: int = 0
    votes_counted: int = 0  # Acknowledged.
    complaints: list = dataclasses.field(default_factory=list)

    def complain(self, text):
        with self.lock:
            self.complaints.append(text)


class Load:
    """Clients of one life of the server; `join` after it is dead."""

    def __init__(self, api, memory, seed, per_life):
        self.api = api
        self.memory = memory
        self.stopping = threading.Event()
        share = max(1, per_life // SUBMITTERS)
        self.threads = [
            threading.Thread(target=self._submit, args=(random.Random(f"{seed}/{i}"), share)) for i in range(SUBMITTERS)
        ]
        self.threads.append(threading.Thread(target=self._vote, args=(random.Random(f"{seed}/v"), per_life // 4)))
        self.threads.append(threading.Thread(target=self._approve, args=(random.Random(f"{seed}/a"), per_life)))

    def start(self):
        for thread in self.threads:
            thread.start()
        return self

    def join(self):
        self.stopping.set()
        for thread in self.threads:
            thread.join()

    def _submit(self, chance, count):
        for _ in range(count):
            if self.stopping.is_set():
                return
            key = self._choose_key(chance)
            try:
                answer = self.api.submit(self.memory.documents[key], key=key)
                self._remember(key, answer)
            except DEAD:
                with self.memory.lock:
                    self.memory.unsure.append(key)
                return

    def _choose_key(self, chance):
        memory = self.memory
        with memory.lock:
            if memory.unsure:
                return memory.unsure.pop()
            if memory.acknowledged and chance.random() < REPEAT_SHARE:
                return chance.choice(list(memory.acknowledged))
            number = memory.next_number
            memory.next_number += 1
            key = f"crash-{number}"
            memory.documents[key] = no_release(number) if number % 10 == 9 else model_card(number)
            return key

    def _remember(self, key, answer):
        if answer.status in REFUSED:
            raise OSError(f"refused with {answer.status}")
        if answer.status != 202:
            return self.memory.complain(f"{key}: answered {answer.status} {answer.text[:200]}")
        announcement_id = answer.json["announcement_id"]
        with self.memory.lock:
            before = self.memory.acknowledged.setdefault(key, announcement_id)
        if before != announcement_id:
            self.memory.complain(f"{key}: was {before}, now {announcement_id}")

    def _approve(self, chance, count):
        try:
            self._ask_again()
            for _ in range(count):
                answer = self.api.call("GET", "/comparisons?state=drafted&limit=20")
                # While the aggregator is away there is none.
                drafted = answer.json["comparisons"] if answer.status == 200 else []
                if self.stopping.is_set():
                    return
                if drafted:
                    pair = chance.choice(drafted)
                    request = f"approve-{chance.getrandbits(64):016x}"
                    self._decide(request, pair["id"], pair["content_hash"])
        except DEAD:
            return

    def _vote(self, chance, count):
        with self.memory.lock:
            public = [comparison.split("-vs-")[0] for comparison, _ in self.memory.decided.values()]
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Origin": f"http://127.0.0.1:{self.api.port}"}
        for _ in range(count if public else 0):
            if self.stopping.is_set():
                return
            with self.memory.lock:
                self.memory.votes_tried += 1
            body = f"tool={chance.choice(public)}&vote={chance.choice(('ship', 'skip'))}&back=/"
            try:
                answer = http_client.send(self.api.port, "POST", "/vote", body.encode(), headers)
            except DEAD:
                return
            # 429: enough from this address for a minute; 503: not counted.
            if answer.status not in (200, 429, *REFUSED):
                return self.memory.complain(f"a vote was answered {answer.status} {answer.text[:200]}")
            with self.memory.lock:
                self.memory.votes_counted += answer.status == 200

    def _ask_again(self):
        for request, (comparison, content_hash) in list(self.memory.asked.items()):
            self._decide(request, comparison, content_hash)

    def _decide(self, request, comparison, content_hash):
        with self.memory.lock:
            self.memory.asked[request] = (comparison, content_hash)
        answer = self.api.decide(comparison, "approve", content_hash, key=request)
        if answer.status in REFUSED:
            return None  # Asked again in the next life.
        if answer.status not in (200, 409):
            return self.memory.complain(f"{comparison}: decision answered {answer.status} {answer.text[:200]}")
        with self.memory.lock:
            del self.memory.asked[request]
            if answer.status == 200:
                self.memory.decided[request] = (comparison, content_hash)
