#include "cli/accounts_connection.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "cli/exit_code.h"
#include "cli/port_probe.h"
#include "cli/wiring.h"
#include "services/publisher/people/audit_log.h"

namespace seaworthy::cli {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::HasSubstr;

class AccountsConnectionTest : public testing::Test {
 protected:
  AccountsConnectionTest() {
    std::string pattern = (fs::temp_directory_path() / "seaworthy-accounts-XXXXXX").string();
    folder_ = mkdtemp(pattern.data());
    Config config;
    config.data_dir = (folder_ / "data").string();
    config.http_port = FindFreePort("127.0.0.1").value();
    config_ = ResolveConfig(config).value();
  }
  ~AccountsConnectionTest() override {
    program_.reset();
    fs::remove_all(folder_);
  }
  void StartServer() {
    auto program = Program::Start(config_);
    ASSERT_TRUE(program.ok()) << program.status();
    program_ = *std::move(program);
  }
  // Each call opens the folder, or asks the server, anew: as each command does.
  std::unique_ptr<AccountsConnection> Open() {
    auto opened = AccountsConnection::Open(config_);
    EXPECT_TRUE(opened.ok()) << opened.status();
    return opened.ok() ? *std::move(opened) : nullptr;
  }
  std::string Add(const std::string& name) {
    v1::AddAccountRequest request;
    request.set_name(name);
    request.set_role("editor");
    const auto link = Open()->AddAccount(request);
    EXPECT_TRUE(link.ok()) << link.status();
    return link.ok() ? link->url() : "";
  }
  std::string Names() {
    std::string names;
    const auto list = Open()->ListAccounts();
    for (const v1::DeskAccount& account : list->accounts()) names += account.name() + " ";
    return names;
  }
  absl::StatusOr<AuditHead> Verified() {
    AuditVerifier verifier;
    const auto page = Open()->ReadAudit({});
    for (const std::string& line : page->lines()) {
      if (const absl::Status added = verifier.Add(line); !added.ok()) return added;
    }
    return verifier.Finish(AuditHead::Parse(page->head()));
  }

  fs::path folder_;
  Config config_;
  std::unique_ptr<Program> program_;
};

TEST_F(AccountsConnectionTest, AccountsAreMadeWithTheServerRunningOrNot) {
  StartServer();
  EXPECT_THAT(Add("ann"), HasSubstr("/desk/sign-in?token="));
  program_.reset();
  EXPECT_THAT(Add("bob"), HasSubstr(config_.public_url + "/desk/sign-in?token="));
  EXPECT_EQ(Names(), "ann bob owner ");
  StartServer();
  EXPECT_EQ(Names(), "ann bob owner ");
}

TEST_F(AccountsConnectionTest, BothSayWhatIsWrong) {
  StartServer();
  v1::ChangeAccountRequest request;
  request.set_name("owner");
  request.set_remove(true);
  EXPECT_TRUE(absl::IsFailedPrecondition(Open()->ChangeAccount(request)));
  program_.reset();
  EXPECT_TRUE(absl::IsFailedPrecondition(Open()->ChangeAccount(request)));
  request.set_name("nobody");
  EXPECT_TRUE(absl::IsNotFound(Open()->ChangeAccount(request)));
}

TEST_F(AccountsConnectionTest, TheAuditLogIsOneChainThroughAllOfIt) {
  StartServer();
  Add("ann");
  ASSERT_TRUE(Verified().ok());
  program_.reset();
  Add("bob");
  const auto head = Verified();
  ASSERT_TRUE(head.ok()) << head.status();
  EXPECT_EQ(head->sequence, 2u);
  StartServer();
  EXPECT_EQ(program_->publisher().AuditHeadText(), head->Text());
}

TEST_F(AccountsConnectionTest, AFolderThatIsNotThereIsNotMade) {
  const auto opened = AccountsConnection::Open(config_);
  EXPECT_TRUE(absl::IsNotFound(opened.status()));
  EXPECT_THAT(std::string(opened.status().message()),
              AllOf(HasSubstr(config_.data_dir), HasSubstr("--data")));
  EXPECT_FALSE(fs::exists(config_.data_dir));
}

}  // namespace
}  // namespace seaworthy::cli
