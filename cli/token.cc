// `seaworthy token`: tokens of the HTTP API.
#include <grpcpp/grpcpp.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "cli/command.h"
#include "cli/data_dir.h"
#include "cli/server_connection.h"
#include "cli/terminal.h"
#include "common/clients.h"
#include "common/clock.h"
#include "common/error_codes.h"
#include "common/status_macros.h"
#include "common/timestamps.h"
#include "seaworthy/v1/token_service.grpc.pb.h"
#include "services/publisher/people/audit_log.h"
#include "services/publisher/people/people_store.h"
#include "services/publisher/tokens/api_tokens.h"
#include "services/publisher/tokens/tokens_grpc.h"

namespace seaworthy::cli {
namespace {

constexpr auto kDeadline = std::chrono::seconds(10);

// The tokens of a data folder: through its running server, or its files where
// none runs.
class TokenDoor {
 public:
  static absl::StatusOr<std::unique_ptr<TokenDoor>> Open(const std::string& data_dir) {
    auto door = std::make_unique<TokenDoor>();
    const DataLayout layout(data_dir);
    SEAWORTHY_ASSIGN_OR_RETURN(const int process, UsedBy(layout));
    if (process != 0) {
      SEAWORTHY_ASSIGN_OR_RETURN(const ServerConnection server, ConnectToServer(data_dir));
      door->stub_ = v1::TokenService::NewStub(ConnectTo(server.address));
      return door;
    }
    if (!std::filesystem::is_directory(layout.dir)) {
      return absl::NotFoundError(absl::StrCat("there is no data folder ", layout.dir,
                                              "; name it with --data, or start the server once"));
    }
    SEAWORTHY_ASSIGN_OR_RETURN(door->dir_, DataDir::Open(data_dir));
    SEAWORTHY_ASSIGN_OR_RETURN(door->store_, PeopleStore::Open(layout.people));
    SEAWORTHY_ASSIGN_OR_RETURN(door->audit_, AuditLog::Open(door->store_.get(), Clock::Real()));
    SEAWORTHY_ASSIGN_OR_RETURN(door->tokens_,
                               ApiTokens::Open({door->store_.get(), door->audit_.get(), Clock::Real()}));
    return door;
  }

  absl::StatusOr<v1::AddTokenResponse> Add(const v1::AddTokenRequest& request) {
    if (tokens_ != nullptr) return AddToken(*tokens_, request);
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + kDeadline);
    v1::AddTokenResponse response;
    const absl::Status status = FromGrpcStatus(stub_->AddToken(&context, request, &response));
    if (!status.ok()) return status;
    return response;
  }
  absl::StatusOr<v1::ListTokensResponse> List() {
    if (tokens_ != nullptr) return ListTokens(*tokens_);
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + kDeadline);
    v1::ListTokensResponse response;
    const absl::Status status = FromGrpcStatus(stub_->ListTokens(&context, {}, &response));
    if (!status.ok()) return status;
    return response;
  }
  absl::Status Revoke(const std::string& id) {
    if (tokens_ != nullptr) return tokens_->Revoke(id, {"command", ""});
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + kDeadline);
    v1::RevokeTokenRequest request;
    request.set_token_id(id);
    v1::RevokeTokenResponse response;
    return FromGrpcStatus(stub_->RevokeToken(&context, request, &response));
  }

 private:
  std::unique_ptr<v1::TokenService::StubInterface> stub_;
  std::unique_ptr<DataDir> dir_;
  std::unique_ptr<PeopleStore> store_;
  std::unique_ptr<AuditLog> audit_;
  std::unique_ptr<ApiTokens> tokens_;
};

struct TokenFlags {
  std::string name;
  std::vector<std::string> scopes;
  int days = 365;
  std::string id;
  bool json = false;
};

std::string DayOf(bool set, const google::protobuf::Timestamp& time, const std::string& otherwise) {
  return set ? absl::FormatTime("%Y-%m-%d", TimeOf(time), absl::UTCTimeZone()) : otherwise;
}

