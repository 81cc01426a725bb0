#include "common/event_log.h"

namespace seaworthy {

absl::StatusOr<Appended> EventLog::Append(const NewEvent& event) {
  absl::StatusOr<std::vector<Appended>> appended = AppendBatch(absl::MakeConstSpan(&event, 1));
  if (!appended.ok()) return appended.status();
  return appended->front();
}

absl::Status EventLog::TrimBefore(uint64_t) {
  return absl::UnimplementedError("this engine of the event log cannot be trimmed");
}

absl::Status EventLog::CheckpointTo(const std::string& dir) {
  return absl::UnimplementedError(dir + ": this engine of the event log keeps nothing in a folder");
}

}  // namespace seaworthy
