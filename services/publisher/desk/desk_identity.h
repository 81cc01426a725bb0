// The desk's pages on which tools are one: possible duplicates, merging,
// splitting, keeping apart, and taking that back.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "common/clients.h"
#include "seaworthy/v1/persona.pb.h"
#include "services/publisher/access/router.h"
#include "services/publisher/desk/desk_frame.h"

namespace seaworthy {

// `/desk/identity` and what is below. Thread-safe.
class DeskIdentity {
 public:
  struct Options {
    AggregatorClient* aggregator = nullptr;  // Not owned.
    const TemplateSet* templates = nullptr;  // Not owned.
    std::vector<v1::Persona> personas;
  };
  explicit DeskIdentity(Options options) : options_(std::move(options)), frame_(options_.templates) {}

  std::vector<Route> Routes() const;

 private:
  HttpResponse ShowList(const Call& call) const;
  HttpResponse ShowConfirm(const Call& call) const;
  HttpResponse Decide(const Call& call) const;

  // The rows of a page of the list; how many there are in all.
  size_t AddPage(const v1::ListIdentityResponse& identity, bool open, size_t from,
                 nlohmann::json& view) const;
  absl::StatusOr<v1::ToolView> Tool(const std::string& id) const;
  // The two tools side by side, as the comparison's table of facts.
  void AddSideBySide(const v1::ToolView& a, const v1::ToolView& b, nlohmann::json& view) const;
  // What follows from the decision. Errors: NOT_FOUND, INVALID_ARGUMENT.
  absl::Status AddWhatFollows(const v1::IdentityDecision& decision, nlohmann::json& view) const;
  absl::Status AddPair(const v1::IdentityDecision& decision, nlohmann::json& view) const;
  absl::Status AddSplit(const v1::IdentityDecision& decision, nlohmann::json& view) const;
  absl::Status AddUndo(const v1::IdentityDecision& decision, nlohmann::json& view) const;

  const Options options_;
  const DeskFrame frame_;
};

}  // namespace seaworthy
