#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "cli/backup/checkpoint_maker.h"
#include "cli/backup/closed_folder.h"
#include "cli/backup/make_backup.h"
#include "cli/data_dir.h"
#include "common/clock.h"
#include "common/object_store.h"
#include "common/rocksdb_event_log.h"
#include "common/snapshot.h"
#include "seaworthy/v1/event.pb.h"
#include "services/aggregator/aggregator_service.h"
#include "services/publisher/people/audit_log.h"
#include "services/publisher/people/people_store.h"

namespace seaworthy::cli {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

constexpr int kEnough = 60;  // Events before and after a checkpoint.

// Stores as a server has them open, one thread that appends as fast as it can.
class RunningStoresTest : public testing::Test {
 protected:
  RunningStoresTest() : root_(MakeRoot()), layout_((root_ / "data").string()) {
    fs::create_directories(layout_.run);
    log_ = OpenRocksDbEventLog({.path = layout_.log, .clock = Clock::Real(), .env = nullptr}).value();
    objects_ = OpenRocksDbObjectStore(layout_.objects).value();
    people_ = PeopleStore::Open(layout_.people).value();
    audit_ = AuditLog::Open(people_.get(), Clock::Real()).value();
    AggregatorService::Options options;
    options.log = log_.get();
    options.clock = Clock::Real();
    options.store_dir = layout_.store;
    aggregator_ = AggregatorService::Open(options).value();
    EXPECT_TRUE(aggregator_->Start().ok());
    writer_ = std::thread([this] { Write(); });
  }
  ~RunningStoresTest() override {
    Close();
    fs::remove_all(root_);
  }

  static fs::path MakeRoot() {
    std::string name = (fs::temp_directory_path() / "seaworthy-running-XXXXXX").string();
    EXPECT_NE(mkdtemp(name.data()), nullptr);
    return name;
  }

  // An object, then the event that names it, then a record of the audit log.
  void Write() {
    for (int i = 1; !stopping_; ++i) {
      v1::Event event;
      auto* const announcement = event.mutable_announcement_received()->mutable_announcement();
      announcement->set_announcement_id(absl::StrCat("announcement-", i));
      announcement->set_object_hash(objects_->Put(absl::StrCat("document ", i)).value());
      const NewEvent appended{absl::StrCat("received:", i), "announcement.received",
                              event.SerializeAsString()};
      EXPECT_TRUE(log_->Append(appended).ok());
      AuditEntry entry;
      entry.actor = "test";
      entry.action = "append";
      EXPECT_TRUE(audit_->Append(entry).ok());
      written_ = i;
    }
  }
  void WaitForMore() const {
    const int before = written_;
    while (written_ < before + kEnough) std::this_thread::yield();
  }

  // Ends the server.
  void Close() {
    stopping_ = true;
    if (writer_.joinable()) writer_.join();
    if (aggregator_ != nullptr) aggregator_->Stop();
    aggregator_.reset();
    audit_.reset();
    people_.reset();
    objects_.reset();
    log_.reset();
  }

  BackupRequest Request() {
    BackupRequest request;
    request.data_dir = layout_.dir;
    request.dir = (root_ / "backups").string();
    request.program = "test";
    request.checkpoint = [this] { return maker_->Make(); };
    return request;
  }
  absl::StatusOr<BackupMade> BackUp() {
    maker_ = std::make_unique<CheckpointMaker>(CheckpointSources{.data_dir = layout_.dir,
                                                                 .aggregator = aggregator_.get(),
                                                                 .people = people_.get(),
                                                                 .log = log_.get(),
                                                                 .objects = objects_.get()});
    return MakeBackup(Request());
  }
  absl::StatusOr<Manifest> Restore(const std::string& to) {
    RestoreRequest request;
    request.dir = (root_ / "backups").string();
    request.data_dir = (root_ / to).string();
    return RestoreBackup(request);
  }

