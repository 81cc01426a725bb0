// Keeps what was sent without keeping what every request has in common again
// and again.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "common/object_store.h"

namespace seaworthy {

// Not thread-safe; one a persona, because requests of a persona begin alike.
class RequestArchive {
 public:
  // `objects` is not owned.
  explicit RequestArchive(ObjectStore* objects) : objects_(objects) {}

  // The bytes to store for `sent`: themselves where they share little with
  // those before, else `{"prefix_object":HASH,"rest":…}`, where what was sent
  // is the object's bytes and then the rest. The prefix is stored on return.
  // Errors as ObjectStore::Put.
  absl::StatusOr<std::string> Pack(std::string_view sent);

 private:
  ObjectStore* const objects_;
  // What the requests so far begin with, and its object once it is one.
  std::string prefix_;
  std::string prefix_object_;
};

// What was sent, from what Pack gave. Errors: DATA_LOSS, those of the store.
absl::StatusOr<std::string> UnpackRequest(std::string packed, ObjectStore& objects);

}  // namespace seaworthy
