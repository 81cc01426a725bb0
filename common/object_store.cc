#include "common/object_store.h"

#include <utility>

namespace seaworthy {

absl::StatusOr<std::string> ObjectStore::Put(std::string_view bytes) {
  absl::StatusOr<std::vector<std::string>> hashes = PutAll(absl::MakeConstSpan(&bytes, 1));
  if (!hashes.ok()) return hashes.status();
  return std::move(hashes->front());
}

absl::Status ObjectStore::List(const std::function<bool(std::string_view hash)>&) {
  return absl::UnimplementedError("this engine of the object store does not list what it has");
}

absl::Status ObjectStore::CheckpointTo(const std::string& dir) {
  return absl::UnimplementedError(dir + ": this engine of the object store keeps nothing in a folder");
}

}  // namespace seaworthy
