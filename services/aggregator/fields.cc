#include "services/aggregator/fields.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/ids.h"
#include "services/aggregator/identity/compare.h"
#include "services/aggregator/identity/vendors.h"

namespace seaworthy {
namespace {

constexpr size_t kMaxValues = 12;
constexpr size_t kMaxValueBytes = 400;

std::string Number(double value) { return absl::StrCat(value); }

std::string KindName(v1::ToolKind kind) {
  return kind == v1::TOOL_KIND_UNSPECIFIED ? "" : absl::AsciiStrToLower(v1::ToolKind_Name(kind));
}

bool IsListField(std::string_view field) {
  return field == "modality" || field == "formats" || field == "parameters_b" || field == "links";
}

// The text field of that name; null for others.
std::string* TextField(v1::Revision& revision, std::string_view field) {
  if (field == "name") return revision.mutable_name();
  if (field == "vendor") return revision.mutable_vendor();
  if (field == "category") return revision.mutable_category();
  if (field == "license") return revision.mutable_license();
  if (field == "pricing") return revision.mutable_pricing();
  if (field == "release_date") return revision.mutable_release_date();
  return nullptr;
}

google::protobuf::RepeatedPtrField<std::string>* ListField(v1::Revision& revision, std::string_view field) {
  if (field == "modality") return revision.mutable_modality();
  if (field == "formats") return revision.mutable_formats();
  if (field == "links") return revision.mutable_links();
  return nullptr;
}

const std::string* TextOf(const v1::Revision& revision, std::string_view field) {
  if (field == "name") return &revision.name();
  if (field == "vendor") return &revision.vendor();
  if (field == "category") return &revision.category();
  if (field == "license") return &revision.license();
  if (field == "pricing") return &revision.pricing();
  if (field == "release_date") return &revision.release_date();
  return nullptr;
}

const google::protobuf::RepeatedPtrField<std::string>* ListOf(const v1::Revision& revision,
                                                              std::string_view field) {
  if (field == "modality") return &revision.modality();
  if (field == "formats") return &revision.formats();
  if (field == "links") return &revision.links();
  return nullptr;
}

std::set<std::string> FactValues(const v1::Revision& revision, const std::string& field) {
  std::set<std::string> values;
  for (const v1::Fact& fact : revision.facts()) {
    if (fact.field() == field) values.insert(fact.value());
  }
  return values;
}

std::set<std::string> SlugsOf(const std::vector<std::string>& values) {
  std::set<std::string> slugs;
  for (const std::string& value : values) slugs.insert(absl::AsciiStrToLower(value));
  return slugs;
}

bool SameSizes(const v1::Revision& a, const v1::Revision& b) {
  if (a.parameters_b_size() != b.parameters_b_size()) return false;
  std::vector<double> left(a.parameters_b().begin(), a.parameters_b().end());
  std::vector<double> right(b.parameters_b().begin(), b.parameters_b().end());
  std::sort(left.begin(), left.end());
  std::sort(right.begin(), right.end());
  return std::equal(left.begin(), left.end(), right.begin(),
                    [](double x, double y) { return std::abs(x - y) <= 0.05 * std::max(x, y); });
}

absl::Status BadValue(const std::string& field, const std::string& value, const char* should) {
  return absl::InvalidArgumentError(
      absl::StrCat("`", value.substr(0, 80), "` is no value of ", field, "; ", should));
}

bool IsDate(const std::string& text) {
  if (text.size() != 7 && text.size() != 10) return false;
  for (size_t i = 0; i < text.size(); ++i) {
    const bool dash = i == 4 || i == 7;
    if (dash != (text[i] == '-') || (!dash && !absl::ascii_isdigit(static_cast<unsigned char>(text[i]))))
      return false;
  }
  return true;
}

absl::Status SetKind(const std::string& value, v1::Revision& to) {
  v1::ToolKind kind = v1::TOOL_KIND_UNSPECIFIED;
  if (!value.empty() && !v1::ToolKind_Parse(absl::AsciiStrToUpper(value), &kind)) {
    return BadValue("kind", value, "it is one of model, library, application, service, dataset, other");
  }
  to.set_kind(kind);
  return absl::OkStatus();
}

absl::Status SetNumbers(const std::string& field, const std::vector<std::string>& values, v1::Revision& to) {
  std::vector<double> numbers;
  for (const std::string& value : values) {
    double number = 0;
    if (!absl::SimpleAtod(value, &number) || !std::isfinite(number) || number < 0 || number > 1e15) {
      return BadValue(field, value, "it is a plain decimal such as 70 or 0.256");
    }
    numbers.push_back(number);
  }
  std::sort(numbers.begin(), numbers.end());
  if (field == "parameters_b") to.mutable_parameters_b()->Assign(numbers.begin(), numbers.end());
  if (field == "context_tokens") {
    to.clear_context_tokens();
    if (!numbers.empty()) to.set_context_tokens(static_cast<uint64_t>(numbers.front()));
  }
  if (field == "entry_price_usd") {
    to.clear_entry_price_usd();
    if (!numbers.empty()) to.set_entry_price_usd(numbers.front());
  }
  return absl::OkStatus();
}

absl::Status CheckValues(const std::string& field, const std::vector<std::string>& values) {
  if (values.size() > kMaxValues) {
    return absl::InvalidArgumentError(
        absl::StrCat(values.size(), " values of ", field, "; at most ", kMaxValues));
  }
  const bool single = !IsListField(field) &&
                      std::find(TypedFields().begin(), TypedFields().end(), field) != TypedFields().end();
  if (single && values.size() > 1) {
    return absl::InvalidArgumentError(absl::StrCat(field, " has one value, not ", values.size()));
  }
  for (const std::string& value : values) {
    if (value.empty() || value.size() > kMaxValueBytes) {
      return BadValue(field, value, "it has 1 to 400 bytes; leave the list empty for `not known`");
    }
  }
  return absl::OkStatus();
}

}  // namespace

const std::vector<std::string>& TypedFields() {
  static const auto* const fields = new std::vector<std::string>{
      "name",    "vendor",  "kind",           "category", "modality",        "parameters_b",
      "license", "formats", "context_tokens", "pricing",  "entry_price_usd", "release_date"};
  return *fields;
}

bool IsHardFact(std::string_view field) {
  static const auto* const fields = new std::set<std::string, std::less<>>{
      "availability", "base",          "benchmark",      "code_example", "competitor",
      "demo",         "documentation", "hardware",       "language",     "quantized",
      "repository",   "runtime",       "install_command"};
  return fields->contains(field);
}

bool IsField(std::string_view field) {
  static const auto* const soft = new std::set<std::string, std::less<>>{
      "links",      "benchmark_method", "training_data", "fine_tuning", "support",  "security",
      "limitation", "use_case",         "feature",       "customer",    "adoption", "roadmap"};
  return IsHardFact(field) || soft->contains(field) ||
         std::find(TypedFields().begin(), TypedFields().end(), field) != TypedFields().end();
}

std::vector<std::string> ValuesOf(const v1::Revision& revision, const std::string& field) {
  if (const auto* list = ListOf(revision, field)) return {list->begin(), list->end()};
  std::vector<std::string> values;
  if (const std::string* text = TextOf(revision, field)) {
    if (!text->empty()) values.push_back(*text);
  } else if (field == "kind") {
    if (std::string name = KindName(revision.kind()); !name.empty()) values.push_back(std::move(name));
  } else if (field == "parameters_b") {
    for (const double size : revision.parameters_b()) values.push_back(Number(size));
  } else if (field == "context_tokens") {
    if (revision.has_context_tokens()) values.push_back(absl::StrCat(revision.context_tokens()));
  } else if (field == "entry_price_usd") {
    if (revision.has_entry_price_usd()) values.push_back(Number(revision.entry_price_usd()));
  } else {
    const auto facts = FactValues(revision, field);
    values.assign(facts.begin(), facts.end());
  }
  return values;
}

bool SayTheSame(const v1::Revision& a, const v1::Revision& b, const std::string& field) {
  if (field == "parameters_b") return SameSizes(a, b);
  const std::vector<std::string> left = ValuesOf(a, field);
  const std::vector<std::string> right = ValuesOf(b, field);
  if (left.empty() || right.empty()) return left.empty() == right.empty();
  if (field == "vendor") {
    return identity::NormaliseVendor(left[0]) == identity::NormaliseVendor(right[0]);
  }
  if (field == "license" || field == "category") return Slugify(left[0]) == Slugify(right[0]);
  if (field == "context_tokens") {
    const auto x = static_cast<double>(a.context_tokens());
    const auto y = static_cast<double>(b.context_tokens());
    return std::abs(x - y) <= 0.05 * std::max(x, y);
  }
  if (field == "entry_price_usd") {
    return left == right && (a.entry_price_unit().empty() || b.entry_price_unit().empty() ||
                             a.entry_price_unit() == b.entry_price_unit());
  }
  if (field == "release_date") {
    const int days = identity::DaysBetween(left[0], right[0]);
    return left == right || (days >= 0 && days <= 3);
  }
  return SlugsOf(left) == SlugsOf(right);
}

void CopyField(const v1::Revision& from, const std::string& field, v1::Revision& to) {
  if (field == "context_tokens") to.clear_context_tokens();
  if (field == "entry_price_usd") {
    to.clear_entry_price_usd();
    to.clear_entry_price_unit();
  }
  if (field == "kind") to.set_kind(from.kind());
  if (field == "parameters_b") *to.mutable_parameters_b() = from.parameters_b();
  if (field == "context_tokens" && from.has_context_tokens()) to.set_context_tokens(from.context_tokens());
  if (field == "entry_price_usd" && from.has_entry_price_usd()) {
    to.set_entry_price_usd(from.entry_price_usd());
    to.set_entry_price_unit(from.entry_price_unit());
  }
  if (const std::string* text = TextOf(from, field)) *TextField(to, field) = *text;
  if (const auto* list = ListOf(from, field)) *ListField(to, field) = *list;
}

absl::Status SetField(const std::string& field, const std::vector<std::string>& values, v1::Revision& to) {
  if (const absl::Status checked = CheckValues(field, values); !checked.ok()) return checked;
  if (field == "kind") return SetKind(values.empty() ? "" : values.front(), to);
  if (field == "release_date" && !values.empty() && !IsDate(values.front())) {
    return BadValue(field, values.front(), "write YYYY-MM-DD or YYYY-MM");
  }
  if (field == "pricing" && !values.empty() && values[0] != "free" && values[0] != "paid" &&
      values[0] != "freemium") {
    return BadValue(field, values.front(), "it is one of free, paid, freemium");
  }
  if (field == "name" && values.empty()) return absl::InvalidArgumentError("a tool has a name; say which");
  if (field == "parameters_b" || field == "context_tokens" || field == "entry_price_usd") {
    return SetNumbers(field, values, to);
  }
  if (std::string* text = TextField(to, field)) *text = values.empty() ? "" : values.front();
  if (auto* list = ListField(to, field)) {
    list->Assign(values.begin(), values.end());
    std::sort(list->begin(), list->end());
  }
  return absl::OkStatus();
}

std::vector<std::string> ChangedFields(const v1::Revision& before, const v1::Revision& after) {
  std::set<std::string> changed;
  for (const std::string& field : TypedFields()) {
    if (ValuesOf(before, field) != ValuesOf(after, field)) changed.insert(field);
  }
  if (before.entry_price_unit() != after.entry_price_unit()) changed.insert("entry_price_usd");
  std::set<std::string> told;
  for (const v1::Revision* revision : {&before, &after}) {
    for (const v1::Fact& fact : revision->facts()) {
      if (IsHardFact(fact.field()) || fact.method() == "editor") told.insert(fact.field());
    }
  }
  for (const std::string& field : told) {
    if (FactValues(before, field) != FactValues(after, field)) changed.insert(field);
  }
  return {changed.begin(), changed.end()};
}

}  // namespace seaworthy
