// One tool once: how long it takes to find the tool an announcement is about
// among many, and, where there are labels, how many duplicates are found.
// Usage: bench_identity [corpus folder] [tools]
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "common/hash.h"
#include "services/aggregator/identity/matcher.h"
#include "services/aggregator/identity/resolver.h"
#include "services/aggregator/identity_state.h"
#include "services/aggregator/state_store.h"

namespace seaworthy {
namespace {

using nlohmann::json;

// A document or an entry of a feed, with what its label says.
struct Unit {
  std::string id;
  std::string feed;
  std::string duplicate_of;
  std::string group;
  std::vector<v1::Revision> tools;
};

std::string Text(const json& object, const char* key) {
  const auto at = object.find(key);
  return at != object.end() && at->is_string() ? at->get<std::string>() : "";
}

v1::ToolKind KindOf(const std::string& name) {
  v1::ToolKind kind = v1::TOOL_KIND_UNSPECIFIED;
  (void)v1::ToolKind_Parse(absl::AsciiStrToUpper(name), &kind);
  return kind;
}

v1::Revision ToolOf(const json& label) {
  v1::Revision tool;
  tool.set_name(Text(label, "name"));
  tool.set_vendor(Text(label, "vendor"));
  tool.set_kind(KindOf(Text(label, "kind")));
  tool.set_release_date(Text(label, "release_date"));
  for (const json& alias : label.value("aliases", json::array())) tool.add_aliases(alias.get<std::string>());
  const json sizes = label.value("parameters_b", json());
  if (sizes.is_number()) tool.add_parameters_b(sizes.get<double>());
  if (sizes.is_array()) {
    for (const json& size : sizes) tool.add_parameters_b(size.get<double>());
  }
  return tool;
}

Unit UnitOf(const json& label) {
  Unit unit;
  unit.id = Text(label, "file");
  if (const std::string entry = Text(label, "entry_id"); !entry.empty()) {
    unit.feed = unit.id;
    absl::StrAppend(&unit.id, "#", entry);
  }
  unit.duplicate_of = Text(label, "duplicate_of");
  unit.group = Text(label, "dup_group");
  for (const json& tool : label.at("tools")) {
    if (!tool.value("primary", true)) continue;
    unit.tools.push_back(ToolOf(tool));
    const std::string entry = Text(label, "entry_id");
    if (entry.starts_with("http")) unit.tools.back().add_source_urls(entry);
  }
  return unit;
}

std::vector<Unit> ReadUnits(const std::string& folder) {
  std::vector<Unit> units;
  std::ifstream in(std::filesystem::path(folder) / "labels.jsonl");
  for (std::string line; std::getline(in, line);) {
    const json label = json::parse(line, nullptr, /*allow_exceptions=*/false);
    if (label.is_object() && label.contains("tools")) units.push_back(UnitOf(label));
  }
  return units;
}

// Groups of units by label: `duplicate_of` and equal `dup_group`.
class Groups {
 public:
  explicit Groups(const std::vector<Unit>& units) {
    for (const Unit& unit : units) {
      if (!unit.duplicate_of.empty()) parent_[Root(unit.id)] = Root(unit.duplicate_of);
      if (!unit.group.empty()) parent_[Root(unit.id)] = Root("group " + unit.group);
    }
  }
  std::string Root(const std::string& id) {
    const auto at = parent_.find(id);
    return at == parent_.end() || at->second == id ? id : Root(at->second);
  }

