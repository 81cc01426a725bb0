// The aggregator as a function from events to state and events.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/event_log.h"
#include "common/ids.h"
#include "seaworthy/v1/event.pb.h"
#include "services/aggregator/state_store.h"

namespace seaworthy {

// Applies records in log order. The state is a function of the log alone; the
// options only shape the events that come of a record, so a rebuild with other
// options gives the same state. Effects carry dedup ids made of what they are
// about, so appending them again changes nothing. Not thread-safe.
class Projector {
 public:
  struct Options {
    std::vector<PersonaId> personas;
    int max_pairs_per_tool = 5;
    // The record at a sequence: EventLog::Read.
    std::function<absl::StatusOr<Record>(uint64_t sequence)> read_record;
  };

  explicit Projector(Options options) : options_(std::move(options)) {}

  // Changes the state and adds the events that follow. A record that cannot
  // be understood is counted (`events.unreadable`) and changes nothing else.
  // Errors: only what the store reports; then nothing may be committed.
  absl::Status Apply(const Record& record, StateTransaction& state, std::vector<NewEvent>& effects) const;

 private:
  const Options options_;
};

// A decision's outcome as the state keeps it under its request id.
std::string EncodeOutcome(const absl::Status& status);
absl::Status DecodeOutcome(std::string_view encoded);

// `event` as it is appended: with the subject of its payload.
NewEvent MakeEvent(std::string dedup_id, const v1::Event& event);

}  // namespace seaworthy
