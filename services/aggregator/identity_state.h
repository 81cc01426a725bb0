// Which tool an id means, what may be one, what was decided (table `identity`)
// and where tools are found by name (table `name_index`).
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/ids.h"
#include "seaworthy/v1/identity.pb.h"
#include "seaworthy/v1/telling.pb.h"
#include "services/aggregator/identity/resolver.h"
#include "services/aggregator/state_store.h"

namespace seaworthy {

// The tool an id answers as: itself, or what it was merged into.
absl::StatusOr<ToolId> CurrentTool(const StateReader& state, const ToolId& id);
// The ids merged into a tool, over any number of steps, sorted.
absl::StatusOr<std::vector<std::string>> MergedTools(const StateReader& state, const ToolId& tool);
// Makes `other` answer as `stays`, and takes that back.
void Join(StateTransaction& state, const ToolId& stays, const ToolId& other);
void Unjoin(StateTransaction& state, const ToolId& stays, const ToolId& other);

// An editor said the two are different.
absl::StatusOr<bool> AreKeptApart(const StateReader& state, const ToolId& a, const ToolId& b);
void KeepApart(StateTransaction& state, const ToolId& a, const ToolId& b);
void ForgetApart(StateTransaction& state, const ToolId& a, const ToolId& b);

// Notes that two tools may be one; a pair noted before stays as it was.
absl::Status NoteSuspicion(StateTransaction& state, const v1::PossibleDuplicate& pair);
// Open ones, likeliest first, with the ids tools have now; at most `count`.
absl::Status ReadSuspicions(const StateReader& state, const std::string& tool, int count,
                            google::protobuf::RepeatedPtrField<v1::PossibleDuplicate>* pairs);

// Keeps a decision, or keeps it anew.
void StoreIdentityRecord(StateTransaction& state, const v1::IdentityRecord& record);
// By request id.
absl::StatusOr<std::optional<v1::IdentityRecord>> LoadIdentityRecord(const StateReader& state,
                                                                     const std::string& request_id);
// Newest first, until `visit` says false. Errors: DATA_LOSS.
absl::Status ForEachIdentityRecord(const StateReader& state,
                                   const std::function<bool(const v1::IdentityRecord&)>& visit);

// The store's tools by name. Not owned: `state` must outlive it.
class StoreNameIndex : public identity::NameIndex {
 public:
  explicit StoreNameIndex(const StateReader* state) : state_(state) {}
  absl::Status ForEachTool(std::string_view core,
                           const std::function<bool(const std::string&)>& visit) const override;
  absl::StatusOr<std::optional<v1::ToolProfile>> LoadProfile(const std::string& tool_id) const override;

 private:
  const StateReader* const state_;
};

// Adds what was told to what the tool is known by.
absl::Status AddToProfile(StateTransaction& state, const ToolId& tool, const v1::Revision& told);
// The same anew from nothing but `tellings`.
absl::Status RemakeProfile(StateTransaction& state, const ToolId& tool,
                           const std::vector<v1::Revision>& tellings);

}  // namespace seaworthy
