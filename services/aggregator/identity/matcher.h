// One tool once, over an index in memory: for measuring the rules without a
// store.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "seaworthy/v1/revision.pb.h"
#include "services/aggregator/identity/resolver.h"

namespace seaworthy::identity {

// What an announcement was found to be about.
struct Found {
  // Made by the matcher where it is new: the slug of the name, numbered where
  // that is taken.
  std::string tool_id;
  // Equal for announcements of one release of one tool: these are duplicates.
  std::string release_id;
  bool is_new_tool = false;
  // Tools that may be the same.
  std::vector<Suspicion> suspicions;
};

// The rules the aggregator goes by, with what it has seen in memory. Not
// thread-safe.
class ToolMatcher {
 public:
  ToolMatcher();
  ~ToolMatcher();
  // Looks up and remembers. `source` is the feed it came from, empty for none:
  // two entries of one feed are two releases, unless they say one version.
  Found Resolve(const v1::Revision& told, const std::string& source = "");
  // The tools of one announcement, which are different tools.
  std::vector<Found> ResolveAll(const std::vector<v1::Revision>& tools, const std::string& source = "");
  // Only looks up.
  Resolution Find(const v1::Revision& told) const;

 private:
  class Index;
  struct Release;
  Found Take(const v1::Revision& told, const std::string& source, const std::set<std::string>& not_these);
  std::string NewId(const v1::Revision& told) const;
  std::string ReleaseOf(const std::string& tool_id, const v1::Revision& told, const std::string& source);

  std::unique_ptr<Index> index_;
  std::map<std::string, std::vector<Release>> releases_;
};

}  // namespace seaworthy::identity
