// Which calls travel in which batch, on disk: a restart takes them up again
// instead of paying for them twice.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"

namespace seaworthy {

// One file a batch: its id, then its calls' ids, a line each. Not thread-safe.
class BatchJournal {
 public:
  // Providers keep results for weeks; calls come again within hours or never.
  static constexpr absl::Duration kKept = absl::Hours(72);

  // Reads what is in `folder`, made where it is missing; files older than kKept
  // and files that are none of ours go or stay unread. Empty: remembers nothing.
  explicit BatchJournal(std::string folder);

  // The batch a call is in; empty for none.
  std::string Find(const std::string& call_id) const;
  // Durable on return. Errors: UNAVAILABLE naming the file.
  absl::Status Keep(const std::string& batch_id, const std::vector<std::string>& call_ids);
  // The call has been answered: asked again it is another call.
  void Forget(const std::string& call_id) { batches_.erase(call_id); }

 private:
  void Read(const std::string& path);

  const std::string folder_;
  std::map<std::string, std::string> batches_;  // By call id.
};

}  // namespace seaworthy
