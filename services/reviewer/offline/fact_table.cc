#include "services/reviewer/offline/fact_table.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

#include "absl/strings/numbers.h"
#include "services/reviewer/offline/as_said.h"
#include "services/reviewer/offline/say.h"
#include "services/reviewer/text.h"

namespace seaworthy::offline {
namespace {

constexpr size_t kMaxListed = 3;
constexpr size_t kMaxRivalsListed = 2;

std::string KindWord(v1::ToolKind kind) {
  switch (kind) {
    case v1::MODEL:
      return "model";
    case v1::LIBRARY:
      return "library";
    case v1::APPLICATION:
      return "application";
    case v1::SERVICE:
      return "service";
    case v1::DATASET:
      return "data set";
    default:
      return "tool";
  }
}

// One thing of a category's shelf.
std::string ThingWord(std::string_view category, v1::ToolKind kind) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 12> kThings = {
      {{"Language Models", "language model"},
       {"Vision-Language Models", "vision-language model"},
       {"Image Models", "image model"},
       {"Video Models", "video model"},
       {"Speech and Audio Models", "speech model"},
       {"Code Models", "code model"},
       {"Embedding Models", "embedding model"},
       {"Translation Models", "translation model"},
       {"Agent Frameworks", "agent framework"},
       {"Inference and Serving", "serving stack"},
       {"Developer Tools", "developer tool"},
       {"AI Services", "hosted service"}}};
  for (const auto& [shelf, thing] : kThings) {
    if (shelf == category) return std::string(thing);
  }
  return KindWord(kind);
}

std::string Quoted(std::string_view words) { return text::Cat("\"", words, "\""); }

std::string PriceText(double price, std::string_view unit) {
  const std::string money = SayMoney(price);
  if (unit.empty() || !IsQuotable(unit) || unit.size() > 40) return money;
  std::string said(unit);
  if (said.starts_with("1m ")) said[1] = 'M';
  return text::Cat(money, said.starts_with("per ") ? " " : " per ", said);
}

double MaxOf(const v1::KnownCompetitor& rival) {
  double most = 0;
  for (double size : rival.parameters_b()) most = std::max(most, size);
  return most;
}

}  // namespace

double WeightsGb(double parameters_b, int bits) { return parameters_b * bits / 8; }

FactTable::FactTable(const LlmRequest& request)
    : mentions_(request.announcement_text, request.revision.language()),
      seed_(text::Cat(request.revision.name(), "\n", request.persona->persona_id())) {
  Index(request);
  AddIdentity(request);
  AddSizes();
  AddPrice(request.revision);
  AddDates(request);
  AddLists();
  AddAsSaid();
  AddBenchmarks();
  AddCommands();
  AddRivals({request.competitors.begin(), request.competitors.end()});
  numbers_["fields"] = static_cast<double>(facts_.size());
  Put("known", NumberWord(static_cast<int>(facts_.size())), All("name"), {"name"});
}

void FactTable::Index(const LlmRequest& request) {
  const v1::Revision& revision = request.revision;
  for (const v1::Fact& fact : revision.facts()) facts_[fact.field()].push_back(&fact);
  AddImplied("name", revision.name());
  AddImplied("vendor", revision.vendor());
  AddImplied("license", revision.license());
  AddImplied("pricing", revision.pricing());
  AddImplied("release_date", revision.release_date());
  if (facts_.find("kind") == facts_.end() && revision.kind() != v1::TOOL_KIND_UNSPECIFIED) {
    AddImplied("kind", KindWord(revision.kind()));
  }
  const auto all = [this](const char* field, const auto& values) {
    if (facts_.find(field) != facts_.end()) return;
    for (const auto& value : values) {
      implied_.push_back(std::make_unique<v1::Fact>());
      implied_.back()->set_field(field);
      implied_.back()->set_value(text::Cat(value));
      facts_[field].push_back(implied_.back().get());
    }
  };
  all("formats", revision.formats());
  all("modality", revision.modality());
  all("parameters_b", revision.parameters_b());
  if (revision.has_context_tokens()) AddImplied("context_tokens", text::Cat(revision.context_tokens()));
  if (revision.has_entry_price_usd()) AddImplied("entry_price_usd", text::Cat(revision.entry_price_usd()));
}

// A value the revision has and no fact tells: known, but without evidence.
void FactTable::AddImplied(const std::string& field, const std::string& value) {
  if (value.empty() || facts_.find(field) != facts_.end()) return;
  implied_.push_back(std::make_unique<v1::Fact>());
  implied_.back()->set_field(field);
  implied_.back()->set_value(value);
  facts_[field].push_back(implied_.back().get());
}

