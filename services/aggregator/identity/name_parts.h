// A tool's name, cut into parts (docs/identity.md).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "seaworthy/v1/tool_kind.pb.h"

namespace seaworthy::identity {

// A date in a name: `-0905`, `-12-2024`. 0 for what it does not say.
struct Stamp {
  int year = 0;
  int month = 0;
  int day = 0;
  bool empty() const { return year == 0 && month == 0; }
  bool operator==(const Stamp&) const = default;
};

struct NameParts {
  // What is compared: words and, for models, version numbers (`#2.5`).
  std::vector<std::string> tokens;
  // `tokens` without the vendor in front, where a word of its own remains;
  // else empty.
  std::vector<std::string> own_tokens;
  // The namespace before a slash.
  std::string org;
  // Software: `0.31`; empty for none.
  std::string version;
  // In billions, ascending.
  std::vector<double> sizes;
  // Active parameters in billions, 0 for not said.
  double active = 0;
  Stamp stamp;
  // `instruct`, `base`, `sft` …; chat and it are instruct.
  std::string tuning;
  // `preview`, `beta` …
  std::string stage;
  // It says v1, which others leave out.
  bool says_v1 = false;
  // A word such as Mini or Ultra says which size it is.
  bool has_size_word = false;

  // The key tools are looked up by; empty where nothing was left of the name.
  std::string Core() const;
  std::string OwnCore() const;
};

// Whether names of the kind are of models or data sets, whose version is part
// of what they are.
bool IsVersioned(v1::ToolKind kind);

// Linear in the name, of which the first 200 bytes count.
NameParts ParseName(std::string_view name, std::string_view vendor, v1::ToolKind kind);

// 1.10 comes after 1.9; negative, 0 or positive. Empty comes first.
int CompareVersions(std::string_view a, std::string_view b);

// What a tool keeps being called: the name, for software without its version.
// A new tool's id is the slug of it.
std::string LastingName(const std::string& name, const std::string& vendor, v1::ToolKind kind);

}  // namespace seaworthy::identity
