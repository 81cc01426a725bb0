// `seaworthy audit`: the audit log, exported and checked.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <fstream>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "cli/accounts_connection.h"
#include "cli/command.h"
#include "cli/exit_code.h"
#include "common/status_macros.h"
#include "services/publisher/people/audit_log.h"

namespace seaworthy::cli {
namespace {

// How often the head may have moved on while the last records were read.
constexpr int kMaxLooks = 5;

struct AuditFlags {
  std::string head;
  std::string file;
};

using Visitor = std::function<absl::Status(const std::string& line)>;

// Visits every record from the first; the stored head once all up to it were
// visited.
absl::StatusOr<AuditHead> ReadAll(AccountsConnection& accounts, const Visitor& visit) {
  uint64_t read = 0;
  AuditHead head;
  for (int looks = 0; looks < kMaxLooks;) {
    v1::ReadAuditRequest request;
    request.set_from_sequence(read + 1);
    SEAWORTHY_ASSIGN_OR_RETURN(const auto page, accounts.ReadAudit(request));
    for (const std::string& line : page.lines()) SEAWORTHY_RETURN_IF_ERROR(visit(line));
    read += static_cast<uint64_t>(page.lines_size());
    head = AuditHead::Parse(page.head()).value_or(AuditHead());
    if (page.lines_size() == 0 && head.sequence <= read) break;
    looks = page.lines_size() == 0 ? looks + 1 : 0;
  }
  return head;
}

absl::StatusOr<std::unique_ptr<AccountsConnection>> Connect(const Context& context) {
  SEAWORTHY_ASSIGN_OR_RETURN(const Config config, ConfigFromFlags(context));
  return AccountsConnection::Open(config);
}

absl::Status Export(const Context& context) {
  SEAWORTHY_ASSIGN_OR_RETURN(const auto accounts, Connect(context));
  return ReadAll(*accounts,
                 [](const std::string& line) {
                   const bool written = std::fwrite(line.data(), 1, line.size(), stdout) == line.size() &&
                                        std::fputc('\n', stdout) != EOF;
                   return written ? absl::OkStatus()
                                  : absl::InternalError("standard output cannot be written");
                 })
      .status();
}

absl::Status Intact(const absl::StatusOr<AuditHead>& head) {
  if (!head.ok()) return head.status();
  std::printf("%s\n", head->Text().c_str());
  std::fprintf(stderr, "The log is intact: %llu records. Keep the line above elsewhere.\n",
               static_cast<unsigned long long>(head->sequence));
  return absl::OkStatus();
}

absl::Status VerifyFile(const std::string& path, const std::optional<AuditHead>& known) {
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    return WithExitCode(absl::NotFoundError(absl::StrCat(path, ": cannot be read; check --file")), kRejected);
  }
  AuditVerifier verifier(known);
  for (std::string line; std::getline(file, line);) {
    const absl::Status checked = verifier.Add(line);
    if (!checked.ok())
      return absl::Status(checked.code(), absl::StrCat(path, ": ", std::string(checked.message())));
  }
  if (file.bad()) return absl::InternalError(absl::StrCat(path, ": cannot be read to its end"));
  return Intact(verifier.Finish());
}

absl::Status Verify(const Context& context, const AuditFlags& flags) {
  std::optional<AuditHead> known;
  if (!flags.head.empty()) {
    known = AuditHead::Parse(flags.head);
    if (!known.has_value()) {
      return WithExitCode(
          absl::InvalidArgumentError("--head is the line that `seaworthy audit verify` printed: NUMBER:HASH"),
          kRejected);
    }
  }
  if (!flags.file.empty()) return VerifyFile(flags.file, known);
  SEAWORTHY_ASSIGN_OR_RETURN(const auto accounts, Connect(context));
  AuditVerifier verifier(known);
  SEAWORTHY_ASSIGN_OR_RETURN(const AuditHead stored, ReadAll(*accounts, [&verifier](const std::string& line) {
                               return verifier.Add(line);
                             }));
  return Intact(verifier.Finish(stored));
}

}  // namespace

void AddAudit(CLI::App& app, Context& context) {
  CLI::App* command = app.add_subcommand("audit", "Who did what: the audit log");
  command->require_subcommand(1);
  CLI::App* out = command->add_subcommand("export", "Print every record, one JSON object a line");
  AddDataFlag(*out, context);
  out->callback([&context] { context.action = [&context] { return Export(context); }; });
  CLI::App* verify = command->add_subcommand("verify", "Check the chain of hashes; prints the head");
  const auto flags = std::make_shared<AuditFlags>();
  verify->add_option("--head", flags->head, "A head printed before: finds what was cut or rewritten since")
      ->type_name("NUMBER:HASH");
  verify->add_option("--file", flags->file, "An export instead of the data folder")->type_name("FILE");
  AddDataFlag(*verify, context);
  verify->callback(
      [&context, flags] { context.action = [&context, flags] { return Verify(context, *flags); }; });
  command->footer(
      "With the server running or not (docs/accounts.md).\n"
      "Examples:\n"
      "  seaworthy audit export > audit.jsonl\n"
      "  seaworthy audit verify --file audit.jsonl");
}

}  // namespace seaworthy::cli
