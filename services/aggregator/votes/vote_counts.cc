#include "services/aggregator/votes/vote_counts.h"

#include <algorithm>
#include <map>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/status_macros.h"
#include "seaworthy/v1/state_row.pb.h"
#include "services/aggregator/keys.h"

namespace seaworthy {
namespace {

constexpr size_t kMaxToolIdBytes = 200;
constexpr size_t kHashDigits = 32;
constexpr int64_t kSecondsOfHour = 3'600;
constexpr char kShip = '+';
constexpr char kSkip = '-';

bool IsHash(const std::string& text) {
  return text.size() == kHashDigits && std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
         });
}

// Of 'v' voters, 'a' addresses, 'n' networks.
std::string KeyPrefix(char kind, const std::string& tool) { return kind + Terminated(tool); }
std::string KeyOf(char kind, const std::string& tool, const std::string& hash) {
  return KeyPrefix(kind, tool) + absl::HexStringToBytes(hash);
}
std::string CountKey(const std::string& tool) { return "t" + tool; }

absl::StatusOr<uint64_t> LoadNumber(const StateReader& state, const std::string& key) {
  SEAWORTHY_ASSIGN_OR_RETURN(const auto text, state.Get(Table::kVotes, key));
  uint64_t number = 0;
  if (text.has_value() && !absl::SimpleAtoi(*text, &number)) {
    return absl::DataLossError("the store holds a damaged count of votes; run `seaworthy rebuild`");
  }
  return number;
}

void Discard(const char* why, v1::VoteCount& count) { ++(*count.mutable_tally()->mutable_discarded())[why]; }

void AddTo(v1::VoteTally& tally, bool ships, int by) {
  if (ships) {
    tally.set_ship(tally.ship() + by);
  } else {
    tally.set_skip(tally.skip() + by);
  }
}

// A clock that goes back opens no hour again.
void EnterHour(const v1::CommunityVote& vote, v1::VoteCount& count) {
  const int64_t hour = vote.vote_time().seconds() / kSecondsOfHour;
  if (hour <= count.hour()) return;
  count.set_hour(hour);
  count.set_hour_counted(0);
  count.set_before_hour(count.tally().ship() + count.tally().skip());
}

// Why a new voter does not count; null where the voter does.
const char* ReasonAgainst(uint64_t of_address, uint64_t of_network, const v1::VoteCount& count) {
  if (of_address >= kMaxOfAddress) return "address";
  if (of_network >= kMaxOfNetwork) return "network";
  if (count.hour_counted() >= kMaxInHour + count.before_hour() / kHourShare) return "burst";
  return nullptr;
}

absl::Status CountVote(StateTransaction& state, const v1::CommunityVote& vote, v1::VoteCount& count) {
  EnterHour(vote, count);
  const bool ships = vote.vote() == v1::SHIP;
  const std::string voter = KeyOf('v', vote.tool_id(), vote.voter());
  SEAWORTHY_ASSIGN_OR_RETURN(const auto before, state.Get(Table::kVotes, voter));
  if (before.has_value()) {
    AddTo(*count.mutable_tally(), *before == std::string(1, kShip), -1);
    Discard("replaced", count);
  } else {
    const std::string address = KeyOf('a', vote.tool_id(), vote.address());
    const std::string network = KeyOf('n', vote.tool_id(), vote.network());
    SEAWORTHY_ASSIGN_OR_RETURN(const uint64_t of_address, LoadNumber(state, address));
    SEAWORTHY_ASSIGN_OR_RETURN(const uint64_t of_network, LoadNumber(state, network));
    const char* const reason = ReasonAgainst(of_address, of_network, count);
    if (reason != nullptr) {
      Discard(reason, count);
      return absl::OkStatus();
    }
    state.Put(Table::kVotes, address, absl::StrCat(of_address + 1));
    state.Put(Table::kVotes, network, absl::StrCat(of_network + 1));
    count.set_hour_counted(count.hour_counted() + 1);
  }
  AddTo(*count.mutable_tally(), ships, 1);
  state.Put(Table::kVotes, voter, std::string(1, ships ? kShip : kSkip));
  return absl::OkStatus();
}

}  // namespace

absl::Status CheckVote(const v1::CommunityVote& vote) {
  if (vote.tool_id().empty() || vote.tool_id().size() > kMaxToolIdBytes ||
      vote.tool_id().find('\0') != std::string::npos) {
    return absl::InvalidArgumentError("a vote names the tool it is on");
  }
  if (vote.vote() != v1::SHIP && vote.vote() != v1::SKIP) {
    return absl::InvalidArgumentError("a vote is for ship or for skip; it is neither");
  }
  if (IsHash(vote.voter()) && IsHash(vote.address()) && IsHash(vote.network())) return absl::OkStatus();
  return absl::InvalidArgumentError(
      "voter, address and network of a vote are keyed hashes: 32 lower-case hex digits each");
}

absl::StatusOr<bool> IsPublic(const StateReader& state, const std::string& tool) {
  bool found = false;
  SEAWORTHY_RETURN_IF_ERROR(
      state.Scan(Table::kPublishedByTool, Terminated(tool), "", [&found](std::string_view, std::string_view) {
        found = true;
        return false;
      }));
  return found;
}

absl::Status CountVotes(StateTransaction& state, const v1::VoteCast& votes) {
  // Loaded and stored once, however many votes there are on a tool; nothing for
  // one that is not public.
  std::map<std::string, std::optional<v1::VoteCount>> counts;
  for (const v1::CommunityVote& vote : votes.votes()) {
    if (!CheckVote(vote).ok()) continue;
    const auto [at, is_new] = counts.try_emplace(vote.tool_id());
    if (is_new) {
      SEAWORTHY_ASSIGN_OR_RETURN(const bool is_public, IsPublic(state, vote.tool_id()));
      SEAWORTHY_ASSIGN_OR_RETURN(auto known,
                                 state.Load<v1::VoteCount>(Table::kVotes, CountKey(vote.tool_id())));
      if (is_public) at->second = std::move(known).value_or(v1::VoteCount());
    }
    if (at->second.has_value()) SEAWORTHY_RETURN_IF_ERROR(CountVote(state, vote, *at->second));
  }
  for (auto& [tool, count] : counts) {
    if (!count.has_value()) continue;
    count->mutable_tally()->set_tool_id(tool);
    state.Store(Table::kVotes, CountKey(tool), *count);
  }
  return absl::OkStatus();
}

absl::StatusOr<v1::VoteTally> LoadTally(const StateReader& state, const std::string& tool) {
  SEAWORTHY_ASSIGN_OR_RETURN(auto count, state.Load<v1::VoteCount>(Table::kVotes, CountKey(tool)));
  v1::VoteTally tally;
  if (count.has_value()) tally = std::move(*count->mutable_tally());
  tally.set_tool_id(tool);
  return tally;
}

absl::StatusOr<v1::VoteTally> RecountVotes(const StateReader& state, const std::string& tool) {
  v1::VoteTally tally;
  tally.set_tool_id(tool);
  SEAWORTHY_RETURN_IF_ERROR(
      state.Scan(Table::kVotes, KeyPrefix('v', tool), "", [&tally](std::string_view, std::string_view value) {
        AddTo(tally, value == std::string_view(&kShip, 1), 1);
        return true;
      }));
  return tally;
}

}  // namespace seaworthy
