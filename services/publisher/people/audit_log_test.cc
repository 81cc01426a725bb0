#include "services/publisher/people/audit_log.h"

#include <gmock/gmock.h>

#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "services/publisher/people/people_fixture.h"

namespace seaworthy {
namespace {

using testing::HasSubstr;

class AuditLogTest : public PeopleFixture {
 protected:
  void SetUp() override {
    for (int i = 0; i < 5; ++i) {
      ASSERT_TRUE(Append(absl::StrCat("target-", i)).ok());
    }
  }
  absl::Status Append(const std::string& target) {
    return people_->audit->Append({"ann", "POST /desk/sources", target, "asked", "", "127.0.0.1"});
  }
  std::vector<std::string> Lines() { return absl::StrSplit(Records(), '\n', absl::SkipEmpty()); }
  static absl::Status Check(const std::vector<std::string>& lines, std::optional<AuditHead> known = {}) {
    AuditVerifier verifier(std::move(known));
    for (const std::string& line : lines) {
      if (absl::Status status = verifier.Add(line); !status.ok()) return status;
    }
    return verifier.Finish().status();
  }
  std::string KeyOf(int sequence) { return std::string(7, '\0') + static_cast<char>(sequence); }
  absl::StatusCode Verified(std::optional<AuditHead> known = {}) {
    return people_->audit->Verify(known).status().code();
  }
};

TEST_F(AuditLogTest, AWholeChainVerifiesAlsoAfterARestart) {
  Restart();
  ASSERT_TRUE(Append("later").ok());
  const auto head = people_->audit->Verify(std::nullopt);
  ASSERT_TRUE(head.ok()) << head.status();
  EXPECT_EQ(head->sequence, 6u);
  EXPECT_TRUE(Check(Lines(), *head).ok());
}

TEST_F(AuditLogTest, EveryChangedByteIsFound) {
  const std::string line = Lines()[2];
  for (size_t i = 0; i < line.size(); ++i) {
    auto lines = Lines();
    lines[2][i] = static_cast<char>(lines[2][i] ^ 1);
    EXPECT_EQ(Check(lines).code(), absl::StatusCode::kDataLoss) << i;
  }
}

TEST_F(AuditLogTest, ADeletedMovedOrAddedRecordIsFound) {
  auto deleted = Lines(), moved = Lines(), doubled = Lines(), headless = Lines();
  deleted.erase(deleted.begin() + 2);
  std::swap(moved[1], moved[2]);
  doubled.insert(doubled.begin() + 3, doubled[2]);
  headless.erase(headless.begin());
  for (const auto& lines : {deleted, moved, doubled, headless}) {
    EXPECT_EQ(Check(lines).code(), absl::StatusCode::kDataLoss);
  }
}

TEST_F(AuditLogTest, ACutTailIsFoundByTheStoredHead) {
  ASSERT_TRUE(store_->Delete(Family::kAudit, KeyOf(5)).ok());
  EXPECT_EQ(Verified(), absl::StatusCode::kDataLoss);
}

TEST_F(AuditLogTest, AnEmptiedLogIsFoundByTheStoredHead) {
  for (int i = 1; i <= 5; ++i) ASSERT_TRUE(store_->Delete(Family::kAudit, KeyOf(i)).ok());
  EXPECT_EQ(Verified(), absl::StatusCode::kDataLoss);
}

TEST_F(AuditLogTest, ACutTailIsFoundByAHeadKeptElsewhereThoughTheStoredOneWasRewritten) {
  const AuditHead kept = people_->audit->head();
  ASSERT_TRUE(store_->Delete(Family::kAudit, KeyOf(5)).ok());
  AuditVerifier verifier;
  auto lines = Lines();
  for (const std::string& line : lines) ASSERT_TRUE(verifier.Add(line).ok());
  ASSERT_TRUE(store_->Put(Family::kSettings, "audit_head", verifier.Finish()->Text()).ok());
  Restart();
  EXPECT_EQ(Verified(), absl::StatusCode::kOk);
  EXPECT_EQ(Verified(kept), absl::StatusCode::kDataLoss);
}

TEST_F(AuditLogTest, AChainWrittenAnewIsFoundByAHeadKeptElsewhere) {
  const AuditHead kept = people_->audit->head();
  store_ = *PeopleStore::OpenInMemory();
  Restart();
  for (int i = 0; i < 6; ++i) ASSERT_TRUE(Append("other").ok());
  EXPECT_EQ(Verified(kept), absl::StatusCode::kDataLoss);
}

TEST_F(AuditLogTest, ManyWritersMakeOneChain) {
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([this] {
      for (int i = 0; i < 20; ++i) EXPECT_TRUE(Append("x").ok());
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(people_->audit->Verify(std::nullopt)->sequence, 85u);
}

TEST_F(AuditLogTest, WhatIsNoUtf8IsRecordedReplaced) {
  ASSERT_TRUE(Append("\xff\xfe\n\"{").ok());
  EXPECT_EQ(Verified(), absl::StatusCode::kOk);
  EXPECT_EQ(Lines().size(), 6u);
}

TEST_F(AuditLogTest, ARecordAndWhatItTellsOfAreOneBatch) {
  PeopleBatch batch;
  batch.Expect(Family::kSettings, "nothing", "there");
  EXPECT_EQ(people_->audit->Append({"ann", "x", "", "ok", "", ""}, batch).code(), absl::StatusCode::kAborted);
  ASSERT_TRUE(Append("goes on").ok());
  EXPECT_EQ(people_->audit->Verify(std::nullopt)->sequence, 6u);
}

}  // namespace
}  // namespace seaworthy
