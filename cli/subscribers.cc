// `seaworthy subscribers`: what is kept of a mail address, and its erasure.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "cli/command.h"
#include "cli/data_dir.h"
#include "cli/exit_code.h"
#include "cli/terminal.h"
#include "common/clock.h"
#include "common/status_macros.h"
#include "services/publisher/edition/mail_ledger.h"
#include "services/publisher/edition/subscriber_export.h"
#include "services/publisher/edition/subscribers.h"
#include "services/publisher/people/audit_log.h"
#include "services/publisher/people/people_store.h"
#include "services/reviewer/wire/http_client.h"

namespace seaworthy::cli {
namespace {

constexpr size_t kMaxLineBytes = 1024;
constexpr size_t kMaxMessage = 300;
constexpr size_t kMaxAnswerBytes = 16 << 20;

struct SubscribersFlags {
  std::string address;
  std::string token;
};

// The people of a folder that no server uses.
struct People {
  std::unique_ptr<DataDir> dir;
  std::unique_ptr<PeopleStore> store;
  std::unique_ptr<AuditLog> audit;
  std::unique_ptr<MailLedger> ledger;
  std::unique_ptr<Subscribers> subscribers;
};

// Records what it is opened for, as a server does.
absl::StatusOr<People> OpenPeople(const std::string& data_dir, const std::string& action) {
  People people;
  SEAWORTHY_ASSIGN_OR_RETURN(people.dir, DataDir::Open(data_dir));
  SEAWORTHY_ASSIGN_OR_RETURN(people.store, PeopleStore::Open(people.dir->layout().people));
  SEAWORTHY_ASSIGN_OR_RETURN(people.audit, AuditLog::Open(people.store.get(), Clock::Real()));
  SEAWORTHY_RETURN_IF_ERROR(people.audit->Append({.actor = "command",
                                                  .action = "subscribers " + action,
                                                  .target = "",
                                                  .outcome = "asked",
                                                  .detail = "",
                                                  .address = ""}));
  people.ledger = std::make_unique<MailLedger>(people.store.get(), Clock::Real());
  people.subscribers = std::make_unique<Subscribers>(people.store.get(), people.ledger.get(), Clock::Real());
  return people;
}

absl::StatusOr<std::string> ReadLine(const std::string& path) {
  SEAWORTHY_ASSIGN_OR_RETURN(const std::string text, ReadWholeFile(path, kMaxLineBytes));
  return std::string(absl::StripAsciiWhitespace(text));
}

absl::Status Refused(const std::string& url, const WireResponse& response) {
  if (response.end != WireEnd::kDone) {
    return WithExitCode(absl::UnavailableError(absl::StrCat("the server at ", url, " does not answer: ",
                                                            response.error, "; nothing was done")),
                        kNoServer);
  }
  if (response.status == 401 || response.status == 403) {
    return absl::PermissionDeniedError(
        absl::StrCat("the server at ", url,
                     " refuses the token; give the one it was started with, or one of the scope admin, with "
                     "--token or $SEAWORTHY_TOKEN"));
  }
  const nlohmann::json problem = nlohmann::json::parse(response.body, nullptr, /*allow_exceptions=*/false);
  const std::string detail = problem.is_object() ? problem.value("detail", "") : "";
  const absl::Status status = absl::FailedPreconditionError(absl::StrCat(
      "the server at ", url, " answers ", response.status, ": ", PrintableLine(detail, kMaxMessage)));
  return response.status == 400 ? WithExitCode(status, kRejected) : status;
}

// The body of the answer of the server that uses the folder.
absl::StatusOr<std::string> AskServer(const DataLayout& layout, const std::string& action,
                                      const SubscribersFlags& flags) {
  const auto url = ReadLine(layout.http);
  if (!url.ok()) {
    return WithExitCode(absl::FailedPreconditionError(absl::StrCat(
                            "the process that uses ", layout.dir,
                            " serves no API, or not yet; name the publisher's data folder with --data")),
                        kInUse);
  }
  const auto token = flags.token.empty() ? ReadLine(layout.token_file) : flags.token;
  if (!token.ok()) {
    return absl::FailedPreconditionError(
        absl::StrCat("there is no ", layout.token_file,
                     "; give the token the server was started with, with --token or $SEAWORTHY_TOKEN"));
  }
  auto target = std::make_shared<WireTarget>();
  target->url = absl::StrCat(*url, "/api/v1/subscribers/", action);
  SEAWORTHY_ASSIGN_OR_RETURN(target->headers, WireHeaders::Make({"Authorization: Bearer " + *token,
                                                                 "Content-Type: application/json"}));
  HttpClient http;
  WireRequest request;
  request.target = std::move(target);
  request.body = nlohmann::json({{"address", flags.address}})
                     .dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  request.max_bytes = kMaxAnswerBytes;
  WireResponse response = http.PostAndWait(std::move(request));
  if (response.end != WireEnd::kDone || response.status / 100 != 2) return Refused(*url, response);
  return std::move(response.body);
}

absl::Status Export(const Context& context, const SubscribersFlags& flags) {
  SEAWORTHY_ASSIGN_OR_RETURN(const Config config, ConfigFromFlags(context));
  const DataLayout layout(config.data_dir);
  SEAWORTHY_ASSIGN_OR_RETURN(const int process, UsedBy(layout));
  std::string kept;
  if (process != 0) {
    SEAWORTHY_ASSIGN_OR_RETURN(kept, AskServer(layout, "export", flags));
  } else {
    SEAWORTHY_ASSIGN_OR_RETURN(const People people, OpenPeople(config.data_dir, "export"));
    SEAWORTHY_ASSIGN_OR_RETURN(kept, ExportAddress(*people.subscribers, flags.address));
  }
  std::printf("%s", kept.c_str());
  return absl::OkStatus();
}

absl::Status Erase(const Context& context, const SubscribersFlags& flags) {
  SEAWORTHY_ASSIGN_OR_RETURN(const Config config, ConfigFromFlags(context));
  const DataLayout layout(config.data_dir);
  SEAWORTHY_ASSIGN_OR_RETURN(const int process, UsedBy(layout));
  if (process != 0) {
    SEAWORTHY_RETURN_IF_ERROR(AskServer(layout, "erase", flags).status());
  } else {
    SEAWORTHY_ASSIGN_OR_RETURN(const People people, OpenPeople(config.data_dir, "erase"));
    SEAWORTHY_RETURN_IF_ERROR(people.subscribers->EraseAddress(flags.address));
  }
  std::printf("whatever was known of that address is erased\n");
  return absl::OkStatus();
}

}  // namespace

void AddSubscribers(CLI::App& app, Context& context) {
  CLI::App* command = app.add_subcommand("subscribers", "What is kept of a mail address, and its erasure");
  command->require_subcommand(1);
  auto flags = std::make_shared<SubscribersFlags>();
  const auto add = [&](const char* name, const char* help, auto run) {
    CLI::App* part = command->add_subcommand(name, help);
    AddDataFlag(*part, context);
    part->add_option("address", flags->address, "The address")->required()->type_name("ADDRESS");
    part->add_option("--token", flags->token, "The running server's API token (default: DATA/api-token)")
        ->envname("SEAWORTHY_TOKEN")
        ->type_name("TOKEN");
    part->callback(
        [&context, flags, run] { context.action = [&context, flags, run] { return run(context, *flags); }; });
  };
  add("export", "Prints everything kept of an address, as JSON", Export);
  add("erase", "Erases an address for good", Erase);
  command->footer("Whether a server runs on the folder or not.");
}

}  // namespace seaworthy::cli
