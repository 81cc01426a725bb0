#include "services/ingest/extract/literals.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <map>
#include <memory>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "services/ingest/text.h"

namespace seaworthy {
namespace {

constexpr int kBits = 15;        // Of a hash,
constexpr int kBucketBits = 12;  // and of its part by which strings are kept.

// The eight bytes at `at`, NUL behind the end.
uint64_t Load(std::string_view text, size_t at) {
  uint64_t bytes = 0;
  if (at + sizeof bytes <= text.size()) {
    std::memcpy(&bytes, text.data() + at, sizeof bytes);
  } else {
    std::memcpy(&bytes, text.data() + at, text.size() - at);
  }
  return bytes;
}

// A set, and which string of it.
struct Member {
  LiteralSet set;
  uint32_t literal;
};

// All strings of all sets, by the hash of their first bytes. Read-only.
class LiteralTable {
 public:
  struct Found {
    uint32_t at;
    uint32_t begin, end;  // Of its members.
  };

  LiteralTable(const std::map<std::string, std::vector<Member>>& strings, std::vector<bool> asks_for_digit)
      : asks_for_digit_(std::move(asks_for_digit)) {
    for (const auto& [text, members] : strings) {
      const uint64_t mask = text.size() >= 8 ? ~uint64_t{0} : (uint64_t{1} << 8 * text.size()) - 1;
      const uint64_t start = Load(text, 0);
      const auto add = [&](auto* table) {
        table->entries.push_back({start, mask, table->Hash(start), static_cast<uint32_t>(strings_.size())});
      };
      if (text.size() == 2) {
        add(&two_);
      } else if (text.size() == 3) {
        add(&three_);
      } else {
        add(&four_);
      }
      strings_.push_back({text, static_cast<uint32_t>(members_.size()), 0});
      members_.insert(members_.end(), members.begin(), members.end());
      strings_.back().end = static_cast<uint32_t>(members_.size());
    }
    two_.Finish();
    three_.Finish();
    four_.Finish();
  }

  size_t sets() const { return asks_for_digit_.size(); }
  const std::vector<bool>& asks_for_digit() const { return asks_for_digit_; }
  std::span<const Member> MembersOf(const Found& found) const {
    return {members_.data() + found.begin, members_.data() + found.end};
  }

  // Every place of every string, in order of place.
  std::vector<Found> FindAll(std::string_view lower) const {
    std::vector<Found> found;
    found.reserve(lower.size() / 4);
    for (size_t at = 0; at + 2 <= lower.size(); ++at) {
      const uint64_t bytes = Load(lower, at);
      Find(two_, bytes, lower, at, &found);
      Find(three_, bytes, lower, at, &found);
      Find(four_, bytes, lower, at, &found);
    }
    return found;
  }

 private:
  struct String {
    std::string text;
    uint32_t begin, end;  // Of its members.
  };
  struct Entry {
    uint64_t start;  // Its first bytes, and which of them count.
    uint64_t mask;
    uint32_t hash;
    uint32_t string;
  };
  // Strings by the hash of their first `kBytes` bytes.
  template <int kBytes>
  struct Table {
    std::vector<Entry> entries;
    std::vector<uint32_t> begins;  // Of each bucket in `entries`, and the end.
    std::array<uint64_t, (1 << kBits) / 64> known{};

    void Finish() {
      std::stable_sort(entries.begin(), entries.end(),
                       [](const Entry& a, const Entry& b) { return a.hash < b.hash; });
      begins.assign((size_t{1} << kBucketBits) + 1, 0);
      for (const Entry& entry : entries) {
        ++begins[Bucket(entry.hash) + 1];
        known[entry.hash / 64] |= uint64_t{1} << entry.hash % 64;
      }
      for (size_t i = 1; i < begins.size(); ++i) begins[i] += begins[i - 1];
    }
    static uint32_t Hash(uint64_t bytes) {
      constexpr uint64_t kMask = (uint64_t{1} << 8 * kBytes) - 1;
      return (static_cast<uint32_t>(bytes & kMask) * 0x9E3779B1u) >> (32 - kBits);
    }
    static uint32_t Bucket(uint32_t hash) { return hash >> (kBits - kBucketBits); }
    bool Begins(uint32_t hash) const { return (known[hash / 64] >> hash % 64 & 1) != 0; }
  };

  template <int kBytes>
  void Find(const Table<kBytes>& table, uint64_t bytes, std::string_view lower, size_t at,
            std::vector<Found>* found) const {
    const uint32_t hash = table.Hash(bytes);
    if (!table.Begins(hash)) return;
    const uint32_t bucket = table.Bucket(hash);
    for (uint32_t i = table.begins[bucket]; i < table.begins[bucket + 1]; ++i) {
      const Entry& entry = table.entries[i];
      if ((bytes & entry.mask) != entry.start) continue;
      const String& string = strings_[entry.string];
      const std::string& text = string.text;
      if (text.size() > 8 && lower.compare(at, text.size(), text) != 0) continue;
      found->push_back({static_cast<uint32_t>(at), string.begin, string.end});
    }
  }

  std::vector<String> strings_;
  std::vector<Member> members_;  // Of all strings.
  Table<2> two_;                 // The strings of two bytes,
  Table<3> three_;               // of three,
  Table<4> four_;                // and of more.
  std::vector<bool> asks_for_digit_;
};

// All sets there are; a table is made of them when the next text is read.
class Registry {
 public:
  LiteralSet Add(const std::vector<std::string>& literals) {
    const absl::MutexLock lock(&mutex_);
    const auto [known, fresh] = sets_.try_emplace(literals, asks_for_digit_.size());
    const LiteralSet set = known->second;
    if (!fresh) return set;
    asks_for_digit_.push_back(std::find(literals.begin(), literals.end(), kAnyDigit) != literals.end());
    for (size_t i = 0; i < literals.size(); ++i) {
      if (literals[i] != kAnyDigit) strings_[literals[i]].push_back({set, static_cast<uint32_t>(i)});
    }
    table_ = nullptr;
    return set;
  }

