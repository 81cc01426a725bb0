#include "services/publisher/people/accounts.h"

#include <gmock/gmock.h>

#include <atomic>
#include <thread>
#include <vector>

#include "absl/base/config.h"
#include "absl/strings/str_cat.h"
#include "services/publisher/people/people_fixture.h"

namespace seaworthy {
namespace {

using testing::HasSubstr;
using testing::Not;

class AccountsTest : public PeopleFixture {
 protected:
  Accounts& accounts() { return *people_->accounts; }
  const ChangedBy by_ = {"owner", "127.0.0.1"};
};

TEST_F(AccountsTest, TheOwnerIsAlwaysThereAndStaysAdmin) {
  EXPECT_EQ(accounts().Get(kOwner)->role, Role::kAdmin);
  EXPECT_EQ(accounts().SetRole(kOwner, Role::kEditor, by_).code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(accounts().SetDisabled(kOwner, true, by_).code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(accounts().Remove(kOwner, by_).code(), absl::StatusCode::kFailedPrecondition);
}

TEST_F(AccountsTest, AnAccountIsFoundByNameAndByMailInAnyCase) {
  ASSERT_TRUE(Add(" Ann ", Role::kEditor, "Ann@Example.org").ok());
  EXPECT_EQ(accounts().FindTyped("ANN")->name, "ann");
  EXPECT_EQ(accounts().FindTyped(" ann@example.ORG")->name, "ann");
  EXPECT_FALSE(accounts().FindTyped("bob").ok());
}

TEST_F(AccountsTest, NamesAndMailAddressesAreTakenOnce) {
  ASSERT_TRUE(Add("ann", Role::kEditor, "a@b.org").ok());
  EXPECT_EQ(Add("ANN").code(), absl::StatusCode::kAlreadyExists);
  EXPECT_EQ(Add("bob", Role::kEditor, "A@b.org").code(), absl::StatusCode::kAlreadyExists);
}

TEST_F(AccountsTest, OddNamesAndAddressesAreRefused) {
  for (const char* name : {"", "1a", "a b", "a/b", "api", "command", "å", "a\nb"}) {
    EXPECT_EQ(Add(name).code(), absl::StatusCode::kInvalidArgument) << name;
  }
  for (const char* mail : {"a", "@b", "a@", "a@b@c", "a b@c", "a@b\r\nBcc: x@y", "<a@b>"}) {
    EXPECT_EQ(CheckMailAddress(mail).code(), absl::StatusCode::kInvalidArgument) << mail;
  }
}

TEST_F(AccountsTest, EveryChangeIsRecordedWithoutTheHash) {
  ASSERT_TRUE(Add("ann").ok());
  ASSERT_TRUE(accounts().SetPasswordHash("ann", "$argon2id$secret", by_).ok());
  ASSERT_TRUE(accounts().SetRole("ann", Role::kAdmin, by_).ok());
  ASSERT_TRUE(accounts().Remove("ann", by_).ok());
  for (const char* action : {"account add", "account password", "account role", "account remove"}) {
    EXPECT_THAT(Records(), HasSubstr(action));
  }
  EXPECT_THAT(Records(), Not(HasSubstr("argon2id")));
}

TEST_F(AccountsTest, ARemovedAccountLeavesNothingInTheStore) {
  ASSERT_TRUE(Add("ann", Role::kEditor, "ann@example.org").ok());
  ASSERT_TRUE(accounts().Remove("ann", by_).ok());
  int left = 0;
  ASSERT_TRUE(store_
                  ->Scan(Family::kAccounts, "", "",
                         [&left](std::string_view key, std::string_view) {
                           if (key.find("ann") != std::string_view::npos) ++left;
                           return true;
                         })
                  .ok());
  EXPECT_EQ(left, 0);
}

TEST(PasswordTest, IsArgon2idAndOnlyTheRightOneFits) {
  PasswordHasher hasher;
  const std::string hash = *hasher.Hash("correct horse battery");
  EXPECT_THAT(hash, HasSubstr("$argon2id$v=19$m=32768,t=3,p=1$"));
  EXPECT_TRUE(*hasher.Verify(hash, "correct horse battery"));
  EXPECT_FALSE(*hasher.Verify(hash, "correct horse batterz"));
  EXPECT_FALSE(*hasher.Verify("", ""));
}

TEST(PasswordTest, ShortLongAndObviousOnesAreRefused) {
  for (const std::string& bad : {std::string("short"), std::string(257, 'a'), std::string("ann.the.editor"),
                                 std::string("aaaaaaaaaaaaaaaa"), std::string("Ann@Example.org")}) {
    EXPECT_FALSE(CheckPassword(bad, "ann.the.editor", "ann@example.org").ok());
  }
  EXPECT_TRUE(CheckPassword("correct horse battery", "ann", "").ok());
}

// Kilobytes of this process from /proc/self/status.
size_t StatusKb(const std::string& name) {
  std::FILE* file = std::fopen("/proc/self/status", "r");
  char line[256];
  size_t kb = 0;
  while (file != nullptr && std::fgets(line, sizeof(line), file) != nullptr) {
    if (std::string(line).rfind(name, 0) == 0) kb = std::strtoul(line + name.size(), nullptr, 10);
  }
  if (file != nullptr) std::fclose(file);
  return kb;
}

TEST(PasswordTest, AHundredAtOnceStayWithinTheMemoryOfTwo) {
  PasswordHasher hasher;
  const std::string hash = *hasher.Hash("correct horse battery");
  [[maybe_unused]] const size_t before = StatusKb("VmHWM:");
  std::atomic<int> refused{0}, right{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 100; ++i) {
    threads.emplace_back([&] {
      const auto verified = hasher.Verify(hash, "correct horse battery");
      ++(verified.ok() && *verified ? right : refused);
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_LE(hasher.most_at_once(), PasswordHasher::kAtOnce);
  EXPECT_GE(right, 2);
  EXPECT_EQ(right + refused, 100);
#ifndef ABSL_HAVE_THREAD_SANITIZER  // Which keeps something beside every byte.
  EXPECT_LE(StatusKb("VmHWM:") - before, 3 * PasswordHasher::kMemoryBytes / 1024);
#endif
}

}  // namespace
}  // namespace seaworthy
