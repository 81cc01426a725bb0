// Ids are types, not strings, so that one cannot stand in for another.
#pragma once

#include <compare>
#include <cstdint>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/statusor.h"

namespace seaworthy {

// A string with a meaning. `Tag` makes each kind a type of its own.
template <typename Tag>
class StringId {
 public:
  StringId() = default;
  explicit StringId(std::string value) : value_(std::move(value)) {}
  const std::string& value() const { return value_; }
  bool empty() const { return value_.empty(); }
  auto operator<=>(const StringId&) const = default;
  friend std::ostream& operator<<(std::ostream& out, const StringId& id) { return out << id.value_; }
  template <typename H>
  friend H AbslHashValue(H h, const StringId& id) {
    return H::combine(std::move(h), id.value_);
  }

 private:
  std::string value_;
};

using AnnouncementId = StringId<struct AnnouncementTag>;
using ToolId = StringId<struct ToolTag>;
using PersonaId = StringId<struct PersonaTag>;
using VerdictId = StringId<struct VerdictTag>;
using ComparisonId = StringId<struct ComparisonTag>;

// One state of a tool's facts: `tool_id@3`.
struct RevisionId {
  ToolId tool;
  uint32_t number = 0;
  auto operator<=>(const RevisionId&) const = default;
  std::string ToString() const;
};

// `tool_id@3/dx`.
VerdictId MakeVerdictId(const RevisionId& revision, const PersonaId& persona);

// The slug of a name: lower-case ASCII letters and digits joined by single
// hyphens, at most 80 characters, never containing `-vs-`. Accents are
// folded away by dropping what is not ASCII; a name with no usable letter
// gives `tool-` and 8 hex digits of its hash.
std::string Slugify(std::string_view name);

// The canonical comparison of two tools, in byte order of their ids.
// Errors: INVALID_ARGUMENT where both are the same or one is no tool id.
absl::StatusOr<ComparisonId> MakeComparisonId(const ToolId& a, const ToolId& b);

// The two tools of `a-vs-b`, in the order written.
// Errors: INVALID_ARGUMENT where it is no comparison id.
absl::StatusOr<std::pair<ToolId, ToolId>> SplitComparisonId(std::string_view id);

}  // namespace seaworthy
