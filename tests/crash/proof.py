"""What has to hold after a crash run. Each function yields what does not."""

import collections
import json
import subprocess

from support.server import built


def read_log(where):
    """Every record of a folder or a NATS server; opening the log checks its checksums and chain."""
    done = subprocess.run([built("seaworthy_dump_log"), str(where)], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise AssertionError(f"the log cannot be read: {done.stderr}")
    # Warnings of the log stand between the records.
    return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]


def by_subject(records):
    subjects = collections.defaultdict(collections.Counter)
    for record in records:
        subjects[record["subject"]][record["about"]] += 1
    return subjects


def twice(counter, what):
    for about, count in counter.items():
        if count > 1:
            yield f"{what} {about}: {count} times"


def lost_announcements(api, memory):
    for key, announcement_id in memory.acknowledged.items():
        answer = api.call("GET", f"/announcements/{announcement_id}")
        state = answer.json.get("state") if answer.status == 200 else answer.status
        expected = "rejected" if b"Minutes of meeting" in memory.documents[key] else "recorded"
        if state != expected:
            yield f"{key} ({announcement_id}): acknowledged and now {state}, expected {expected}"
        again = api.submit(memory.documents[key], key=key)
        if again.status != 202 or again.json["announcement_id"] != announcement_id:
            yield f"{key}: asked again, answered {again.status} {again.text[:100]}"


def lost_pages(api, server, memory):
    """What was approved is public, whatever became of its draft since."""
    for comparison, _ in memory.decided.values():
        answer = server.read(f"/compare/{comparison}")
        if answer.status != 200:
            yield f"{comparison}: approved, and its page answers {answer.status}"


def wrong_records(records, memory):
    dedup = collections.Counter(record["dedup_id"] for record in records)
    yield from twice(dedup, "dedup id")
    sequences = [record["sequence"] for record in records]
    if sequences != list(range(1, len(records) + 1)):
        yield "the log has gaps"
    subjects = by_subject(records)
    yield from wrong_announcements(subjects, memory)
    yield from wrong_reviews(subjects)
    yield from wrong_decisions(subjects, memory)
    yield from wrong_votes(subjects, memory)
    yield from (f"dead letter: {about}" for about in subjects["dead.letter"])


def wrong_announcements(subjects, memory):
    received = subjects["announcement.received"]
    yield from twice(received, "announcement.received")
    for announcement_id in memory.acknowledged.values():
        if announcement_id not in received:
            yield f"{announcement_id}: acknowledged, not in the log"
    read = subjects["tool.announced"] + subjects["announcement.rejected"]
    yield from twice(read, "outcome of announcement")
    if set(read) != set(received):
        yield f"received and read differ: {sorted(set(read) ^ set(received))[:5]}"


def wrong_reviews(subjects):
    requested = collections.Counter()
    for about, count in subjects["review.requested"].items():
        revision, _, personas = about.partition("/")
        for persona in personas.split(","):
            requested[f"{revision}/{persona}"] += count
    given = subjects["verdict.given"]
    yield from twice(requested, "review.requested")
    yield from twice(given, "verdict.given")
    yield from (f"review.failed: {about}" for about in subjects["review.failed"])
    if set(requested) != set(given):
        yield f"reviews asked for and verdicts given differ: {sorted(set(requested) ^ set(given))[:5]}"


def wrong_votes(subjects, memory):
    """A vote without an answer may be in the log or not; no vote is there that nobody cast."""
    votes = sum(int(about.split(" ")[0]) * count for about, count in subjects["vote.cast"].items())
    if not memory.votes_counted <= votes <= memory.votes_tried:
        yield f"{memory.votes_counted} votes acknowledged, {memory.votes_tried} cast, {votes} in the log"


def wrong_decisions(subjects, memory):
    decided = subjects["comparison.approved"]
    submitted = subjects["decision.submitted"]
    yield from twice(submitted, "decision.submitted")
    yield from twice(decided, "comparison.approved")
    # Each content is approved once: a second approval of the same bytes would
    # be a decision applied twice.
    contents = collections.Counter()
    for about, count in decided.items():
        comparison, _, content_hash = about.split(" ")[:3]
        contents[f"{comparison} {content_hash}"] += count
    yield from twice(contents, "approval of")
    for request, (comparison, content_hash) in memory.decided.items():
        if f"{comparison} {content_hash}" not in contents:
            yield f"{request}: {comparison} was approved, and the log does not say so"
