#include "services/publisher/people/throttle.h"

#include <arpa/inet.h>

#include <algorithm>
#include <cstring>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/hash.h"
#include "services/publisher/people/session_table.h"

namespace seaworthy {
namespace {

constexpr int kMaxDoublings = 20;
// An address that was quiet for so long begins anew.
constexpr absl::Duration kQuiet = absl::Hours(1);

// 0 for the first `free` tries, then 1, 2, 4 … seconds.
absl::Duration DelayAfter(int tries, int free, absl::Duration longest) {
  if (tries < free) return absl::ZeroDuration();
  const int doublings = std::min(tries - free, kMaxDoublings);
  return std::min(absl::Seconds(int64_t{1} << doublings), longest);
}

absl::Duration Left(absl::Time last, absl::Duration delay, absl::Time now) {
  return std::max(absl::ZeroDuration(), last + delay - now);
}

}  // namespace

std::string AddressBucket(const std::string& address) {
  in6_addr parsed{};
  if (inet_pton(AF_INET6, address.c_str(), &parsed) != 1) return address;
  const std::string bytes(reinterpret_cast<const char*>(parsed.s6_addr), 16);
  if (IN6_IS_ADDR_V4MAPPED(&parsed)) {
    char text[INET_ADDRSTRLEN] = {};
    inet_ntop(AF_INET, parsed.s6_addr + 12, text, sizeof(text));
    return text;
  }
  return absl::StrCat(ToHex(bytes.substr(0, 8)), "/64");
}

SignInThrottle::Count& SignInThrottle::Entry(Counts& counts, const std::string& key) {
  if (counts.size() >= kMaxEntries && !counts.contains(key)) {
    counts.erase(counts.begin(), std::next(counts.begin(), kMaxEntries / 10));
  }
  return counts[key];
}

SignInThrottle::Count& SignInThrottle::AccountCount(const std::string& account) {
  const bool known = accounts_.contains(account);
  Count& count = Entry(accounts_, account);
  if (known) return count;
  const auto kept = store_->Get(Family::kAccounts, FailuresKey(account));
  if (!kept.ok() || !kept->has_value()) return count;
  const std::vector<std::string> parts = absl::StrSplit(**kept, ' ');
  int64_t last = 0;
  if (parts.size() == 2 && absl::SimpleAtoi(parts[0], &count.tries) && absl::SimpleAtoi(parts[1], &last)) {
    count.last = absl::FromUnixMicros(last);
  }
  return count;
}

absl::Duration SignInThrottle::Begin(const Try& attempt) {
  absl::MutexLock lock(&mutex_);
  const absl::Time now = clock_->Now();
  if (!attempt.device.empty()) {
    Count& device = Entry(devices_, attempt.device);
    if (device.tries < kMostByDevice) {
      ++device.tries;
      return absl::ZeroDuration();
    }
  }
  Count& account = AccountCount(attempt.account);
  Count& address = Entry(addresses_, AddressBucket(attempt.address));
  if (now - address.last > kQuiet) address.tries = 0;
  if (account.tries >= kMostByAccount) return kLongestByAccount;
  const absl::Duration wait =
      std::max(Left(account.last, DelayAfter(account.tries, kFreeByAccount, kLongestByAccount), now),
               Left(address.last, DelayAfter(address.tries, kFreeByAddress, kLongestByAddress), now));
  if (wait > absl::ZeroDuration()) return wait;
  ++account.tries;
  ++address.tries;
  account.last = address.last = now;
  return absl::ZeroDuration();
}

void SignInThrottle::Succeeded(const Try& attempt) {
  absl::MutexLock lock(&mutex_);
  accounts_[attempt.account] = Count();
  devices_.erase(attempt.device);
  // The address keeps its count, less this try: one own account must not buy
  // tries at others.
  const auto address = addresses_.find(AddressBucket(attempt.address));
  if (address != addresses_.end() && address->second.tries > 0) --address->second.tries;
}

void SignInThrottle::GiveBack(const Try& attempt) {
  absl::MutexLock lock(&mutex_);
  for (const auto& [counts, key] : {std::pair{&devices_, attempt.device},
                                    {&accounts_, attempt.account},
                                    {&addresses_, AddressBucket(attempt.address)}}) {
    const auto it = counts->find(key);
    if (it == counts->end() || it->second.tries == 0) continue;
    --it->second.tries;
    if (counts == &devices_) return;
  }
}

void SignInThrottle::Forget(const std::string& account) {
  absl::MutexLock lock(&mutex_);
  accounts_[account] = Count();
}

void SignInThrottle::Keep(const std::string& account, PeopleBatch& batch) const {
  absl::MutexLock lock(&mutex_);
  const auto it = accounts_.find(account);
  if (it == accounts_.end() || it->second.tries == 0) {
    batch.Delete(Family::kAccounts, FailuresKey(account));
  } else {
    batch.Put(Family::kAccounts, FailuresKey(account),
              absl::StrCat(it->second.tries, " ", absl::ToUnixMicros(it->second.last)));
  }
}

}  // namespace seaworthy
