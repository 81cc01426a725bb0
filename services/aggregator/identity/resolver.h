// The tool an announcement is about.
#pragma once

#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "seaworthy/v1/revision.pb.h"
#include "seaworthy/v1/telling.pb.h"

namespace seaworthy::identity {

// Where tools are found by the cores of their names. Errors: what is behind it.
class NameIndex {
 public:
  virtual ~NameIndex() = default;
  // Tools under a core, in byte order of their ids, until `visit` says false.
  virtual absl::Status ForEachTool(std::string_view core,
                                   const std::function<bool(const std::string& tool_id)>& visit) const = 0;
  virtual absl::StatusOr<std::optional<v1::ToolProfile>> LoadProfile(const std::string& tool_id) const = 0;
};

// Another tool that may be the same.
struct Suspicion {
  std::string tool_id;
  double likeness = 0;
  std::string reason;
};

struct Resolution {
  // Empty where it is a tool of its own.
  std::string tool_id;
  // Likeliest first, at most 8.
  std::vector<Suspicion> suspicions;
};

// At most 64 candidates a core are looked at, and `not_these` are not.
absl::StatusOr<Resolution> Resolve(const NameIndex& index, const v1::Revision& told,
                                   const std::set<std::string>& not_these = {});

}  // namespace seaworthy::identity
