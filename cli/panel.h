// The panel of one process: endpoints, money, answers kept, and the seeker
// that asks them.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "cli/data_dir.h"
#include "cli/endpoints.h"
#include "cli/money.h"
#include "common/config.h"
#include "seaworthy/v1/persona.pb.h"
#include "services/reviewer/policy/answer_cache.h"
#include "services/reviewer/policy/verdict_seeker.h"

namespace seaworthy::cli {

// Thread-safe once open.
class Panel {
 public:
  // `config` is resolved. In the folder of `layout` the answers of models are
  // kept, there or beside the log the day's money; null: nothing is kept, and
  // the budget per day does not bind.
  // Errors name what is wrong and the way out.
  static absl::StatusOr<std::unique_ptr<Panel>> Open(const Config& config,
                                                     absl::Span<const v1::Persona> personas,
                                                     const DataLayout* layout);

  VerdictSeeker& seeker() { return *seeker_; }
  // Calls that one persona may have under way: the sum over its endpoints.
  size_t max_in_flight() const { return max_in_flight_; }
  // What every call is paid from.
  const Money& money() const { return *money_; }

 private:
  Panel() = default;

  std::unique_ptr<Money> money_;
  std::unique_ptr<AnswerCache> cache_;
  size_t max_in_flight_ = 0;
  // Waits for calls under way, which the endpoints end: they go first.
  std::unique_ptr<VerdictSeeker> seeker_;
  Endpoints endpoints_;
};

}  // namespace seaworthy::cli