nlohmann::json JsonOf(const v1::TokenView& token) {
  const auto time = [](bool set, const google::protobuf::Timestamp& at) {
    return set ? nlohmann::json(absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", TimeOf(at), absl::UTCTimeZone()))
               : nlohmann::json(nullptr);
  };
  return {{"id", token.token_id()},
          {"name", token.name()},
          {"scopes", std::vector<std::string>(token.scopes().begin(), token.scopes().end())},
          {"create_time", time(token.has_create_time(), token.create_time())},
          {"expire_time", time(token.has_expire_time(), token.expire_time())},
          {"use_time", time(token.has_use_time(), token.use_time())}};
}

absl::StatusOr<std::unique_ptr<TokenDoor>> OpenDoor(const Context& context) {
  SEAWORTHY_ASSIGN_OR_RETURN(const Config config, ConfigFromFlags(context));
  return TokenDoor::Open(config.data_dir);
}

absl::Status Add(const Context& context, const TokenFlags& flags) {
  SEAWORTHY_ASSIGN_OR_RETURN(const auto door, OpenDoor(context));
  v1::AddTokenRequest request;
  request.set_name(flags.name);
  for (const std::string& scope : flags.scopes) request.add_scopes(scope);
  request.set_life_seconds(int64_t{flags.days} * 24 * 3600);
  SEAWORTHY_ASSIGN_OR_RETURN(const v1::AddTokenResponse made, door->Add(request));
  if (flags.json) {
    nlohmann::json body = JsonOf(made.token());
    body["token"] = made.secret();
    std::printf("%s\n", body.dump(2).c_str());
    return absl::OkStatus();
  }
  std::printf("%s\n", made.secret().c_str());
  std::fprintf(stderr, "Token %s (%s): %s; ends %s. It is not shown again.\n",
               made.token().token_id().c_str(), made.token().name().c_str(),
               absl::StrJoin(made.token().scopes(), ", ").c_str(),
               DayOf(made.token().has_expire_time(), made.token().expire_time(), "never").c_str());
  return absl::OkStatus();
}

absl::Status List(const Context& context, const TokenFlags& flags) {
  SEAWORTHY_ASSIGN_OR_RETURN(const auto door, OpenDoor(context));
  SEAWORTHY_ASSIGN_OR_RETURN(const v1::ListTokensResponse list, door->List());
  if (flags.json) {
    nlohmann::json tokens = nlohmann::json::array();
    for (const v1::TokenView& token : list.tokens()) tokens.push_back(JsonOf(token));
    std::printf("%s\n", nlohmann::json{{"tokens", tokens}}.dump(2).c_str());
    return absl::OkStatus();
  }
  if (list.tokens().empty()) {
    std::printf("No tokens but the operator's own (api-token in the data folder).\n");
    return absl::OkStatus();
  }
  const absl::Time now = Clock::Real()->Now();
  std::printf("%-8s  %-20s  %-12s  %-10s  %s\n", "id", "name", "ends", "used", "scopes");
  for (const v1::TokenView& token : list.tokens()) {
    const bool ended = token.has_expire_time() && TimeOf(token.expire_time()) <= now;
    std::printf("%-8s  %-20s  %-12s  %-10s  %s\n", token.token_id().c_str(), token.name().c_str(),
                ended ? "ended" : DayOf(token.has_expire_time(), token.expire_time(), "never").c_str(),
                DayOf(token.has_use_time(), token.use_time(), "never").c_str(),
                absl::StrJoin(token.scopes(), " ").c_str());
  }
  return absl::OkStatus();
}

absl::Status Revoke(const Context& context, const TokenFlags& flags) {
  SEAWORTHY_ASSIGN_OR_RETURN(const auto door, OpenDoor(context));
  SEAWORTHY_RETURN_IF_ERROR(door->Revoke(flags.id));
  std::printf("Revoked %s.\n", Printable(flags.id).c_str());
  return absl::OkStatus();
}

}  // namespace

void AddToken(CLI::App& app, Context& context) {
  CLI::App* command = app.add_subcommand("token", "Tokens of the HTTP API: who may call what");
  command->require_subcommand(1);
  auto flags = std::make_shared<TokenFlags>();
  const auto action = [&](CLI::App& sub, absl::Status (*run)(const Context&, const TokenFlags&)) {
    AddDataFlag(sub, context);
    sub.callback(
        [&context, flags, run] { context.action = [&context, flags, run] { return run(context, *flags); }; });
  };
  CLI::App* add = command->add_subcommand("add", "Make a token and print it, this once");
  add->add_option("name", flags->name, "What it is for: build-bot")->required()->type_name("NAME");
  add->add_option(
         "--scope", flags->scopes,
         "What it may do: read, ingest, sources, decide, desk-links, admin; several times for several")
      ->required()
      ->allow_extra_args(false)
      ->type_name("SCOPE");
  add->add_option("--days", flags->days, "How long it holds (default: 365; 0: for ever)")
      ->check(CLI::Range(0, 36'500))
      ->type_name("N");
  add->add_flag("--json", flags->json, "Print JSON");
  action(*add, Add);
  CLI::App* list = command->add_subcommand("list", "All tokens, without the tokens themselves");
  list->add_flag("--json", flags->json, "Print JSON");
  action(*list, List);
  CLI::App* revoke = command->add_subcommand("revoke", "Take a token away, at once");
  revoke->add_option("id", flags->id, "Its id, as `list` shows it")->required()->type_name("ID");
  action(*revoke, Revoke);
}

}  // namespace seaworthy::cli
