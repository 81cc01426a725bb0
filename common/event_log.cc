#include "common/event_log.h"

namespace seaworthy {

absl::StatusOr<Appended> EventLog::Append(const NewEvent& event) {
  absl::StatusOr<std::vector<Appended>> appended = AppendBatch(absl::MakeConstSpan(&event, 1));
  if (!appended.ok()) return appended.status();
  return appended->front();
}

}  // namespace seaworthy
