"""The clients of a crash run. They survive the server and remember what it
acknowledged; what they cannot be sure of they ask for again in the next life,
as a client with an idempotency key does."""

import dataclasses
import http.client
import random
import threading

from support.announcements import model_card, no_release

# A connection that breaks, and an answer that stops half-way: the server died.
DEAD = (OSError, http.client.HTTPException, ValueError)
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
                drafted = self.api.call("GET", "/comparisons?state=drafted&limit=20").json["comparisons"]
                if self.stopping.is_set():
                    return
                if drafted:
                    pair = chance.choice(drafted)
                    request = f"approve-{chance.getrandbits(64):016x}"
                    self._decide(request, pair["id"], pair["content_hash"])
        except DEAD:
            return

    def _ask_again(self):
        for request, (comparison, content_hash) in list(self.memory.asked.items()):
            self._decide(request, comparison, content_hash)

    def _decide(self, request, comparison, content_hash):
        with self.memory.lock:
            self.memory.asked[request] = (comparison, content_hash)
        answer = self.api.decide(comparison, "approve", content_hash, key=request)
        if answer.status not in (200, 409):
            return self.memory.complain(f"{comparison}: decision answered {answer.status} {answer.text[:200]}")
        with self.memory.lock:
            del self.memory.asked[request]
            if answer.status == 200:
                self.memory.decided[request] = (comparison, content_hash)