  const fs::path root_;
  const DataLayout layout_;
  std::unique_ptr<EventLog> log_;
  std::unique_ptr<ObjectStore> objects_;
  std::unique_ptr<PeopleStore> people_;
  std::unique_ptr<AuditLog> audit_;
  std::unique_ptr<AggregatorService> aggregator_;
  std::unique_ptr<CheckpointMaker> maker_;
  std::atomic<bool> stopping_{false};
  std::atomic<int> written_{0};
  std::thread writer_;
};

TEST_F(RunningStoresTest, ABackupUnderWritesHoldsWhatWasAcknowledgedAndIsConsistent) {
  WaitForMore();
  const uint64_t acknowledged = log_->LastSequence();
  const auto made = BackUp();
  ASSERT_TRUE(made.ok()) << made.status();
  WaitForMore();
  EXPECT_GE(made->manifest.log_end->sequence, acknowledged);
  EXPECT_LE(made->manifest.state->seen.sequence, made->manifest.log_end->sequence);
  const auto restored = Restore("restored");
  ASSERT_TRUE(restored.ok()) << restored.status();
  EXPECT_EQ(restored->log_end, made->manifest.log_end);
}

TEST_F(RunningStoresTest, ABackupMarksWhatTheLogMayBeTrimmedTo) {
  WaitForMore();
  const auto made = BackUp();
  ASSERT_TRUE(made.ok()) << made.status();
  const auto mark = ReadSnapshotMark(SnapshotMarkPath(layout_.dir));
  ASSERT_TRUE(mark.ok()) << mark.status();
  EXPECT_EQ(mark->sequence, made->manifest.state->seen.sequence);
  EXPECT_EQ(mark->log_hash, made->manifest.state->seen.hash);
  EXPECT_FALSE(fs::exists(layout_.dir + "/checkpoint"));
}

TEST_F(RunningStoresTest, ABackupOfAPublisherAloneIsMarkedWithItsTime) {
  maker_ =
      std::make_unique<CheckpointMaker>(CheckpointSources{.data_dir = layout_.dir, .people = people_.get()});
  const auto made = MakeBackup(Request());
  ASSERT_TRUE(made.ok()) << made.status();
  const auto mark = ReadSnapshotMark(SnapshotMarkPath(layout_.dir));
  ASSERT_TRUE(mark.ok()) << mark.status();
  EXPECT_EQ(mark->sequence, 0u);
  EXPECT_EQ(mark->time, made->manifest.time);
}

TEST_F(RunningStoresTest, WhatIsNotKnownOfAStateTakesNoMarksPlace) {
  WaitForMore();
  ASSERT_TRUE(BackUp().ok());
  const uint64_t sequence = ReadSnapshotMark(SnapshotMarkPath(layout_.dir))->sequence;
  maker_ =
      std::make_unique<CheckpointMaker>(CheckpointSources{.data_dir = layout_.dir, .people = people_.get()});
  ASSERT_TRUE(MakeBackup(Request()).ok());
  EXPECT_EQ(ReadSnapshotMark(SnapshotMarkPath(layout_.dir))->sequence, sequence);
}

TEST_F(RunningStoresTest, BackupsOneAfterTheOtherEachRestoreToTheirOwnEnd) {
  WaitForMore();
  const auto first = BackUp();
  WaitForMore();
  const auto second = BackUp();
  ASSERT_TRUE(first.ok() && second.ok()) << first.status() << second.status();
  EXPECT_LT(first->manifest.log_end->sequence, second->manifest.log_end->sequence);
  EXPECT_EQ(Restore("newest")->log_end, second->manifest.log_end);
}

TEST_F(RunningStoresTest, AClosedFolderIsBackedUpToItsLastEvent) {
  WaitForMore();
  const uint64_t last = written_;
  Close();
  BackupRequest request = Request();
  request.checkpoint = [this] { return CheckpointClosedFolder(layout_, /*log_here=*/true); };
  const auto made = MakeBackup(request);
  ASSERT_TRUE(made.ok()) << made.status();
  EXPECT_GE(made->manifest.log_end->sequence, last);
  EXPECT_TRUE(Restore("restored").ok());
}

TEST_F(RunningStoresTest, AFolderWithAnObjectMissingIsNotBackedUp) {
  WaitForMore();
  Close();
  fs::remove_all(layout_.objects);
  BackupRequest request = Request();
  request.checkpoint = [this] { return CheckpointClosedFolder(layout_, /*log_here=*/true); };
  const absl::Status refused = MakeBackup(request).status();
  EXPECT_TRUE(absl::IsDataLoss(refused)) << refused;
  EXPECT_THAT(std::string(refused.message()), HasSubstr("no backup was made"));
  EXPECT_TRUE(absl::IsNotFound(Restore("restored").status()));
}

TEST_F(RunningStoresTest, AProcessThatOnlyKnowsPersonsIsBackedUpWithoutALog) {
  WaitForMore();
  CheckpointMaker people_only(CheckpointSources{.data_dir = layout_.dir, .people = people_.get()});
  BackupRequest request = Request();
  request.checkpoint = [&people_only] { return people_only.Make(); };
  const auto made = MakeBackup(request);
  ASSERT_TRUE(made.ok()) << made.status();
  EXPECT_FALSE(made->manifest.log_end.has_value());
  const auto restored = Restore("restored");
  ASSERT_TRUE(restored.ok()) << restored.status();
  EXPECT_EQ(restored->audit_head, made->manifest.audit_head);
}

TEST_F(RunningStoresTest, AHalfRestoredFolderIsRefused) {
  WaitForMore();
  ASSERT_TRUE(BackUp().ok());
  ASSERT_TRUE(Restore("restored").ok());
  std::ofstream(root_ / "restored/restore-unfinished") << "killed";
  EXPECT_TRUE(absl::IsFailedPrecondition(DataDir::Open((root_ / "restored").string()).status()));
  EXPECT_TRUE(absl::IsFailedPrecondition(Restore("restored").status()));
}

}  // namespace
}  // namespace seaworthy::cli
