// For tests: a connection to a NATS server on which calls go wrong on demand.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "common/nats/nats_event_log.h"
#include "common/nats/nats_link.h"

namespace seaworthy {

// What goes wrong, by the name of the call: "Append", "Follow", "Next" …
// Thread-safe; outlives its links.
class LinkFaults {
 public:
  static constexpr int kAlways = -1;

  // The next `times` calls fail so. Of those that store, DEADLINE_EXCEEDED: no
  // answer, nothing stored; UNKNOWN: stored, and the answer is lost; DATA_LOSS:
  // stored, and another place is named. Of "Next",
  // DEADLINE_EXCEEDED: nothing comes; DATA_LOSS: a message is dropped.
  void Fail(const std::string& call, absl::Status status, int times = kAlways) {
    Before(
        call, [status = std::move(status)] { return status; }, times);
  }
  // Asked before each of the next `times` calls; without a lock.
  void Before(const std::string& call, std::function<absl::Status()> asked, int times = kAlways) {
    absl::MutexLock lock(&mutex_);
    faults_[call] = {std::move(asked), times};
  }
  // Tails are given nothing any more; waits until one has noticed.
  void Silence() {
    const auto noticed = std::make_shared<std::atomic<bool>>(false);
    Before("Next", [noticed] {
      *noticed = true;
      return absl::DeadlineExceededError("silence");
    });
    while (!*noticed) std::this_thread::yield();
  }
  void Heal() {
    absl::MutexLock lock(&mutex_);
    faults_.clear();
  }
  // From now on Get gives this message, whichever is asked for; 0: no more.
  void GetInstead(uint64_t sequence) { get_instead_ = sequence; }
  uint64_t get_instead() const { return get_instead_; }

  // The server says it is of this version. Before the first connection.
  void SayVersion(std::string version) { version_ = std::move(version); }
  const std::string& version() const { return version_; }

  // Waits until `call` has gone wrong as often as it was to; false: it did not.
  bool WaitUntilStruck(const std::string& call) {
    const auto struck = [&]() ABSL_SHARED_LOCKS_REQUIRED(mutex_) { return faults_.count(call) == 0; };
    absl::MutexLock lock(&mutex_);
    return mutex_.AwaitWithTimeout(absl::Condition(&struck), absl::Seconds(30));
  }

  // For the link: OK, or how the call fails.
  absl::Status Take(const std::string& call) {
    std::function<absl::Status()> asked;
    {
      absl::MutexLock lock(&mutex_);
      const auto at = faults_.find(call);
      if (at == faults_.end()) return absl::OkStatus();
      asked = at->second.first;
      if (at->second.second > 0 && --at->second.second == 0) faults_.erase(at);
    }
    return asked();
  }
  // For a tail in which nothing comes.
  void WaitWhileSilent(absl::Duration timeout) {
    const auto healed = [&]() ABSL_SHARED_LOCKS_REQUIRED(mutex_) { return faults_.count("Next") == 0; };
    absl::MutexLock lock(&mutex_);
    mutex_.AwaitWithTimeout(absl::Condition(&healed), timeout);
  }

  // As NatsEventLogOptions::connect.
  absl::StatusOr<std::unique_ptr<NatsLink>> Connect(const NatsLinkOptions& options, absl::Duration timeout);

 private:
  absl::Mutex mutex_;
  std::map<std::string, std::pair<std::function<absl::Status()>, int>> faults_ ABSL_GUARDED_BY(mutex_);
  std::atomic<uint64_t> get_instead_{0};
  std::string version_;
};

class FaultyTail : public NatsTail {
 public:
  FaultyTail(std::unique_ptr<NatsTail> tail, LinkFaults* faults) : tail_(std::move(tail)), faults_(faults) {}
  absl::StatusOr<std::optional<NatsMessage>> Next(absl::Duration timeout) override {
    const absl::Status fault = faults_->Take("Next");
    if (fault.ok()) return tail_->Next(timeout);
    if (absl::IsDataLoss(fault)) {
      const auto dropped = tail_->Next(absl::Seconds(20));
      return dropped.ok() ? tail_->Next(timeout) : dropped;
    }
    if (!absl::IsDeadlineExceeded(fault)) return fault;
    faults_->WaitWhileSilent(timeout);
    return std::optional<NatsMessage>();
  }

