#include "common/log_import.h"

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "common/rocksdb_event_log_format.h"

namespace seaworthy {

absl::StatusOr<std::vector<SubscriptionState>> ExportSubscriptions(const EventLog& log) {
  const auto* const exporter = dynamic_cast<const SubscriptionExporter*>(&log);
  if (exporter != nullptr) return exporter->SubscriptionStates();
  return absl::UnimplementedError("this event log does not tell where its subscriptions stand");
}

absl::Status LogImporter::CheckpointTo(const std::string& dir) const {
  return absl::UnimplementedError(dir + ": this engine of the event log keeps nothing in a folder");
}

absl::Status CheckContinues(uint64_t sequence, std::string_view hash, absl::Span<const Record> records) {
  std::string before(hash);
  for (const Record& record : records) {
    if (record.sequence != ++sequence) {
      return absl::DataLossError(
          absl::StrCat("record ", record.sequence, " came where record ", sequence, " was to come"));
    }
    const event_log_format::RecordBody body =
        event_log_format::EncodeBody({record.dedup_id, record.subject, record.payload});
    before =
        event_log_format::EncodeHead(sequence, absl::ToUnixMicros(record.time), before, body.digest).hash;
    if (before != record.hash) {
      return absl::DataLossError(
          absl::StrCat("record ", sequence, " does not continue the record before it, or is damaged"));
    }
  }
  return absl::OkStatus();
}

}  // namespace seaworthy
