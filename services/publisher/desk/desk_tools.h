// The desk's pages of tools: what is known of each, where sources disagree,
// what editors corrected, and how it came to be so.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <vector>

#include "common/clients.h"
#include "seaworthy/v1/persona.pb.h"
#include "services/publisher/access/router.h"
#include "services/publisher/desk/desk_frame.h"

namespace seaworthy {

// `/desk/tools` and what is below. Thread-safe.
class DeskTools {
 public:
  struct Options {
    AggregatorClient* aggregator = nullptr;  // Not owned.
    const TemplateSet* templates = nullptr;  // Not owned.
    std::vector<v1::Persona> personas;
  };
  explicit DeskTools(Options options) : options_(std::move(options)), frame_(options_.templates) {}

  std::vector<Route> Routes() const;

 private:
  HttpResponse ShowList(const Call& call) const;
  HttpResponse ShowOne(const Call& call) const;
  HttpResponse ShowHistory(const Call& call) const;
  HttpResponse Correct(const Call& call) const;

  void AddFacts(const v1::ToolView& tool, nlohmann::json& view) const;
  void AddIdentity(const v1::ToolView& tool, nlohmann::json& view) const;

  const Options options_;
  const DeskFrame frame_;
};

}  // namespace seaworthy