 private:
  std::map<std::string, std::string> parent_;
};

void MeasureDuplicates(const std::string& folder) {
  std::vector<Unit> units = ReadUnits(folder);
  std::erase_if(units, [](const Unit& unit) { return unit.tools.empty(); });
  if (units.empty()) {
    std::printf("no labels in %s: duplicates are not measured\n", folder.c_str());
    return;
  }
  Groups groups(units);
  identity::ToolMatcher matcher;
  std::vector<std::set<std::string>> releases(units.size());
  for (size_t i = 0; i < units.size(); ++i) {
    for (const identity::Found& found : matcher.ResolveAll(units[i].tools, units[i].feed)) {
      releases[i].insert(found.release_id);
      for (const identity::Suspicion& suspicion : found.suspicions) {
        std::printf("  may be one: %s and %s (%.1f: %s)\n", found.tool_id.c_str(), suspicion.tool_id.c_str(),
                    suspicion.likeness, suspicion.reason.c_str());
      }
    }
  }
  int right = 0;
  int found = 0;
  int wanted = 0;
  for (size_t i = 0; i < units.size(); ++i) {
    for (size_t j = i + 1; j < units.size(); ++j) {
      const bool same = std::any_of(releases[i].begin(), releases[i].end(),
                                    [&](const std::string& id) { return releases[j].contains(id); });
      const bool should = groups.Root(units[i].id) == groups.Root(units[j].id);
      right += static_cast<int>(same && should);
      found += static_cast<int>(same);
      wanted += static_cast<int>(should);
      if (same != should) {
        std::printf("  %s: %s | %s\n", same ? "wrong " : "missed", units[i].id.c_str(), units[j].id.c_str());
      }
    }
  }
  std::printf("duplicates by labels: %d pairs, precision %.3f, recall %.3f\n", wanted,
              found == 0 ? 1.0 : static_cast<double>(right) / found,
              wanted == 0 ? 1.0 : static_cast<double>(right) / wanted);
}

v1::Revision MadeUp(int i) {
  static constexpr const char* kNames[] = {"Ada",  "Minerva", "Corvid", "Halyard",
                                           "Tern", "Kestrel", "Osprey"};
  static constexpr const char* kWords[] = {"", " Coder", " Vision", " Mini", " Pro", " Chat", " Instruct"};
  v1::Revision tool;
  tool.set_name(absl::StrCat(kNames[i % 7], i / 343, kWords[i / 7 % 7], " ", 1 + i / 49 % 7, ".", i % 10, " ",
                             1 + i % 70, "B"));
  tool.set_vendor(absl::StrCat("Vendor", i % 997));
  tool.set_kind(i % 3 == 0 ? v1::LIBRARY : v1::MODEL);
  tool.add_parameters_b(1 + i % 70);
  tool.add_aliases(absl::StrCat("vendor", i % 997, "/", tool.name(), "-GGUF"));
  return tool;
}

void Print(const char* where, int tools, std::vector<double>& micros) {
  std::sort(micros.begin(), micros.end());
  std::printf("resolving one more among %d tools, %s: median %.1f us, p99 %.1f us\n", tools, where,
              micros[micros.size() / 2], micros[micros.size() * 99 / 100]);
}

void MeasureSpeed(int tools) {
  identity::ToolMatcher matcher;
  for (int i = 0; i < tools; ++i) matcher.Resolve(MadeUp(i));
  std::vector<double> micros;
  for (int i = 0; i < 2000; ++i) {
    const v1::Revision told = MadeUp(static_cast<int>((static_cast<int64_t>(i) * 7919) % (tools + 1000)));
    const auto begin = std::chrono::steady_clock::now();
    const identity::Resolution resolution = matcher.Find(told);
    const auto end = std::chrono::steady_clock::now();
    micros.push_back(std::chrono::duration<double, std::micro>(end - begin).count());
  }
  Print("in memory", tools, micros);
}

// The same over the store on disk, as the aggregator does it.
void MeasureStore(int tools) {
  const std::filesystem::path folder =
      std::filesystem::temp_directory_path() / absl::StrCat("seaworthy-identity-", RandomHex(8));
  {
    const auto store = StateStore::Open(folder.string()).value();
    for (int begin = 0; begin < tools; begin += 1000) {
      const auto batch = store->Begin();
      for (int i = begin; i < std::min(tools, begin + 1000); ++i) {
        (void)AddToProfile(*batch, ToolId(absl::StrCat("tool-", i)), MadeUp(i));
      }
      (void)batch->Commit(begin + 1);
    }
    std::vector<double> micros;
    for (int i = 0; i < 2000; ++i) {
      const v1::Revision told = MadeUp(static_cast<int>((static_cast<int64_t>(i) * 7919) % (tools + 1000)));
      const auto batch = store->Begin();
      const auto begin = std::chrono::steady_clock::now();
      (void)identity::Resolve(StoreNameIndex(batch.get()), told);
      const auto end = std::chrono::steady_clock::now();
      micros.push_back(std::chrono::duration<double, std::micro>(end - begin).count());
    }
    Print("in the store", tools, micros);
  }
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace seaworthy

int main(int argc, char** argv) {
  const std::string folder = argc > 1 ? argv[1] : "../shared/corpus/dev";
  seaworthy::MeasureDuplicates(folder);
  const int tools = argc > 2 ? std::max(1, std::atoi(argv[2])) : 100'000;
  seaworthy::MeasureSpeed(tools);
  seaworthy::MeasureStore(tools);
  return 0;
}
