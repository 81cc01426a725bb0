#include "common/nats/journal_format.h"

#include <gtest/gtest.h>

#include <string>

#include "common/hash.h"

namespace seaworthy::journal {
namespace {

Commit Sample() {
  Commit commit;
  commit.instance = "reviewer-0";
  commit.epoch = "e";
  commit.number = 7;
  commit.time_us = -5;
  commit.first_sequence = 12;
  commit.notes = {{NoteKind::kSubscribed, "reviewer.dx", 0, 0, 0, {"review.requested", "x"}},
                  {NoteKind::kRetry, "reviewer.dx", 9, 2, 1'000, {}}};
  commit.records = {"first", std::string("\0second", 7)};
  return commit;
}

TEST(JournalFormatTest, ACommitComesBackWhole) {
  Commit commit = Sample();
  const absl::StatusOr<Commit> back = DecodeCommit(EncodeCommit(commit));
  ASSERT_TRUE(back.ok()) << back.status();
  EXPECT_EQ(back->hash, commit.hash);
  EXPECT_EQ(back->time_us, -5);
  EXPECT_EQ(back->records, commit.records);
  ASSERT_EQ(back->notes.size(), 2u);
  EXPECT_EQ(back->notes[0].subjects, commit.notes[0].subjects);
  EXPECT_EQ(back->notes[1].sequence, 9u);
}

TEST(JournalFormatTest, EveryFlippedBitIsFound) {
  Commit commit = Sample();
  const std::string bytes = EncodeCommit(commit);
  for (size_t bit = 0; bit < bytes.size() * 8; ++bit) {
    std::string damaged = bytes;
    damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ (1 << bit % 8));
    EXPECT_EQ(DecodeCommit(damaged).status().code(), absl::StatusCode::kDataLoss) << bit;
  }
}

TEST(JournalFormatTest, EveryCutIsFound) {
  Commit commit = Sample();
  const std::string bytes = EncodeCommit(commit);
  for (size_t length = 0; length < bytes.size(); ++length) {
    EXPECT_FALSE(DecodeCommit(std::string_view(bytes).substr(0, length)).ok()) << length;
  }
}

TEST(JournalFormatTest, AReferenceIsNoCommitAndACommitNoReference) {
  const std::string hash(64, 'a');
  EXPECT_EQ(DecodeReference(EncodeReference(hash)), hash);
  Commit commit = Sample();
  EXPECT_EQ(DecodeReference(EncodeCommit(commit)), "");
}

// Bytes whose hash holds, whatever they say.
std::string Sealed(const std::string& body) { return body + Sha256(body); }

TEST(JournalFormatTest, AnotherVersionIsNamed) {
  Commit commit = Sample();
  std::string body = EncodeCommit(commit);
  body.resize(body.size() - kHashBytes);
  body[0] = 9;
  EXPECT_NE(DecodeCommit(Sealed(body)).status().message().find("version 9"), absl::string_view::npos);
}

TEST(JournalFormatTest, LengthsThatDoNotAddUpAreFoundWhereTheHashHolds) {
  Commit commit = Sample();
  std::string body = EncodeCommit(commit);
  body.resize(body.size() - kHashBytes);
  EXPECT_TRUE(DecodeCommit(Sealed(body)).ok());
  EXPECT_FALSE(DecodeCommit(Sealed(body + "x")).ok());
  for (size_t length = 1; length < body.size(); ++length) {
    EXPECT_FALSE(DecodeCommit(Sealed(body.substr(0, length))).ok()) << length;
  }
}

TEST(JournalFormatTest, WhatIsAsLongAsAReferenceIsNone) {
  EXPECT_EQ(DecodeReference(std::string(65, 'a')), "");
}

}  // namespace
}  // namespace seaworthy::journal