FactTable::Facts FactTable::All(std::string_view field) const {
  const auto it = facts_.find(field);
  return it == facts_.end() ? Facts() : it->second;
}

const v1::Fact* FactTable::First(std::string_view field) const {
  const auto it = facts_.find(field);
  return it == facts_.end() ? nullptr : it->second.front();
}

void FactTable::Put(const std::string& name, std::string text, Facts facts, std::vector<std::string> fields) {
  if (text.empty()) return;
  SlotValue value;
  value.text = std::move(text);
  value.facts = std::move(facts);
  value.fields = std::move(fields);
  slots_[name] = std::move(value);
}

void FactTable::AddIdentity(const LlmRequest& request) {
  const v1::Revision& revision = request.revision;
  const std::string name = CleanName(revision.name());
  Put("name", name.empty() ? "this tool" : name, All("name"), {"name"});
  // A vendor without a letter is a date or a number read in the wrong place.
  const std::string& named = revision.vendor();
  const bool lettered = std::any_of(named.begin(), named.end(), [](char c) {
    return std::isalpha(static_cast<unsigned char>(c)) != 0 || static_cast<unsigned char>(c) >= 0x80;
  });
  const std::string vendor = lettered ? CleanName(named) : "";
  Put("vendor", vendor, All("vendor"), {"vendor"});
  Put("maker", vendor.empty() ? "its maker" : vendor, vendor.empty() ? All("name") : All("vendor"),
      {"vendor"});
  Put("kind", KindWord(revision.kind()), All("kind"), {"kind"});
  Facts shelf = All("kind");
  for (const v1::Fact* fact : All("modality")) shelf.push_back(fact);
  const std::string thing = ThingWord(revision.category(), revision.kind());
  Put("thing", thing, shelf, {"kind", "modality"});
  Put("things", thing.ends_with("y") ? text::Cat(thing.substr(0, thing.size() - 1), "ies") : thing + "s",
      shelf, {"kind", "modality"});
  if (revision.category() != "Other") Put("category", revision.category(), shelf, {"kind", "modality"});
  const std::string license = CleanName(SayLicense(revision.license()));
  if (const v1::Fact* fact = First("license")) Put("license", license, {fact}, {"license"});
  if (!revision.tool_id().empty()) numbers_["revision"] = revision.number();
}

void FactTable::AddWeights(std::string_view size, double parameters_b, const Facts& facts) {
  const std::string suffix(size);
  const double mem4 = WeightsGb(parameters_b, 4);
  Put("mem4_" + suffix, SayGb(mem4), facts, {"parameters_b"});
  Put("mem16_" + suffix, SayGb(WeightsGb(parameters_b, 16)), facts, {"parameters_b"});
  Put("card4_" + suffix, SayCard(mem4), facts, {"parameters_b"});
  Put("card16_" + suffix, SayCard(WeightsGb(parameters_b, 16)), facts, {"parameters_b"});
  numbers_["mem4_" + suffix] = mem4;
}

