#include "cli/accounts_connection.h"

#include <grpcpp/grpcpp.h>

#include <chrono>
#include <filesystem>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "cli/data_dir.h"
#include "cli/server_connection.h"
#include "common/clients.h"
#include "common/clock.h"
#include "common/error_codes.h"
#include "common/status_macros.h"
#include "seaworthy/v1/accounts_service.grpc.pb.h"
#include "services/publisher/accounts/account_commands.h"

namespace seaworthy::cli {
namespace {

constexpr std::chrono::seconds kDeadline(30);

// The running server, over its socket.
class ServedAccounts : public AccountsConnection {
 public:
  explicit ServedAccounts(const std::string& address)
      : stub_(v1::AccountsService::NewStub(ConnectTo(address))) {}

  absl::StatusOr<v1::ListAccountsResponse> ListAccounts() override {
    return Call<v1::ListAccountsResponse>(&Stub::ListAccounts, v1::ListAccountsRequest());
  }
  absl::StatusOr<v1::AccountLink> AddAccount(const v1::AddAccountRequest& request) override {
    return Call<v1::AccountLink>(&Stub::AddAccount, request);
  }
  absl::StatusOr<v1::AccountLink> MakeAccountLink(const v1::MakeAccountLinkRequest& request) override {
    return Call<v1::AccountLink>(&Stub::MakeAccountLink, request);
  }
  absl::Status ChangeAccount(const v1::ChangeAccountRequest& request) override {
    return Call<v1::ChangeAccountResponse>(&Stub::ChangeAccount, request).status();
  }
  absl::StatusOr<v1::ReadAuditResponse> ReadAudit(const v1::ReadAuditRequest& request) override {
    return Call<v1::ReadAuditResponse>(&Stub::ReadAudit, request);
  }

 private:
  using Stub = v1::AccountsService::Stub;
  template <typename Response, typename Request>
  absl::StatusOr<Response> Call(grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
                                const Request& request) {
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + kDeadline);
    Response response;
    const absl::Status status = FromGrpcStatus(((*stub_).*method)(&context, request, &response));
    if (!status.ok()) return status;
    return response;
  }

  const std::unique_ptr<Stub> stub_;
};

// The folder itself, held by this process.
class StoredAccounts : public AccountsConnection {
 public:
  static absl::StatusOr<std::unique_ptr<AccountsConnection>> Open(const Config& config) {
    auto opened = std::unique_ptr<StoredAccounts>(new StoredAccounts);
    SEAWORTHY_ASSIGN_OR_RETURN(opened->dir_, DataDir::Open(config.data_dir));
    SEAWORTHY_ASSIGN_OR_RETURN(opened->store_, PeopleStore::Open(opened->dir_->layout().people));
    SEAWORTHY_ASSIGN_OR_RETURN(opened->people_, People::Open(opened->store_.get(), Clock::Real()));
    opened->sessions_ =
        std::make_unique<DeskSessions>(DeskSessions::Options{.store = opened->store_.get(),
                                                             .accounts = opened->people_->accounts.get(),
                                                             .audit = opened->people_->audit.get(),
                                                             .clock = Clock::Real()});
    const std::string url =
        config.public_url.empty() ? absl::StrCat("http://localhost:", config.http_port) : config.public_url;
    opened->commands_ = std::make_unique<AccountCommands>(AccountCommands::Options{
        .people = opened->people_.get(), .sessions = opened->sessions_.get(), .base_url = [url] {
          return url;
        }});
    return opened;
  }

  absl::StatusOr<v1::ListAccountsResponse> ListAccounts() override { return commands_->ListAccounts(); }
  absl::StatusOr<v1::AccountLink> AddAccount(const v1::AddAccountRequest& request) override {
    return commands_->AddAccount(request);
  }
  absl::StatusOr<v1::AccountLink> MakeAccountLink(const v1::MakeAccountLinkRequest& request) override {
    return commands_->MakeAccountLink(request);
  }
  absl::Status ChangeAccount(const v1::ChangeAccountRequest& request) override {
    return commands_->ChangeAccount(request);
  }
  absl::StatusOr<v1::ReadAuditResponse> ReadAudit(const v1::ReadAuditRequest& request) override {
    return commands_->ReadAudit(request);
  }

 private:
  StoredAccounts() = default;

  // Destroyed from the last to the first.
  std::unique_ptr<DataDir> dir_;
  std::unique_ptr<PeopleStore> store_;
  std::unique_ptr<People> people_;
  std::unique_ptr<DeskSessions> sessions_;
  std::unique_ptr<AccountCommands> commands_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<AccountsConnection>> AccountsConnection::Open(const Config& config) {
  const DataLayout layout(config.data_dir);
  std::error_code error;
  if (!std::filesystem::is_directory(layout.dir, error)) {
    return absl::NotFoundError(absl::StrCat("there is no data folder ", layout.dir,
                                            "; name it with --data, or make it with `seaworthy up`"));
  }
  SEAWORTHY_ASSIGN_OR_RETURN(const int user, UsedBy(layout));
  if (user == 0) return StoredAccounts::Open(config);
  SEAWORTHY_ASSIGN_OR_RETURN(const ServerConnection server, ConnectToServer(config.data_dir));
  return std::make_unique<ServedAccounts>(server.address);
}

}  // namespace seaworthy::cli
