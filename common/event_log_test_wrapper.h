// For tests: a log that behaves as the one within, but for what a test changes.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "common/event_log.h"

namespace seaworthy {

// Override what is to be different. Not an exporter of its subscriptions.
class WrappedLog : public EventLog {
 public:
  // `log` outlives this.
  explicit WrappedLog(EventLog* log) : log_(log) {}

  absl::StatusOr<std::vector<Appended>> AppendBatch(absl::Span<const NewEvent> events) override {
    return log_->AppendBatch(events);
  }
  absl::StatusOr<Record> Read(uint64_t sequence) override { return log_->Read(sequence); }
  absl::StatusOr<Record> FindByDedupId(std::string_view id) override { return log_->FindByDedupId(id); }
  absl::StatusOr<std::vector<Record>> ReadAfter(uint64_t after, size_t max, absl::Duration timeout) override {
    return log_->ReadAfter(after, max, timeout);
  }
  uint64_t LastSequence() const override { return log_->LastSequence(); }
  absl::StatusOr<std::unique_ptr<Subscription>> Subscribe(const SubscriptionOptions& options) override {
    return log_->Subscribe(options);
  }
  absl::StatusOr<Appended> Redeliver(std::string_view subscription, uint64_t sequence,
                                     const NewEvent& note) override {
    return log_->Redeliver(subscription, sequence, note);
  }
  std::vector<SubscriptionStatus> ListSubscriptions() const override { return log_->ListSubscriptions(); }
  void Close() override { log_->Close(); }

 private:
  EventLog* const log_;
};

// Says that it holds more than it gives.
class SilentLog : public WrappedLog {
 public:
  using WrappedLog::WrappedLog;
  absl::StatusOr<std::vector<Record>> ReadAfter(uint64_t, size_t, absl::Duration) override {
    return std::vector<Record>();
  }
};

}  // namespace seaworthy
