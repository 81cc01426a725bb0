#include "common/object_store.h"

#include <utility>

namespace seaworthy {

absl::StatusOr<std::string> ObjectStore::Put(std::string_view bytes) {
  absl::StatusOr<std::vector<std::string>> hashes = PutAll(absl::MakeConstSpan(&bytes, 1));
  if (!hashes.ok()) return hashes.status();
  return std::move(hashes->front());
}

}  // namespace seaworthy
