// What has been found to be named, and how much speaks for it.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "services/ingest/extract/name.h"
#include "services/ingest/extract/source.h"

namespace seaworthy {

// What a name in a field of its own weighs: it stays as written.
inline constexpr double kNamedInField = 90;

// Not thread-safe. Refers to its source, which must outlive it.
class NameVotes {
 public:
  explicit NameVotes(const Source& source) : source_(source) {}

  // Adds to what speaks for `name`, which stands in the raw bytes `raw`.
  // Nothing where it could be no name. `announced`: one of several tools.
  void Add(std::string_view name, Span raw, double score, bool announced = false);
  // The same for a place in the visible text.
  void AddText(Span text, double score, bool announced = false);
  // `name` is of before: what is announced was added to it.
  void Older(std::string_view name);
  bool HasOlder() const { return !older_.empty(); }
  // The name of the front matter's title.
  void SetTitle(std::string_view name);
  // Leaves `part` of what spoke for `name` so far.
  void Weaken(std::string_view name, double part);
  // The likeliest first, also by how often they are mentioned.
  std::vector<NameCandidate> Ranked();

 private:
  size_t Uses(std::string_view form) const;
  size_t CountOf(const std::string& word) const;
  void Mentions();
  void PreferLonger(std::vector<NameCandidate>* names) const;
  void PreferTitle(std::vector<NameCandidate>* names) const;
  void PreferWithoutMaker(std::vector<NameCandidate>* names) const;

  const Source& source_;
  std::vector<std::string> older_;  // NameKeys.
  std::set<std::string> fixed_;     // Named in a field of its own: stays as written.
  std::map<std::string, NameCandidate> found_;
  std::string title_;  // The NameKey of what the front matter's title names.
};

}  // namespace seaworthy
