#include "services/publisher/people/people_store.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <atomic>
#include <thread>

#include "absl/strings/str_cat.h"
#include "common/event_log_fault_env.h"
#include "common/event_log_test_folder.h"

namespace seaworthy {
namespace {

class PeopleStoreTest : public testing::Test {
 protected:
  PeopleStoreTest() : dir_(folder_.Sub("people")) { Open(); }
  void Open() {
    store_ = nullptr;
    auto store = PeopleStore::Open(dir_);
    ASSERT_TRUE(store.ok()) << store.status();
    store_ = *std::move(store);
  }
  std::string At(const std::string& key) { return store_->Get(Family::kLinks, key)->value_or("none"); }
  std::string Keys(bool up, const std::string& prefix, const std::string& from) {
    std::string keys;
    const auto visit = [&keys](std::string_view key, std::string_view) {
      keys += key;
      return true;
    };
    EXPECT_TRUE((up ? store_->Scan(Family::kLinks, prefix, from, visit)
                    : store_->ScanDown(Family::kLinks, prefix, from, visit))
                    .ok());
    return keys;
  }
  TestFolder folder_;
  const std::string dir_;
  std::unique_ptr<PeopleStore> store_;
};

TEST_F(PeopleStoreTest, KeepsWhatWasWrittenInAFolderForItsUserOnly) {
  ASSERT_TRUE(store_->Put(Family::kLinks, "a", "1").ok());
  const std::string key = store_->KeyFor("votes");
  Open();
  EXPECT_EQ(At("a"), "1");
  EXPECT_EQ(store_->KeyFor("votes"), key);
  EXPECT_NE(store_->KeyFor("addresses"), key);
  struct stat info {};
  ASSERT_EQ(stat(dir_.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777u, 0700u);
}

TEST_F(PeopleStoreTest, AKilledProcessLosesNothingThatWasAcknowledged) {
  for (int i = 0; i < 50; ++i) ASSERT_TRUE(store_->Put(Family::kLinks, absl::StrCat("k", i), "v").ok());
  auto copy = PeopleStore::Open(folder_.Copy(dir_, "copy"));
  ASSERT_TRUE(copy.ok()) << copy.status();
  EXPECT_EQ((*copy)->Get(Family::kLinks, "k49")->value_or("none"), "v");
}

TEST_F(PeopleStoreTest, ItGoesOnOnceAFullDiskHasRoom) {
  const auto system = std::make_shared<FaultFileSystem>();
  const std::unique_ptr<rocksdb::Env> env = rocksdb::NewCompositeEnv(system);
  const auto store = *PeopleStore::Open(folder_.Sub("full"), env.get());
  const std::string key = store->KeyFor("votes");
  ASSERT_TRUE(store->Put(Family::kAccounts, "ada", "1").ok());
  system->Arm(Fault::kNoSpace, 1);
  EXPECT_EQ(store->Put(Family::kAccounts, "ada", "2").code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(store->Put(Family::kAccounts, "bob", "1").code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(**store->Get(Family::kAccounts, "ada"), "1");
  system->Heal();
  EXPECT_TRUE(store->Put(Family::kAccounts, "bob", "1").ok());
  EXPECT_EQ(**store->Get(Family::kAccounts, "bob"), "1");
  EXPECT_EQ(store->KeyFor("votes"), key);
}

TEST_F(PeopleStoreTest, ScansAPrefixUpAndDown) {
  for (const char* key : {"a", "ba", "bb", "bc", "c"}) ASSERT_TRUE(store_->Put(Family::kLinks, key, "").ok());
  EXPECT_EQ(Keys(true, "b", ""), "babbbc");
  EXPECT_EQ(Keys(true, "b", "bb"), "bbbc");
  EXPECT_EQ(Keys(false, "b", ""), "bcbbba");
  EXPECT_EQ(Keys(false, "b", "bc"), "bbba");
  EXPECT_EQ(Keys(false, "", ""), "cbcbbbaa");
}

TEST_F(PeopleStoreTest, ABatchHappensAllOrNotAtAll) {
  PeopleBatch batch;
  batch.Put(Family::kLinks, "a", "1");
  batch.Put(Family::kMails, "b", "2");
  batch.Expect(Family::kLinks, "c", "there");
  EXPECT_EQ(store_->Write(batch).code(), absl::StatusCode::kAborted);
  EXPECT_EQ(At("a"), "none");
  EXPECT_FALSE(store_->Get(Family::kMails, "b")->has_value());
}

TEST_F(PeopleStoreTest, OfManyWhoUseALinkUpOneWins) {
  ASSERT_TRUE(store_->Put(Family::kLinks, "link", "fresh").ok());
  std::atomic<int> winners{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] {
      PeopleBatch batch;
      batch.Expect(Family::kLinks, "link", "fresh");
      batch.Delete(Family::kLinks, "link");
      if (store_->Write(batch).ok()) ++winners;
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(winners, 1);
}

TEST_F(PeopleStoreTest, BelongsToOneProcessAtATime) {
  EXPECT_EQ(PeopleStore::Open(dir_).status().code(), absl::StatusCode::kFailedPrecondition);
}

TEST_F(PeopleStoreTest, ANewerVersionsStoreIsRefused) {
  ASSERT_TRUE(store_->Put(Family::kSettings, "schema", "2").ok());
  store_ = nullptr;
  EXPECT_EQ(PeopleStore::Open(dir_).status().code(), absl::StatusCode::kFailedPrecondition);
}

TEST(PeopleStoreInMemoryTest, WorksTheSame) {
  auto store = PeopleStore::OpenInMemory();
  ASSERT_TRUE(store.ok()) << store.status();
  ASSERT_TRUE((*store)->Put(Family::kAccounts, "a", "1").ok());
  EXPECT_EQ((*store)->Get(Family::kAccounts, "a")->value_or(""), "1");
}

}  // namespace
}  // namespace seaworthy
