#include "services/ingest/ingest_service.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <string>

#include "common/hash.h"
#include "common/rocksdb_event_log.h"
#include "seaworthy/v1/event.pb.h"

namespace seaworthy {
namespace {

using ::testing::HasSubstr;

constexpr char kCard[] =
    "---\nname: Lantern-3B\nvendor: Harbour Lab\nlicense: apache-2.0\n---\n# Lantern-3B\n\n"
    "Harbour Lab releases Lantern-3B, a 3B language model under the Apache 2.0 license.\n";

// An object store that fails as often as it is told to.
class FlakyStore : public ObjectStore {
 public:
  absl::StatusOr<std::vector<std::string>> PutAll(absl::Span<const std::string_view> objects) override {
    return store_->PutAll(objects);
  }
  absl::StatusOr<std::string> Get(std::string_view hash) override {
    if (failures_-- > 0) return absl::UnavailableError("the disk is away");
    return store_->Get(hash);
  }
  void FailReads(int times) { failures_ = times; }

 private:
  std::unique_ptr<ObjectStore> store_ = NewMemoryObjectStore();
  std::atomic<int> failures_ = 0;
};

class IngestServiceTest : public ::testing::Test {
 protected:
  IngestServiceTest() : dir_(std::filesystem::temp_directory_path() / ("ingest_" + RandomHex(8))) {
    RocksDbEventLogOptions options;
    options.path = dir_.string();
    options.clock = Clock::Real();
    log_ = *OpenRocksDbEventLog(options);
    service_ =
        std::make_unique<IngestService>(IngestService::Options{log_.get(), &objects_, Clock::Real(), 2});
  }
  ~IngestServiceTest() override {
    service_.reset();
    log_->Close();
    log_.reset();
    std::filesystem::remove_all(dir_);
  }

  absl::StatusOr<v1::SubmitAnnouncementResponse> Submit(const std::string& document,
                                                        const std::string& key = "",
                                                        const std::string& url = "") {
    v1::SubmitAnnouncementRequest request;
    request.set_document(document);
    request.set_idempotency_key(key);
    request.set_source_url(url);
    request.set_file_name("../folder/card.md");
    return service_->SubmitAnnouncement(request);
  }

  // The event that followed the announcement, waited for.
  v1::Event OutcomeOf(const std::string& id) {
    uint64_t after = 0;
    while (true) {
      auto records = log_->ReadAfter(after, 16, absl::Seconds(20));
      if (!records.ok() || records->empty()) return {};
      for (const Record& record : *records) {
        after = record.sequence;
        v1::Event event;
        event.ParseFromString(record.payload);
        if (record.dedup_id == "read:" + id) return event;
      }
    }
  }

  std::filesystem::path dir_;
  FlakyStore objects_;
  std::unique_ptr<EventLog> log_;
  std::unique_ptr<IngestService> service_;
};

TEST_F(IngestServiceTest, SubmissionIsDurableOnReturn) {
  const auto response = Submit(kCard, "", "https://harbour.example/lantern");
  ASSERT_TRUE(response.ok()) << response.status();
  const v1::Announcement& announcement = response->announcement();
  EXPECT_TRUE(announcement.announcement_id().starts_with("ann-"));
  EXPECT_EQ(announcement.announcement_id().size(), 28u);
  EXPECT_EQ(announcement.media_type(), "text/markdown");
  EXPECT_EQ(announcement.file_name(), "card.md");
  EXPECT_EQ(log_->LastSequence(), 1u);
  EXPECT_EQ(*objects_.Get(announcement.object_hash()), kCard);
}

TEST_F(IngestServiceTest, SameDocumentAgainGivesTheSameAnswer) {
  const auto first = Submit(kCard);
  const auto second = Submit(kCard);
  ASSERT_TRUE(second.ok()) << second.status();
  EXPECT_TRUE(second->repeated());
  EXPECT_EQ(first->announcement().SerializeAsString(), second->announcement().SerializeAsString());
  EXPECT_EQ(log_->LastSequence(), 1u);
}

TEST_F(IngestServiceTest, KeyWithAnotherDocumentIsRefused) {
  ASSERT_TRUE(Submit(kCard, "key-1").ok());
  EXPECT_TRUE(Submit(kCard, "key-1")->repeated());
  const auto other = Submit("# Other\n", "key-1");
  EXPECT_EQ(other.status().code(), absl::StatusCode::kAlreadyExists);
  EXPECT_THAT(std::string(other.status().message()), HasSubstr("another document"));
}

TEST_F(IngestServiceTest, BadSubmissionsAreRefusedAndNotStored) {
  EXPECT_EQ(Submit("").status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Submit(kCard, "", "ftp://harbour.example").status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Submit(kCard, "", "https://" + std::string(2001, 'a')).status().code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Submit(std::string(2 * 1024 * 1024 + 1, 'a')).status().code(),
            absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(log_->LastSequence(), 0u);
}

TEST_F(IngestServiceTest, WorkersTurnAnAnnouncementIntoATool) {
  ASSERT_TRUE(service_->Start().ok());
  const std::string id =
      Submit(kCard, "", "https://harbour.example/lantern")->announcement().announcement_id();
  const v1::Event event = OutcomeOf(id);
  ASSERT_EQ(event.tool_announced().tools_size(), 1);
  const v1::Revision& tool = event.tool_announced().tools(0);
  EXPECT_EQ(tool.name(), "Lantern-3B");
  EXPECT_EQ(tool.announcement_ids(0), id);
  EXPECT_EQ(tool.source_urls(0), "https://harbour.example/lantern");
  EXPECT_EQ(tool.facts(0).evidence().announcement_id(), id);
  EXPECT_THAT(*objects_.Get(tool.text_object()), HasSubstr("a 3B language model"));
}

TEST_F(IngestServiceTest, WhatIsNoAnnouncementIsRejectedWithTheReason) {
  ASSERT_TRUE(service_->Start().ok());
  const v1::Event event =
      OutcomeOf(Submit(std::string("PK\x03\x04zip", 7))->announcement().announcement_id());
  EXPECT_EQ(event.announcement_rejected().code(), "unsupported_media_type");
  EXPECT_THAT(event.announcement_rejected().reason(), HasSubstr("card.md: the document is a ZIP archive"));
}

TEST_F(IngestServiceTest, TroubleWithTheObjectStoreIsTriedAgain) {
  const std::string id = Submit(kCard)->announcement().announcement_id();
  objects_.FailReads(1);
  ASSERT_TRUE(service_->Start().ok());
  EXPECT_EQ(OutcomeOf(id).tool_announced().tools_size(), 1);
}

TEST_F(IngestServiceTest, ReceivedAnnouncementIsFoundById) {
  const v1::Announcement announcement = Submit(kCard)->announcement();
  v1::GetReceivedAnnouncementRequest request;
  request.set_announcement_id(announcement.announcement_id());
  EXPECT_EQ(service_->GetReceivedAnnouncement(request)->SerializeAsString(),
            announcement.SerializeAsString());
  request.set_announcement_id("ann-unknown");
  EXPECT_EQ(service_->GetReceivedAnnouncement(request).status().code(), absl::StatusCode::kNotFound);
}

TEST_F(IngestServiceTest, StopTwiceIsHarmless) {
  ASSERT_TRUE(service_->Start().ok());
  service_->Stop();
  service_->Stop();
}

}  // namespace
}  // namespace seaworthy
