#include <map>

#include "absl/base/thread_annotations.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "common/hash.h"
#include "common/object_store.h"
#include "common/object_store_bounds.h"
#include "common/status_macros.h"

namespace seaworthy {
namespace {

class MemoryObjectStore : public ObjectStore {
 public:
  absl::StatusOr<std::vector<std::string>> PutAll(absl::Span<const std::string_view> objects) override {
    std::vector<std::string> hashes;
    for (const std::string_view bytes : objects) {
      SEAWORTHY_RETURN_IF_ERROR(CheckObjectSize(bytes.size()));
      hashes.push_back(Sha256Hex(bytes));
      absl::MutexLock lock(&mutex_);
      objects_.emplace(hashes.back(), bytes);
    }
    return hashes;
  }

  absl::StatusOr<std::string> Get(std::string_view hash) override {
    absl::MutexLock lock(&mutex_);
    const auto found = objects_.find(hash);
    if (found == objects_.end()) return absl::NotFoundError(absl::StrCat("no object ", std::string(hash)));
    return found->second;
  }

 private:
  absl::Mutex mutex_;
  std::map<std::string, std::string, std::less<>> objects_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace

std::unique_ptr<ObjectStore> NewMemoryObjectStore() { return std::make_unique<MemoryObjectStore>(); }

}  // namespace seaworthy
