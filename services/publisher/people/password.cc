#include "services/publisher/people/password.h"

#include <sodium.h>

#include <algorithm>
#include <array>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "common/hash.h"

namespace seaworthy {
namespace {

constexpr size_t kLeast = 12;
constexpr size_t kMost = 256;
constexpr size_t kRandomBytes = 32;

absl::StatusOr<std::string> Compute(const std::string& password) {
  std::array<char, crypto_pwhash_STRBYTES> out{};
  if (crypto_pwhash_str_alg(out.data(), password.data(), password.size(), PasswordHasher::kPasses,
                            PasswordHasher::kMemoryBytes, crypto_pwhash_ALG_ARGON2ID13) != 0) {
    return absl::InternalError("no memory left to compute a password's hash");
  }
  return std::string(out.data());
}

}  // namespace

absl::Status CheckPassword(const std::string& password, const std::string& name, const std::string& mail) {
  if (password.size() < kLeast || password.size() > kMost) {
    return absl::InvalidArgumentError(
        absl::StrCat("a password has ", kLeast, " to ", kMost, " bytes; several words make a good one"));
  }
  const std::string lower = absl::AsciiStrToLower(password);
  if (lower == name || lower == mail) {
    return absl::InvalidArgumentError("a password cannot be the account's name or mail address");
  }
  if (std::all_of(password.begin(), password.end(), [&](char c) { return c == password.front(); })) {
    return absl::InvalidArgumentError("a password needs more than one character, repeated");
  }
  return absl::OkStatus();
}

// One of the kAtOnce computations, or none where too many wait already.
class PasswordHasher::Turn {
 public:
  explicit Turn(PasswordHasher* hasher) : hasher_(hasher) {
    absl::MutexLock lock(&hasher->mutex_);
    if (hasher->running_ >= kAtOnce && hasher->waiting_ >= kWaiting) return;
    ++hasher->waiting_;
    hasher->mutex_.Await(absl::Condition(hasher, &PasswordHasher::Free));
    --hasher->waiting_;
    hasher->most_ = std::max(hasher->most_, ++hasher->running_);
    taken_ = true;
  }
  ~Turn() {
    if (!taken_) return;
    absl::MutexLock lock(&hasher_->mutex_);
    --hasher_->running_;
  }
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;
  bool taken() const { return taken_; }

 private:
  PasswordHasher* const hasher_;
  bool taken_ = false;
};

const std::string& PasswordHasher::Nobodys() {
  absl::call_once(nobodys_once_, [this] { nobodys_ = Compute(RandomHex(kRandomBytes)).value_or(""); });
  return nobodys_;
}

absl::StatusOr<std::string> PasswordHasher::Hash(const std::string& password) {
  const Turn turn(this);
  if (!turn.taken()) return absl::ResourceExhaustedError("many are signing in; try again in a moment");
  return Compute(password);
}

absl::StatusOr<bool> PasswordHasher::Verify(const std::string& hash, const std::string& password) {
  const std::string& nobodys = Nobodys();
  const Turn turn(this);
  if (!turn.taken()) return absl::ResourceExhaustedError("many are signing in; try again in a moment");
  const std::string& against = hash.empty() ? nobodys : hash;
  const bool right =
      !against.empty() && crypto_pwhash_str_verify(against.c_str(), password.data(), password.size()) == 0;
  return right && !hash.empty();
}

int PasswordHasher::most_at_once() const {
  absl::MutexLock lock(&mutex_);
  return most_;
}

}  // namespace seaworthy