 private:
  const std::unique_ptr<NatsTail> tail_;
  LinkFaults* const faults_;
};

class FaultyLink : public NatsLink {
 public:
  FaultyLink(std::unique_ptr<NatsLink> link, LinkFaults* faults) : link_(std::move(link)), faults_(faults) {}

  absl::StatusOr<NatsServerFacts> Facts() override {
    absl::StatusOr<NatsServerFacts> facts = link_->Facts();
    if (facts.ok() && !faults_->version().empty()) facts->version = faults_->version();
    return facts;
  }
  size_t max_payload() const override { return link_->max_payload(); }
  uint64_t reconnects() const override { return link_->reconnects(); }
  bool connected() const override { return link_->connected(); }
  absl::Status EnsureStream(const NatsStreamSpec& spec) override {
    const absl::Status fault = faults_->Take("EnsureStream");
    return fault.ok() ? link_->EnsureStream(spec) : fault;
  }
  absl::Status PurgeBefore(const std::string& stream, uint64_t sequence) override {
    const absl::Status fault = faults_->Take("PurgeBefore");
    return fault.ok() ? link_->PurgeBefore(stream, sequence) : fault;
  }
  absl::StatusOr<NatsStreamEnd> StreamEnd(const std::string& stream) override {
    const absl::Status fault = faults_->Take("StreamEnd");
    if (!fault.ok()) return fault;
    return link_->StreamEnd(stream);
  }
  absl::StatusOr<NatsStored> Append(const std::string& subject, std::string_view bytes,
                                    const std::string& message_id, uint64_t expected_last) override {
    return Store("Append", [&] { return link_->Append(subject, bytes, message_id, expected_last); });
  }
  absl::StatusOr<NatsStored> PutOnce(const std::string& subject, std::string_view bytes) override {
    return Store("PutOnce", [&] { return link_->PutOnce(subject, bytes); });
  }
  absl::StatusOr<NatsStored> PutAfter(const std::string& subject, std::string_view bytes,
                                      uint64_t expected_last) override {
    return Store("PutAfter", [&] { return link_->PutAfter(subject, bytes, expected_last); });
  }
  absl::StatusOr<std::string> Get(const std::string& stream, uint64_t sequence) override {
    const absl::Status fault = faults_->Take("Get");
    if (!fault.ok()) return fault;
    return link_->Get(stream, faults_->get_instead() == 0 ? sequence : faults_->get_instead());
  }
  absl::StatusOr<std::string> GetLast(const std::string& stream, const std::string& subject) override {
    const absl::Status fault = faults_->Take("GetLast");
    if (!fault.ok()) return fault;
    return link_->GetLast(stream, subject);
  }
  absl::StatusOr<NatsMessage> GetLastMessage(const std::string& stream, const std::string& subject) override {
    const absl::Status fault = faults_->Take("GetLastMessage");
    if (!fault.ok()) return fault;
    return link_->GetLastMessage(stream, subject);
  }
  absl::StatusOr<std::unique_ptr<NatsTail>> Follow(const NatsStreamSpec& spec, uint64_t from) override {
    const absl::Status fault = faults_->Take("Follow");
    if (!fault.ok()) return fault;
    absl::StatusOr<std::unique_ptr<NatsTail>> tail = link_->Follow(spec, from);
    if (!tail.ok()) return tail;
    return std::make_unique<FaultyTail>(*std::move(tail), faults_);
  }

 private:
  template <typename Really>
  absl::StatusOr<NatsStored> Store(const std::string& call, Really really) {
    const absl::Status fault = faults_->Take(call);
    if (fault.ok()) return really();
    if (absl::IsDataLoss(fault)) {
      absl::StatusOr<NatsStored> stored = really();
      if (stored.ok()) ++stored->sequence;
      return stored;
    }
    const bool lost = absl::IsUnknown(fault);
    if (lost) really().status().IgnoreError();
    if (!lost && !absl::IsDeadlineExceeded(fault)) return fault;
    NatsStored stored;
    stored.reason = std::string(fault.message());
    return stored;
  }

  const std::unique_ptr<NatsLink> link_;
  LinkFaults* const faults_;
};

inline absl::StatusOr<std::unique_ptr<NatsLink>> LinkFaults::Connect(const NatsLinkOptions& options,
                                                                     absl::Duration timeout) {
  absl::StatusOr<std::unique_ptr<NatsLink>> link = NatsLink::Connect(options, timeout);
  if (!link.ok()) return link;
  return std::make_unique<FaultyLink>(*std::move(link), this);
}

}  // namespace seaworthy