void FactTable::AddSizes() {
  std::vector<std::pair<double, const v1::Fact*>> sizes;
  for (const v1::Fact* fact : All("parameters_b")) {
    double size = 0;
    if (absl::SimpleAtod(fact->value(), &size) && size > 0 && size < 1e6) sizes.emplace_back(size, fact);
  }
  if (sizes.empty()) return;
  std::sort(sizes.begin(), sizes.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<std::string> said;
  Facts facts;
  for (const auto& [size, fact] : sizes) {
    if (said.empty() || said.back() != SaySize(size)) said.push_back(SaySize(size));
    facts.push_back(fact);
  }
  const Facts small = {sizes.front().second};
  const Facts large = {sizes.back().second};
  Put("smallest", said.front(), small, {"parameters_b"});
  Put("biggest", said.back(), large, {"parameters_b"});
  AddWeights("small", sizes.front().first, small);
  AddWeights("large", sizes.back().first, large);
  if (said.size() == 1) {
    Put("size", said.front(), large, {"parameters_b"});
  } else {
    Put("range", text::Cat(said.front(), " to ", said.back()), facts, {"parameters_b"});
    const bool few = said.size() <= kMaxListed;
    Put("sizes",
        few ? text::JoinList(said)
            : text::Cat(NumberWord(static_cast<int>(said.size())), " sizes from ", said.front(), " to ",
                        said.back()),
        facts, {"parameters_b"});
  }
  numbers_["params_min"] = sizes.front().first;
  numbers_["params_max"] = sizes.back().first;
  numbers_["params_count"] = static_cast<double>(said.size());
}

void FactTable::AddPrice(const v1::Revision& revision) {
  const v1::Fact* fact = First("entry_price_usd");
  double price = 0;
  if (fact == nullptr || !absl::SimpleAtod(fact->value(), &price)) return;
  numbers_["price"] = price;
  if (price <= 0) return;
  const std::string& unit = revision.entry_price_unit();
  const std::vector<std::string> fields = {"entry_price_usd"};
  Put("priced", PriceText(price, unit), {fact}, fields);
  Put("money", SayMoney(price), {fact}, fields);
  if (text::ContainsIgnoreCase(unit, "1M") && text::ContainsIgnoreCase(unit, "token")) {
    Put("bill_tokens", SayMoney(price * 1000), {fact}, fields);
  } else if (text::ContainsIgnoreCase(unit, "hour")) {
    Put("bill_month", SayMoney(price * 730), {fact}, fields);
  } else if (text::ContainsIgnoreCase(unit, "month")) {
    Put("bill_year", SayMoney(price * 12), {fact}, fields);
  }
}

void FactTable::AddDates(const LlmRequest& request) {
  if (const v1::Fact* fact = First("release_date")) {
    Put("date", SayDate(fact->value()), {fact}, {"release_date"});
    newest_date_ = fact->value();
    int year = 0;
    if (absl::SimpleAtoi(fact->value().substr(0, 4), &year)) numbers_["year"] = year;
    return;
  }
  for (const v1::KnownCompetitor& rival : request.competitors) {
    newest_date_ = std::max(newest_date_, rival.release_date());
  }
}

void FactTable::AddLists() {
  const auto list = [this](const std::string& slot, const char* field) {
    std::vector<std::string> items;
    Facts facts;
    for (const v1::Fact* fact : All(field)) {
      const std::string item = CleanName(fact->value());
      if (item.empty() || item.size() > 40 || std::find(items.begin(), items.end(), item) != items.end())
        continue;
      if (items.size() == kMaxListed) break;
      items.push_back(item);
      facts.push_back(fact);
    }
    Put(slot, text::JoinList(items), facts, {field});
    if (!items.empty()) Put(slot + "1", items.front(), {facts.front()}, {field});
    if (items.size() > 1) Put(slot + "2", items[1], {facts[1]}, {field});
  };
  list("formats", "formats");
  list("quantized", "quantized");
  list("runtime", "runtime");
  list("modality", "modality");
  list("customer", "customer");
  list("named", "competitor");
  list("base", "base");
  list("languages", "language");
  if (const v1::Fact* fact = First("context_tokens")) {
    double tokens = 0;
    if (absl::SimpleAtod(fact->value(), &tokens) && tokens > 0) {
      Put("context", SayNumber(tokens, 0), {fact}, {"context_tokens"});
      numbers_["context"] = tokens;
    }
  }
  for (const char* field : {"documentation", "repository", "demo", "links"}) {
    for (const v1::Fact* fact : All(field)) {
      const std::string place = SayPlace(fact->value());
      if (place.empty()) continue;
      Put(field, place, {fact}, {field});
      break;
    }
  }
}

void FactTable::AddAsSaid() {
  std::set<std::string> seen;
  for (const char* field : {"limitation", "feature", "use_case", "benchmark_method", "training_data",
                            "fine_tuning", "support", "security", "hardware", "adoption", "roadmap"}) {
    std::vector<std::pair<std::string, const v1::Fact*>> clauses;
    for (const v1::Fact* fact : All(field)) {
      auto clause = ClauseAbout(field, fact->value());
      if (clause.has_value() && seen.insert(*clause).second) clauses.emplace_back(*std::move(clause), fact);
    }
    if (clauses.empty()) {
      // Words that cannot be quoted carry no weight, and prove no absence.
      if (facts_.erase(field) > 0) unquotable_.insert(field);
      continue;
    }
    const size_t turn = StableHash({seed_, field}) % clauses.size();
    for (size_t i = 0; i < std::min(clauses.size(), kMaxListed); ++i) {
      const auto& [clause, fact] = clauses[(turn + i) % clauses.size()];
      const std::string slot = i == 0 ? field : text::Cat(field, i + 1);
      Put(slot, Quoted(clause), {fact}, {field});
      slots_[slot].quoted = true;
    }
  }
}

void FactTable::AddBenchmarks() {
  std::vector<std::pair<std::string, const v1::Fact*>> scores;
  std::vector<std::pair<std::string, const v1::Fact*>> names;
  for (const v1::Fact* fact : All("benchmark")) {
    const std::string said = CleanName(fact->value());
    if (said.empty() || text::CountWords(said) > 7) continue;
    const auto words = text::Words(said);
    const bool scored = words.size() > 1 && std::isdigit(static_cast<unsigned char>(words.back().front()));
    (scored ? scores : names).emplace_back(said, fact);
  }
  const auto put = [this](const std::string& slot, const auto& from) {
    if (from.empty()) return;
    const size_t turn = StableHash({seed_, slot}) % from.size();
    Put(slot, from[turn].first, {from[turn].second}, {"benchmark"});
    if (from.size() < 2) return;
    const auto& [other, fact] = from[(turn + 1) % from.size()];
    if (other != from[turn].first) Put(slot + "2", other, {fact}, {"benchmark"});
  };
  put("score", scores);
  put("test", names);
  numbers_["scores"] = static_cast<double>(scores.size());
}

void FactTable::AddCommands() {
  for (const v1::Fact* fact : All("install_command")) {
    const auto command = Command(fact->value());
    if (!command.has_value()) continue;
    Put("install", text::Cat("`", *command, "`"), {fact}, {"install_command"});
    break;
  }
  if (const v1::Fact* fact = First("code_example")) {
    const std::string language = SayCodeLanguage(fact->value());
    if (IsQuotable(language)) Put("example", language, {fact}, {"code_example"});
  }
}

void FactTable::AddRivals(const std::vector<v1::KnownCompetitor>& rivals) {
  std::vector<std::string> names;
  const auto most = Number("params_max");
  const v1::Fact* date = First("release_date");
  for (const v1::KnownCompetitor& rival : rivals) {
    const std::string name = CleanName(rival.name());
    if (name.empty() || text::EqualsIgnoreCase(name, Find("name")->text)) continue;
    names.push_back(name);
    const auto once = [&](const std::string& slot, const std::string& said, const char* field) {
      if (slots_.find(slot) == slots_.end()) Put(slot, said, All(field), {field});
    };
    const double size = MaxOf(rival);
    if (most.has_value() && size > *most * 1.3)
      once("rival_larger", text::Cat(name, " at ", SaySize(size)), "parameters_b");
    if (most.has_value() && size > 0 && size * 1.3 < *most) {
      once("rival_smaller", text::Cat(name, " at ", SaySize(size)), "parameters_b");
    }
    if (!rival.license().empty()) {
      once("rival_licensed", text::Cat(name, " (", CleanName(SayLicense(rival.license())), ")"), "name");
    }
    if (rival.has_entry_price_usd() && Number("price").value_or(0) > rival.entry_price_usd()) {
      once("rival_cheaper", text::Cat(name, " from ", SayMoney(rival.entry_price_usd())), "entry_price_usd");
    }
    if (date != nullptr && rival.release_date() > date->value()) once("rival_newer", name, "release_date");
  }
  numbers_["rivals"] = static_cast<double>(names.size());
  if (names.empty()) return;
  Put("rival1", names[0], All("name"), {"name"});
  if (names.size() > 1) Put("rival2", names[1], All("name"), {"name"});
  names.resize(std::min(names.size(), kMaxRivalsListed));
  Put("rivals", text::JoinList(names), All("name"), {"name"});
}

const SlotValue* FactTable::Find(std::string_view name) const {
  const auto it = slots_.find(name);
  return it == slots_.end() ? nullptr : &it->second;
}

int FactTable::Count(std::string_view field) const {
  const auto it = facts_.find(field);
  return it == facts_.end() ? 0 : static_cast<int>(it->second.size());
}

bool FactTable::Has(std::string_view field_or_slot) const {
  return facts_.find(field_or_slot) != facts_.end() || Find(field_or_slot) != nullptr;
}

bool FactTable::Missing(std::string_view field_or_slot) const {
  return !Has(field_or_slot) && !mentions_.MayTell(field_or_slot) && unquotable_.count(field_or_slot) == 0;
}

std::vector<std::string_view> FactTable::Values(std::string_view field) const {
  std::vector<std::string_view> values;
  for (const v1::Fact* fact : All(field)) values.push_back(fact->value());
  return values;
}

std::optional<double> FactTable::Number(std::string_view name) const {
  const auto it = numbers_.find(name);
  if (it == numbers_.end()) return std::nullopt;
  return it->second;
}

}  // namespace seaworthy::offline
