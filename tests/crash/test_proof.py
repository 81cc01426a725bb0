"""The proof of a crash run finds what it looks for."""

import collections
import unittest

from crash import proof
from crash.load import Memory
from crash.mails import message_id, wrong_mails


def record(sequence, subject, about, dedup_id=None):
    return {"sequence": sequence, "subject": subject, "about": about, "dedup_id": dedup_id or f"id-{sequence}"}


STORY = [
    record(1, "announcement.received", "ann-1"),
    record(2, "tool.announced", "ann-1"),
    record(3, "review.requested", "x@1/dx"),
    record(4, "verdict.given", "x@1/dx"),
    record(5, "decision.submitted", "x-vs-y APPROVE hash r1"),
    record(6, "comparison.approved", "x-vs-y APPROVE hash r1"),
]


class Proof(unittest.TestCase):
    def findings(self, *more, without=(), votes=(0, 0)):
        records = [r for r in STORY if r["sequence"] not in without]
        records += [record(100 + i, *what) for i, what in enumerate(more)]
        records = [{**r, "sequence": i} for i, r in enumerate(records, 1)]
        memory = Memory(acknowledged={"k": "ann-1"}, decided={"r1": ("x-vs-y", "hash")})
        memory.votes_counted, memory.votes_tried = votes
        return "\n".join(proof.wrong_records(records, memory))

    def test_a_sound_log_has_no_findings(self):
        self.assertEqual(self.findings(), "")

    def test_a_lost_announcement_is_found(self):
        self.assertIn("ann-1: acknowledged, not in the log", self.findings(without=(1,)))

    def test_an_announcement_nobody_read_is_found(self):
        self.assertIn("ann-1", self.findings(without=(2,)))

    def test_a_second_verdict_is_found(self):
        self.assertIn("verdict.given x@1/dx: 2 times", self.findings(("verdict.given", "x@1/dx")))

    def test_a_missing_verdict_is_found(self):
        self.assertIn("x@1/dx", self.findings(without=(4,)))

    def test_a_second_approval_of_the_same_content_is_found(self):
        self.assertIn("approval of x-vs-y hash: 2", self.findings(("comparison.approved", "x-vs-y APPROVE hash r2")))

    def test_a_lost_approval_is_found(self):
        self.assertIn("r1: x-vs-y was approved", self.findings(without=(6,)))

    def test_a_dedup_id_seen_twice_is_found(self):
        self.assertIn("dedup id id-1: 2 times", self.findings(("comparison.drafted", "x-vs-y", "id-1")))

    def test_a_lost_vote_is_found(self):
        self.assertIn("2 votes acknowledged", self.findings(("vote.cast", "1 votes"), votes=(2, 3)))

    def test_a_vote_that_is_there_twice_is_found(self):
        self.assertIn("2 in the log", self.findings(("vote.cast", "2 votes"), votes=(1, 1)))

    def test_a_vote_without_an_answer_may_be_there_or_not(self):
        self.assertEqual(self.findings(("vote.cast", "2 votes"), votes=(1, 2)), "")

    def test_a_dead_letter_is_found(self):
        self.assertIn("dead letter", self.findings(("dead.letter", "reviewer 3 why")))

    def test_a_gap_is_found(self):
        records = [record(1, "x", "a"), record(3, "x", "b")]
        self.assertIn("the log has gaps", list(proof.wrong_records(records, Memory())))


class MailProof(unittest.TestCase):
    """One edition to two readers: one mail sent, one in doubt and not taken."""

    def findings(self, taken=(1, 0), states=("SENT", "UNKNOWN"), approved=("2026-W47",), editions=1):
        ids = ["edition/2026-W47/ada", "edition/2026-W47/bo"]
        ledger = [{"mail_id": mail, "state": state} for mail, state in zip(ids, states)]
        counts = collections.Counter({message_id(mail): count for mail, count in zip(ids, taken)})
        return "\n".join(wrong_mails(ledger, counts, set(approved), editions, 2))

    def test_sent_ones_that_were_taken_are_sound_and_so_is_doubt(self):
        self.assertEqual(self.findings(), "")
        self.assertEqual(self.findings(taken=(1, 1)), "")

    def test_a_mail_taken_twice_is_found_whatever_the_ledger_says_of_it(self):
        self.assertIn("edition/2026-W47/ada: taken 2 times", self.findings(taken=(2, 0)))
        self.assertIn("edition/2026-W47/bo: taken 2 times", self.findings(taken=(1, 2)))

    def test_a_mail_called_sent_that_nobody_took_is_found(self):
        self.assertIn("ada: called sent", self.findings(taken=(0, 0)))

    def test_a_mail_that_waits_for_ever_is_found(self):
        self.assertIn("bo: QUEUED in the end", self.findings(states=("SENT", "QUEUED")))

    def test_a_reader_who_was_forgotten_is_found(self):
        self.assertIn("1 mails written down for 2 readers", self.findings(states=("SENT",)))

    def test_mails_of_what_nobody_approved_are_found(self):
        self.assertIn("2 mails written down", self.findings(approved=(), editions=0))

    def test_an_edition_that_nobody_could_approve_is_found(self):
        self.assertIn("1 of 2 editions", self.findings(editions=2))


if __name__ == "__main__":
    unittest.main()
