#include "services/publisher/people/audit_log.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "common/hash.h"
#include "common/status_macros.h"

namespace seaworthy {
namespace {

using nlohmann::json;

constexpr char kHeadKey[] = "audit_head";
constexpr size_t kMaxText = 300;
constexpr size_t kMaxLine = 16 << 10;
constexpr size_t kHashDigits = 64;

std::string Key(uint64_t sequence) {
  std::string key(8, '\0');
  for (int i = 7; i >= 0; --i, sequence >>= 8)
    key[static_cast<size_t>(i)] = static_cast<char>(sequence & 0xff);
  return key;
}

// Invalid UTF-8 is replaced: what was typed must not keep a record from being
// written.
std::string Canonical(const json& record) {
  return record.dump(-1, ' ', false, json::error_handler_t::replace);
}

std::string Text(const std::string& text) { return text.substr(0, kMaxText); }

absl::Status Broken(uint64_t sequence, const std::string& what) {
  return absl::DataLossError(absl::StrCat("the audit log is not as it was written: record ", sequence, " ",
                                          what, "; compare it with an export or a backup"));
}

absl::StatusOr<AuditHead> StoredHead(const PeopleStore& store) {
  SEAWORTHY_ASSIGN_OR_RETURN(const auto text, store.Get(Family::kSettings, kHeadKey));
  if (!text.has_value()) return AuditHead();
  auto head = AuditHead::Parse(*text);
  if (!head.has_value()) return absl::DataLossError("the audit log's stored head cannot be read");
  return *std::move(head);
}

}  // namespace

std::string AuditHead::Text() const { return absl::StrCat(sequence, ":", hash); }

std::optional<AuditHead> AuditHead::Parse(std::string_view text) {
  const size_t colon = text.find(':');
  AuditHead head;
  if (colon == std::string_view::npos) return std::nullopt;
  head.hash = std::string(text.substr(colon + 1));
  if (!absl::SimpleAtoi(std::string(text.substr(0, colon)), &head.sequence)) return std::nullopt;
  if (head.hash.size() != kHashDigits) return std::nullopt;
  return head;
}

absl::Status AuditVerifier::Add(std::string_view line) {
  const uint64_t sequence = head_.sequence + 1;
  json record = line.size() > kMaxLine ? json() : json::parse(line, nullptr, /*allow_exceptions=*/false);
  if (!record.is_object() || !record.contains("hash") || !record["hash"].is_string()) {
    return Broken(sequence, "cannot be read");
  }
  if (Canonical(record) != line) return Broken(sequence, "is spelt otherwise than it was written");
  const std::string hash = record["hash"].get<std::string>();
  record.erase("hash");
  if (Sha256Hex(Canonical(record)) != hash) return Broken(sequence, "was changed");
  if (record.value("sequence", json()) != json(sequence)) {
    return Broken(sequence, "is missing: another stands in its place");
  }
  if (record.value("previous", json()) != json(head_.hash)) {
    return Broken(sequence, "does not follow the one before it");
  }
  if (known_.has_value() && known_->sequence == sequence && known_->hash != hash) {
    return Broken(sequence, "has another hash than the head that was kept");
  }
  head_.sequence = sequence;
  head_.hash = hash;
  return absl::OkStatus();
}

absl::StatusOr<AuditHead> AuditVerifier::Finish(const std::optional<AuditHead>& stored) const {
  if (stored.has_value() && (stored->sequence != head_.sequence || stored->hash != head_.hash)) {
    return Broken(
        head_.sequence + 1,
        absl::StrCat("is missing or more than there should be: the stored head is ", stored->sequence));
  }
  if (known_.has_value() && known_->sequence > head_.sequence) {
    return Broken(head_.sequence + 1,
                  absl::StrCat("is missing: the head that was kept is ", known_->sequence));
  }
  return head_;
}

absl::StatusOr<std::unique_ptr<AuditLog>> AuditLog::Open(PeopleStore* store, Clock* clock) {
  auto log = std::unique_ptr<AuditLog>(new AuditLog(store, clock));
  SEAWORTHY_ASSIGN_OR_RETURN(AuditHead head, StoredHead(*store));
  absl::MutexLock lock(&log->mutex_);
  log->head_ = std::move(head);
  return log;
}

absl::Status AuditLog::Append(const AuditEntry& entry, PeopleBatch changes) {
  json record = {{"time", absl::FormatTime(absl::RFC3339_sec, clock_->Now(), absl::UTCTimeZone())},
                 {"actor", Text(entry.actor)},
                 {"action", Text(entry.action)},
                 {"target", Text(entry.target)},
                 {"outcome", Text(entry.outcome)},
                 {"detail", Text(entry.detail)},
                 {"address", Text(entry.address)}};
  // What is written is what is hashed: replaced bytes included.
  record = json::parse(Canonical(record));
  absl::MutexLock lock(&mutex_);
  if (broken_) {
    return absl::UnavailableError(
        "the audit log could not be written; check the disk, then restart the server");
  }
  AuditHead next;
  next.sequence = head_.sequence + 1;
  record["sequence"] = next.sequence;
  record["previous"] = head_.hash;
  next.hash = Sha256Hex(Canonical(record));
  record["hash"] = next.hash;
  changes.Put(Family::kAudit, Key(next.sequence), Canonical(record));
  changes.Put(Family::kSettings, kHeadKey, next.Text());
  const absl::Status written = store_->Write(changes);
  if (written.ok()) head_ = next;
  if (!written.ok() && !absl::IsAborted(written)) broken_ = true;
  return written;
}

AuditHead AuditLog::head() const {
  absl::MutexLock lock(&mutex_);
  return head_;
}

absl::Status AuditLog::Export(uint64_t from, const Visitor& visit) const {
  return store_->Scan(Family::kAudit, "", Key(from),
                      [&visit](std::string_view, std::string_view line) { return visit(line); });
}

absl::Status AuditLog::Newest(uint64_t below, const Visitor& visit) const {
  return store_->ScanDown(Family::kAudit, "", below == 0 ? "" : Key(below),
                          [&visit](std::string_view, std::string_view line) { return visit(line); });
}

absl::StatusOr<AuditHead> AuditLog::Verify(const std::optional<AuditHead>& known) const {
  AuditVerifier verifier(known);
  absl::Status checked;
  // Nothing is appended meanwhile.
  absl::MutexLock lock(&mutex_);
  SEAWORTHY_ASSIGN_OR_RETURN(const AuditHead stored, StoredHead(*store_));
  SEAWORTHY_RETURN_IF_ERROR(Export(0, [&](std::string_view line) {
    checked = verifier.Add(line);
    return checked.ok();
  }));
  SEAWORTHY_RETURN_IF_ERROR(checked);
  return verifier.Finish(stored);
}

}  // namespace seaworthy