  std::shared_ptr<const LiteralTable> Table() {
    const absl::MutexLock lock(&mutex_);
    if (table_ == nullptr) table_ = std::make_shared<const LiteralTable>(strings_, asks_for_digit_);
    return table_;
  }

 private:
  absl::Mutex mutex_;
  std::map<std::string, std::vector<Member>> strings_ ABSL_GUARDED_BY(mutex_);
  std::map<std::vector<std::string>, LiteralSet> sets_ ABSL_GUARDED_BY(mutex_);
  std::vector<bool> asks_for_digit_ ABSL_GUARDED_BY(mutex_);  // By set.
  std::shared_ptr<const LiteralTable> table_ ABSL_GUARDED_BY(mutex_);
};

Registry& TheRegistry() {
  static auto* registry = new Registry();
  return *registry;
}

thread_local const LiteralIndex* innermost = nullptr;

// Also where the two have nothing to do with each other.
bool IsPart(std::string_view part, std::string_view text) {
  const auto from = reinterpret_cast<uintptr_t>(part.data()) - reinterpret_cast<uintptr_t>(text.data());
  return from <= text.size() && part.size() <= text.size() - from;
}

}  // namespace

LiteralSet AddLiterals(const std::vector<std::string>& literals) { return TheRegistry().Add(literals); }

LiteralIndex::LiteralIndex(std::string_view text, std::string_view lower)
    : text_(text), lower_(lower), outer_(innermost) {
  innermost = this;
  // To patterns that ignore case these two are `k` and `s`.
  if (Contains(text, "\u212A") || Contains(text, "\u017F")) return;
  const auto table = TheRegistry().Table();
  const std::vector<LiteralTable::Found> found = table->FindAll(lower);
  begins_.assign(table->sets() + 1, 0);
  for (const auto& one : found) {
    for (const Member& member : table->MembersOf(one)) ++begins_[member.set + 1];
  }
  for (size_t i = 1; i < begins_.size(); ++i) begins_[i] += begins_[i - 1];
  hits_.resize(begins_.back());
  std::vector<uint32_t> next(begins_.begin(), begins_.end());
  for (const auto& one : found) {
    for (const Member& member : table->MembersOf(one)) hits_[next[member.set]++] = {one.at, member.literal};
  }
  asks_for_digit_ = table->asks_for_digit();
  for (size_t i = 0; i < lower.size(); ++i) {
    if (IsDigit(lower[i])) digits_.push_back(static_cast<uint32_t>(i));
  }
}

LiteralIndex::~LiteralIndex() { innermost = outer_; }

const LiteralIndex* LiteralIndex::Of(std::string_view part) {
  const LiteralIndex* index = innermost;
  while (index != nullptr && !IsPart(part, index->text_) && !IsPart(part, index->lower_)) {
    index = index->outer_;
  }
  return index;
}

size_t LiteralIndex::PlaceOf(std::string_view part) const {
  return static_cast<size_t>(part.data() - (IsPart(part, text_) ? text_.data() : lower_.data()));
}

namespace {

std::string Joined(const std::vector<std::string_view>& texts, std::vector<size_t>* begins) {
  std::string all;
  for (std::string_view text : texts) {
    begins->push_back(all.size());
    all.append(text);
  }
  begins->push_back(all.size());
  return all;
}

}  // namespace

IndexedTexts::IndexedTexts(const std::vector<std::string_view>& texts)
    : all_(Joined(texts, &begins_)), lower_(seaworthy::Lower(all_)), index_(all_, lower_) {}

std::span<const LiteralHit> LiteralIndex::In(LiteralSet set, std::string_view part) const {
  const LiteralHit* const begin = hits_.data() + begins_[set];
  const LiteralHit* const end = hits_.data() + begins_[set + 1];
  if (begin == end) return {};
  const size_t from = PlaceOf(part);
  const auto before = [](const LiteralHit& hit, size_t at) { return hit.at < at; };
  const LiteralHit* const first = std::lower_bound(begin, end, from, before);
  return {first, std::lower_bound(first, end, from + part.size(), before)};
}

size_t LiteralIndex::NextFrom(LiteralSet set, size_t from) const {
  const LiteralHit* const begin = hits_.data() + begins_[set];
  const LiteralHit* const end = hits_.data() + begins_[set + 1];
  size_t next = std::string_view::npos;
  if (begin != end) {
    const LiteralHit* const hit =
        std::lower_bound(begin, end, from, [](const LiteralHit& one, size_t at) { return one.at < at; });
    if (hit != end) next = hit->at;
  }
  if (!asks_for_digit_[set]) return next;
  const auto digit = std::lower_bound(digits_.begin(), digits_.end(), from);
  return digit == digits_.end() ? next : std::min<size_t>(next, *digit);
}

size_t LiteralIndex::NextOf(LiteralSet set, std::string_view part) const {
  const size_t from = PlaceOf(part);
  const size_t next = NextFrom(set, from);
  return next < from + part.size() ? next - from : std::string_view::npos;
}

bool LiteralIndex::Lacks(std::span<const LiteralSet> sets, std::string_view part) const {
  const size_t from = PlaceOf(part);
  return std::any_of(sets.begin(), sets.end(),
                     [&](LiteralSet set) { return Knows(set) && NextFrom(set, from) >= from + part.size(); });
}

}  // namespace seaworthy
