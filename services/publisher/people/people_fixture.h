// For the tests of what knows about persons: all of it, in memory.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "common/clock.h"
#include "services/publisher/people/people.h"
#include "services/publisher/people/session_table.h"

namespace seaworthy {

class PeopleFixture : public testing::Test {
 protected:
  PeopleFixture() : store_(*PeopleStore::OpenInMemory()) { Restart(); }
  // Whatever is kept in memory only is gone.
  void Restart() {
    auto people = People::Open(store_.get(), &clock_);
    ASSERT_TRUE(people.ok()) << people.status();
    people_ = *std::move(people);
  }
  absl::Status Add(const std::string& name, Role role = Role::kEditor, const std::string& mail = "") {
    Account account;
    account.name = name;
    account.mail = mail;
    account.role = role;
    return people_->accounts->Add(account, {"owner", "127.0.0.1"});
  }
  std::string Records() {
    std::string text;
    EXPECT_TRUE(people_->audit
                    ->Export(0,
                             [&text](std::string_view line) {
                               text.append(line).append("\n");
                               return true;
                             })
                    .ok());
    return text;
  }

  FakeClock clock_;
  std::unique_ptr<PeopleStore> store_;
  std::unique_ptr<People> people_;
};

}  // namespace seaworthy
