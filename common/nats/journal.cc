#include "common/nats/journal.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/hash.h"
#include "common/nats/nats_object_store.h"
#include "common/status_macros.h"
#include "spdlog/spdlog.h"

namespace seaworthy {
namespace {

constexpr size_t kEpochBytes = 16;
constexpr size_t kInstanceBytes = 8;
// How long the follower waits for a message before it looks around.
constexpr absl::Duration kTailSlice = absl::Milliseconds(200);
constexpr absl::Duration kRetryPause = absl::Milliseconds(100);
// Silence after which the stream's end is asked for.
constexpr absl::Duration kSilence = absl::Seconds(2);
// Which of several servers leads changes, and one that leads anew may answer
// before it has taken in all that its predecessor told us.
constexpr absl::Duration kCatchUp = absl::Seconds(10);

absl::Status CheckOptions(const NatsEventLogOptions& options) {
  const auto bad = [](char c) {
    return !((c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-');
  };
  if (options.stream.empty() || options.stream.size() > 64 ||
      std::any_of(options.stream.begin(), options.stream.end(), bad)) {
    return absl::InvalidArgumentError("log.stream must be 1 to 64 of A-Z, 0-9, _ and -");
  }
  if (options.replicas < 1 || options.replicas > 5) {
    return absl::InvalidArgumentError("log.replicas must be 1 to 5");
  }
  return absl::OkStatus();
}

NatsEventLogOptions Named(NatsEventLogOptions options) {
  if (options.instance.empty()) options.instance = RandomHex(kInstanceBytes);
  if (options.clock == nullptr) options.clock = Clock::Real();
  options.link.client_name = absl::StrCat("seaworthy ", options.instance);
  return options;
}

}  // namespace

absl::Status NoSuchStream(const std::string& stream) {
  return absl::NotFoundError(
      absl::StrCat("the NATS server has no stream ", stream, "; name the log's with log.stream"));
}

Journal::Journal(const NatsEventLogOptions& options, std::unique_ptr<NatsLink> link)
    : options_(options),
      clock_(options.clock),
      stream_{options.stream, absl::StrCat(options.stream, ".log"), options.replicas},
      epoch_(RandomHex(kEpochBytes)),
      link_(std::move(link)) {}

Journal::~Journal() {
  {
    absl::MutexLock lock(&mutex);
    closed_ = true;
    stopping_ = true;
    WakeAll();
  }
  if (follower_.joinable()) follower_.join();
}

absl::StatusOr<std::shared_ptr<Journal>> Journal::Open(const NatsEventLogOptions& asked) {
  SEAWORTHY_RETURN_IF_ERROR(CheckOptions(asked));
  const NatsEventLogOptions options = Named(asked);
  SEAWORTHY_ASSIGN_OR_RETURN(std::shared_ptr<Journal> journal,
                             InsistFor(options.open_timeout, [&] { return Begin(options); }));
  if (options.use == NatsLogUse::kWork) SEAWORTHY_RETURN_IF_ERROR(journal->CommitOpened());
  return journal;
}

absl::StatusOr<std::shared_ptr<Journal>> Journal::Begin(const NatsEventLogOptions& options) {
  SEAWORTHY_ASSIGN_OR_RETURN(std::unique_ptr<NatsLink> link,
                             options.connect(options.link, options.open_timeout));
  SEAWORTHY_ASSIGN_OR_RETURN(NatsServerFacts facts, link->Facts());
  facts.replicas = options.replicas;
  facts.sync_always_confirmed = options.sync_always_confirmed;
  SEAWORTHY_RETURN_IF_ERROR(CheckServerPromise(facts, options.durability));
  const std::shared_ptr<Journal> journal(new Journal(options, std::move(link)));
  SEAWORTHY_RETURN_IF_ERROR(journal->Start());
  spdlog::info("event log {}: {}", options.stream, DescribePromise(facts, options.durability));
  return journal;
}

absl::Status Journal::Start() {
  if (options_.use == NatsLogUse::kRead && absl::IsNotFound(link_->StreamEnd(stream_.name).status())) {
    return NoSuchStream(stream_.name);
  }
  SEAWORTHY_RETURN_IF_ERROR(link_->EnsureStream(stream_));
  SEAWORTHY_ASSIGN_OR_RETURN(objects_, NewNatsObjectStore(link_.get(), options_));
  SEAWORTHY_ASSIGN_OR_RETURN(const NatsStreamEnd end, link_->StreamEnd(stream_.name));
  if (end.first > 1) {
    absl::MutexLock lock(&mutex);
    SEAWORTHY_RETURN_IF_ERROR(LoadCut(end.first, state));
    cut_ = end.first;
  }
  follower_ = std::thread([this] { FollowLoop(); });
  SEAWORTHY_RETURN_IF_ERROR(WaitUntilRead(end.last));
  return CheckUse();
}

absl::Status Journal::CheckUse() const {
  absl::MutexLock lock(&mutex);
  if (options_.use == NatsLogUse::kImport) {
    if (state.importing() || state.empty()) return absl::OkStatus();
    return absl::FailedPreconditionError(
        absl::StrCat("stream ", stream_.name, " holds a log already, which ends at record ", state.last(),
                     "; a log is copied into an empty stream only. Name another with log.stream"));
  }
  if (!state.importing()) return absl::OkStatus();
  return absl::FailedPreconditionError(
      absl::StrCat("stream ", stream_.name, " holds a copy of ", state.import_source(),
                   " that was not finished: it ends at record ", state.last(),
                   ". Run the same `seaworthy log copy` again, which goes on there; or name another stream "
                   "with log.stream"));
}

absl::Status Journal::WaitUntilRead(uint64_t last) {
  absl::MutexLock lock(&mutex);
  uint64_t read = 0;
  SteadyDeadline deadline(options_.open_timeout);
  while (state.applied() < last) {
    SEAWORTHY_RETURN_IF_ERROR(CheckOpen());
    if (state.applied() > read) deadline = SteadyDeadline(options_.open_timeout);
    read = state.applied();
    if (deadline.Passed()) {
      return absl::UnavailableError(absl::StrCat("the NATS server stopped sending stream ", stream_.name,
                                                 " at message ", read, " of ", last));
    }
    grown.WaitWithTimeout(&mutex, kTailSlice);
  }
  return absl::OkStatus();
}

absl::Status Journal::CommitOpened() {
  JournalOperation operation;
  operation.prepare = [](JournalState&, int64_t) {
    JournalChange change;
    change.notes.emplace_back();
    return change;
  };
  return Commit(operation).status();
}

void Journal::Close() {
  absl::MutexLock lock(&mutex);
  closed_ = true;
  WakeAll();
}

void Journal::WakeAll() {
  grown.SignalAll();
  queue_.AskAgain();
  for (auto& [name, subscriber] : state.subscribers()) subscriber.changed.SignalAll();
}

absl::Status Journal::CheckOpen(bool after_close) const {
  if (!broken_.ok()) return broken_;
  if (closed_ && !after_close) return absl::CancelledError("the event log is closed");
  return absl::OkStatus();
}

absl::Status Journal::Health() const {
  {
    absl::MutexLock lock(&mutex);
    if (closed_) return absl::CancelledError("the event log is closed");
    // It does not go on by itself, whatever its callers are told.
    if (absl::IsUnavailable(broken_)) return absl::FailedPreconditionError(broken_.message());
    if (!broken_.ok()) return broken_;
  }
  if (link_->connected()) return absl::OkStatus();
  return absl::UnavailableError("there is no connection to the NATS server; it is tried again all the time");
}

uint64_t Journal::Applied() const {
  absl::MutexLock lock(&mutex);
  return state.applied();
}

bool Journal::Stopping() const {
  absl::MutexLock lock(&mutex);
  return stopping_ || !broken_.ok();
}

void Journal::Break(absl::Status status) {
  spdlog::critical("event log {}: {}", stream_.name, std::string(status.message()));
  absl::MutexLock lock(&mutex);
  broken_ = std::move(status);
  WakeAll();
}

void Journal::Suspect(absl::Status loss) {
  {
    absl::MutexLock lock(&mutex);
    if (!suspected_ || suspected_at_ != state.applied()) {
      suspected_at_ = state.applied();
      suspected_.emplace(options_.replicas > 1 ? kCatchUp : absl::ZeroDuration());
    }
    if (!suspected_->Passed()) {
      grown.WaitWithTimeout(&mutex, kRetryPause);
      return;
    }
  }
  Break(std::move(loss));
}

void Journal::Trust() {
  absl::MutexLock lock(&mutex);
  suspected_.reset();
}

void Journal::FollowLoop() {
  std::unique_ptr<NatsTail> tail;
  uint64_t reconnects = 0;
  SteadyDeadline silence(kSilence);
  while (!Stopping()) {
    if (tail == nullptr || reconnects != link_->reconnects()) {
      tail.reset();
      reconnects = link_->reconnects();
      if (CheckEnd()) tail = NewTail(Applied() + 1);
      silence = SteadyDeadline(kSilence);
      continue;
    }
    const absl::StatusOr<std::optional<NatsMessage>> next = tail->Next(kTailSlice);
    if (next.ok() && next->has_value()) silence = SteadyDeadline(kSilence);
    const bool good = next.ok() && (!next->has_value() || TakeMessage(**next));
    if (good && silence.Passed()) {
      silence = SteadyDeadline(kSilence);
      // Quiet because there is nothing, or because the server forgot us?
      const std::optional<uint64_t> end = CheckEnd();
      if (end && *end > Applied()) TakeByNumber(Applied() + 1);
      if (end && *end > Applied()) tail.reset();
      if (end && *end <= Applied()) Trust();
    }
    if (!good) tail.reset();
  }
}

std::unique_ptr<NatsTail> Journal::NewTail(uint64_t from) {
  absl::StatusOr<std::unique_ptr<NatsTail>> tail = link_->Follow(stream_, from);
  if (tail.ok()) return *std::move(tail);
  spdlog::warn("event log {}: {}", stream_.name, std::string(tail.status().message()));
  absl::MutexLock lock(&mutex);
  grown.WaitWithTimeout(&mutex, kRetryPause);
  return nullptr;
}

// A stream that ends before what was read has lost what it had acknowledged.
std::optional<uint64_t> Journal::CheckEnd() {
  const uint64_t applied = Applied();
  const absl::StatusOr<NatsStreamEnd> end = link_->StreamEnd(stream_.name);
  if (!end.ok() && !absl::IsNotFound(end.status())) {
    absl::MutexLock lock(&mutex);
    grown.WaitWithTimeout(&mutex, kRetryPause);
    return std::nullopt;
  }
  if (end.ok() && end->last >= applied) {
    absl::Status held = AdoptCut(end->first);
    if (held.ok()) return end->last;
    if (!absl::IsUnavailable(held)) Suspect(std::move(held));
    return std::nullopt;
  }
  Suspect(absl::DataLossError(
      absl::StrCat("stream ", stream_.name,
                   end.ok() ? absl::StrCat(" holds messages ", end->first, " to ", end->last) : " is gone",
                   ", but message ", applied,
                   " was read before: the NATS server lost records; restore its store from a backup")));
  return std::nullopt;
}

bool Journal::TakeMessage(const NatsMessage& message) {
  const uint64_t applied = Applied();
  if (message.sequence <= applied) return true;
  if (message.sequence > applied + 1) {
    // It was dropped on the way, and is read again from there; or it is gone.
    TakeByNumber(applied + 1);
    return false;
  }
  const absl::StatusOr<journal::Commit> commit = Decode(message.sequence, message.bytes);
  absl::Status status = commit.status();
  if (status.ok()) {
    absl::MutexLock lock(&mutex);
    if (state.applied() == applied) status = ApplyCommit(message.sequence, *commit);
  }
  if (absl::IsDataLoss(status)) Suspect(status);
  return status.ok();
}

void Journal::TakeByNumber(uint64_t stream_sequence) {
  absl::StatusOr<std::string> bytes = link_->Get(stream_.name, stream_sequence);
  if (bytes.ok()) {
    TakeMessage({stream_sequence, *std::move(bytes)});
    return;
  }
  if (!absl::IsNotFound(bytes.status())) return;
  // Trimmed away: CheckEnd says so.
  if (!CheckEnd()) return;
  Suspect(absl::DataLossError(absl::StrCat(
      "message ", stream_sequence, " of stream ", stream_.name,
      " is gone, but later ones are there: the NATS server lost records; restore its store from a "
      "backup")));
}

absl::StatusOr<journal::Commit> Journal::Decode(uint64_t stream_sequence, const std::string& bytes) {
  const std::string object = journal::DecodeReference(bytes);
  absl::StatusOr<std::string> whole = object.empty() ? bytes : objects_->Get(object);
  if (absl::IsUnavailable(whole.status())) return whole.status();
  absl::StatusOr<journal::Commit> commit =
      whole.ok() ? journal::DecodeCommit(*whole) : absl::StatusOr<journal::Commit>(whole.status());
  if (commit.ok()) return commit;
  return absl::DataLossError(
      absl::StrCat("message ", stream_sequence, " of stream ", stream_.name,
                   " is damaged: ", std::string(commit.status().message()),
                   ". Nothing is read beyond it; restore the server's store from a backup"));
}

absl::Status Journal::ApplyCommit(uint64_t stream_sequence, const journal::Commit& commit) {
  SEAWORTHY_RETURN_IF_ERROR(state.Apply(stream_sequence, commit, NowUs()));
  if (state.importing() && opened_ && commit.epoch != epoch_) {
    broken_ = absl::FailedPreconditionError(
        absl::StrCat("a log is being copied into stream ", stream_.name, "; start again when that is done"));
  }
  if (commit.epoch == epoch_) {
    landed_number_ = commit.number;
    opened_ = true;
  } else if (opened_ && commit.instance == options_.instance && state.EpochOf(commit.instance) != epoch_) {
    broken_ = absl::UnavailableError(
        absl::StrCat("another process opened the event log as instance ", options_.instance,
                     " and goes on in this one's place; give each process a log.instance of its own"));
  }
  WakeAll();
  return absl::OkStatus();
}

absl::StatusOr<std::vector<Record>> Journal::ReadRecords(const std::vector<uint64_t>& sequences) {
  std::vector<Record> records;
  journal::Commit commit;
  uint64_t commit_at = 0;
  for (const uint64_t sequence : sequences) {
    uint64_t place = 0;
    {
      absl::MutexLock lock(&mutex);
      const Record* const recent = state.Recent(sequence);
      if (recent != nullptr) records.push_back(*recent);
      if (recent != nullptr) continue;
      // It may have been trimmed away since it was asked for.
      SEAWORTHY_RETURN_IF_ERROR(CheckHeld(sequence));
      place = state.StreamSequenceOf(sequence);
    }
    if (place != commit_at) {
      const absl::StatusOr<std::string> bytes = link_->Get(stream_.name, place);
      if (!bytes.ok()) return WhyMissing(sequence, bytes.status());
      SEAWORTHY_ASSIGN_OR_RETURN(commit, Decode(place, *bytes));
      commit_at = place;
    }
    const uint64_t at = sequence - commit.first_sequence;
    if (at >= commit.records.size()) {
      return absl::DataLossError(
          absl::StrCat("record ", sequence, " is not in message ", place, " of stream ", stream_.name));
    }
    SEAWORTHY_ASSIGN_OR_RETURN(event_log_format::StoredRecord stored,
                               event_log_format::DecodeRecord(sequence, commit.records[at]));
    records.push_back(std::move(stored.record));
  }
  return records;
}

}  // namespace seaworthy
