#include "services/aggregator/identity/profile.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/ascii.h"
#include "services/aggregator/identity/name_parts.h"

namespace seaworthy::identity {
namespace {

constexpr int kMaxNames = 32;
constexpr int kMaxAliases = 64;
constexpr int kMaxVendors = 8;
constexpr int kMaxSizes = 64;
constexpr int kMaxDates = 32;
constexpr int kMaxLinks = 64;

template <typename List, typename Value>
bool AddNew(const Value& value, int most, List* list) {
  if (list->size() >= most || std::find(list->begin(), list->end(), value) != list->end()) return false;
  *list->Add() = value;
  return true;
}

bool AddText(const std::string& text, int most, google::protobuf::RepeatedPtrField<std::string>* list) {
  return !text.empty() && AddNew(text, most, list);
}

void AddCores(const std::string& name, const std::string& vendor, v1::ToolKind kind,
              std::vector<std::string>* cores) {
  const auto add = [&](v1::ToolKind as) {
    const NameParts parts = ParseName(name, vendor, as);
    cores->push_back(parts.Core());
    cores->push_back(parts.OwnCore());
  };
  add(kind);
  if (kind == v1::TOOL_KIND_UNSPECIFIED || kind == v1::OTHER) add(v1::LIBRARY);
}

std::vector<std::string> Sorted(std::vector<std::string> cores) {
  std::sort(cores.begin(), cores.end());
  cores.erase(std::unique(cores.begin(), cores.end()), cores.end());
  if (!cores.empty() && cores.front().empty()) cores.erase(cores.begin());
  return cores;
}

template <typename Message>
std::string FirstVendor(const Message& message);
template <>
std::string FirstVendor(const v1::ToolProfile& profile) {
  return profile.vendors_size() > 0 ? profile.vendors(0) : "";
}

}  // namespace

bool AddToProfile(const v1::Revision& told, v1::ToolProfile& profile) {
  bool added = false;
  if (profile.kind() == v1::TOOL_KIND_UNSPECIFIED && told.kind() != v1::TOOL_KIND_UNSPECIFIED) {
    profile.set_kind(told.kind());
    added = true;
  }
  added |= AddText(told.name(), kMaxNames, profile.mutable_names());
  for (const std::string& alias : told.aliases()) {
    added |= AddText(alias, kMaxAliases, profile.mutable_aliases());
  }
  added |= AddText(told.vendor(), kMaxVendors, profile.mutable_vendors());
  for (const double size : told.parameters_b()) {
    added |= AddNew(size, kMaxSizes, profile.mutable_parameters_b());
  }
  added |= AddText(told.release_date(), kMaxDates, profile.mutable_release_dates());
  for (const auto* urls : {&told.source_urls(), &told.links()}) {
    for (const std::string& url : *urls) {
      added |= AddText(NormaliseLink(url), kMaxLinks, profile.mutable_links());
    }
  }
  return added;
}

std::vector<std::string> CoresOf(const v1::ToolProfile& profile) {
  std::vector<std::string> cores;
  const std::string vendor = FirstVendor(profile);
  for (const std::string& name : profile.names()) AddCores(name, vendor, profile.kind(), &cores);
  for (const std::string& alias : profile.aliases()) AddCores(alias, vendor, profile.kind(), &cores);
  return Sorted(std::move(cores));
}

std::vector<std::string> CoresOf(const v1::Revision& told) {
  std::vector<std::string> cores;
  AddCores(told.name(), told.vendor(), told.kind(), &cores);
  const int aliases = std::min(told.aliases_size(), kMaxAliases);
  for (int i = 0; i < aliases; ++i) AddCores(told.aliases(i), told.vendor(), told.kind(), &cores);
  return Sorted(std::move(cores));
}

std::string NormaliseLink(std::string_view url) {
  const size_t scheme = url.find("://");
  if (scheme == std::string_view::npos || !url.starts_with("http") || url.size() > 2048) return "";
  std::string rest = absl::AsciiStrToLower(std::string(url.substr(scheme + 3)));
  rest.resize(std::min(rest.find_first_of("?#"), rest.size()));
  while (!rest.empty() && rest.back() == '/') rest.pop_back();
  if (rest.starts_with("www.")) rest.erase(0, 4);
  if (rest.starts_with("hf.co/")) rest.replace(0, 5, "huggingface.co");
  const size_t path = rest.find('/');
  return path == std::string::npos ? "" : rest;
}

}  // namespace seaworthy::identity
