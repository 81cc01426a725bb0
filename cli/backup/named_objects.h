// Which objects events name.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/functional/function_ref.h"

namespace google::protobuf {
class Message;
}

namespace seaworthy::cli {

// Calls `visit` with every object a message names, at any depth: text fields
// called `object_hash` or `…_object`, where they are not empty.
void ForEachNamedObject(const google::protobuf::Message& message,
                        absl::FunctionRef<void(const std::string& hash)> visit);

// A set of SHA-256 in 16 bytes each. One thread.
class HashSet {
 public:
  // In any order.
  void Add(std::string_view hex);
  // After the last Add.
  void Seal();
  bool Has(std::string_view hex) const;
  size_t size() const { return hashes_.size(); }

 private:
  struct Short {
    uint64_t high = 0;
    uint64_t low = 0;
    auto operator<=>(const Short&) const = default;
  };
  static Short Of(std::string_view hex);
  std::vector<Short> hashes_;
};

}  // namespace seaworthy::cli
