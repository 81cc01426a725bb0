#include "cli/backup/named_objects.h"

#include <google/protobuf/message.h>

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"

namespace seaworthy::cli {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

bool NamesObject(const FieldDescriptor& field) {
  return field.cpp_type() == FieldDescriptor::CPPTYPE_STRING && !field.is_repeated() &&
         (field.name() == "object_hash" || absl::EndsWith(field.name(), "_object"));
}

}  // namespace

void ForEachNamedObject(const Message& message, absl::FunctionRef<void(const std::string& hash)> visit) {
  const google::protobuf::Reflection& reflection = *message.GetReflection();
  std::vector<const FieldDescriptor*> fields;
  reflection.ListFields(message, &fields);
  for (const FieldDescriptor* field : fields) {
    if (NamesObject(*field)) {
      visit(reflection.GetString(message, field));
    } else if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE && field->is_repeated()) {
      for (int i = 0; i < reflection.FieldSize(message, field); ++i) {
        ForEachNamedObject(reflection.GetRepeatedMessage(message, field, i), visit);
      }
    } else if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
      ForEachNamedObject(reflection.GetMessage(message, field), visit);
    }
  }
}

HashSet::Short HashSet::Of(std::string_view hex) {
  Short hash;
  const auto digits = [hex](size_t at) { return std::string(hex.substr(std::min(at, hex.size()), 16)); };
  // Anything that is no hash is the set's own zero, which no object has.
  if (!absl::SimpleHexAtoi(digits(0), &hash.high) || !absl::SimpleHexAtoi(digits(16), &hash.low)) return {};
  return hash;
}

void HashSet::Add(std::string_view hex) { hashes_.push_back(Of(hex)); }

void HashSet::Seal() { std::sort(hashes_.begin(), hashes_.end()); }

bool HashSet::Has(std::string_view hex) const {
  return std::binary_search(hashes_.begin(), hashes_.end(), Of(hex));
}

}  // namespace seaworthy::cli
