// A real log, an object store that fails when told to, and the service on them.
#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/hash.h"
#include "common/rocksdb_event_log.h"
#include "seaworthy/v1/event.pb.h"
#include "services/ingest/ingest_service.h"

namespace seaworthy {

inline constexpr char kLanternCard[] =
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

class IngestFixture : public ::testing::Test {
 protected:
  IngestFixture() : dir_(std::filesystem::temp_directory_path() / ("ingest_" + RandomHex(8))) {
    UseDisk(nullptr);
  }
  ~IngestFixture() override {
    EndService();
    std::filesystem::remove_all(dir_);
  }

  // The log anew, on this disk; nullptr: the real one.
  void UseDisk(rocksdb::Env* env) {
    EndService();
    log_ = *OpenRocksDbEventLog({.path = dir_.string(), .clock = Clock::Real(), .env = env});
    service_ =
        std::make_unique<IngestService>(IngestService::Options{log_.get(), &objects_, Clock::Real(), 2});
  }
  void EndService() {
    service_.reset();
    if (log_ != nullptr) log_->Close();
    log_.reset();
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

  std::string IdOf(const std::string& document) { return Submit(document)->announcement().announcement_id(); }

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

  // Every event in the log by now.
  std::vector<v1::Event> Events() {
    std::vector<v1::Event> events;
    for (uint64_t at = 1; at <= log_->LastSequence(); ++at) {
      events.emplace_back();
      events.back().ParseFromString(log_->Read(at)->payload);
    }
    return events;
  }

  std::filesystem::path dir_;
  FlakyStore objects_;
  std::unique_ptr<EventLog> log_;
  std::unique_ptr<IngestService> service_;
};

}  // namespace seaworthy
