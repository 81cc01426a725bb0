// The desk's pages of what was and is public: publications, corrections.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "common/clients.h"
#include "services/publisher/access/router.h"
#include "services/publisher/desk/desk_frame.h"

namespace seaworthy {

// `/desk/corrections…` and a publication's page. Thread-safe.
class DeskCorrections {
 public:
  struct Options {
    AggregatorClient* aggregator = nullptr;  // Not owned.
    const TemplateSet* templates = nullptr;  // Not owned.
    std::vector<v1::Persona> personas;
  };
  explicit DeskCorrections(Options options) : options_(std::move(options)), frame_(options_.templates) {}

  std::vector<Route> Routes() const;

 private:
  HttpResponse ShowList(const Call& call) const;
  HttpResponse ShowNew(const Call& call) const;
  HttpResponse Issue(const Call& call) const;
  HttpResponse ShowPublication(const Call& call) const;

  // Public comparisons of a tool in which `carries` holds, at most 200.
  template <typename Carries>
  nlohmann::json Reached(const std::string& tool_id, Carries carries) const;

  const Options options_;
  const DeskFrame frame_;
};

}  // namespace seaworthy
