// The desk's pages for operators: what was given up on; how predictions came
// out, which editors say.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "common/clients.h"
#include "common/clock.h"
#include "services/publisher/access/router.h"
#include "services/publisher/desk/desk_frame.h"

namespace seaworthy {

// `/desk/dead-letters` and `/desk/predictions`. Thread-safe.
class DeskMachinery {
 public:
  struct Options {
    AggregatorClient* aggregator = nullptr;  // Not owned.
    const TemplateSet* templates = nullptr;  // Not owned.
    Clock* clock = nullptr;                  // Not owned.
    std::vector<v1::Persona> personas;
  };
  explicit DeskMachinery(Options options) : options_(std::move(options)), frame_(options_.templates) {}

  std::vector<Route> Routes() const;

 private:
  HttpResponse ShowDeadLetters(const Call& call) const;
  HttpResponse Replay(const Call& call) const;
  HttpResponse ShowPredictions(const Call& call) const;
  HttpResponse Resolve(const Call& call) const;

  const Options options_;
  const DeskFrame frame_;
};

}  // namespace seaworthy
