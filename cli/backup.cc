// `seaworthy backup`, `restore` and `verify`.
#include <grpcpp/grpcpp.h>
#include <sys/stat.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <system_error>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "cli/backup/checkpoint_maker.h"
#include "cli/backup/closed_folder.h"
#include "cli/backup/folder_check.h"
#include "cli/backup/make_backup.h"
#include "cli/command.h"
#include "cli/data_dir.h"
#include "cli/exit_code.h"
#include "cli/server_connection.h"
#include "cli/terminal.h"
#include "common/clients.h"
#include "common/error_codes.h"
#include "common/status_macros.h"
#include "seaworthy/v1/backup_service.grpc.pb.h"

namespace seaworthy::cli {
namespace {

namespace fs = std::filesystem;

// Of writing down what is in memory and of hard links.
constexpr std::chrono::minutes kCheckpointDeadline(5);
constexpr double kMiB = 1 << 20;

struct BackupFlags {
  std::string dir;
  size_t keep = 0;
  int number = 0;
  bool quick = false;
};

std::string Size(uint64_t bytes) { return absl::StrFormat("%.1f MiB", static_cast<double>(bytes) / kMiB); }

void Line(const char* outcome, const std::string& name, const std::string& words) {
  std::printf("%-5s %-8s %s\n", outcome, name.c_str(), Printable(words).c_str());
  std::fflush(stdout);
}

void TellPart(const CheckedPart& part) {
  switch (part.outcome) {
    case CheckedPart::Outcome::kWhole:
      return Line("ok", part.name, part.words);
    case CheckedPart::Outcome::kWrong:
      return Line("WRONG", part.name, part.words);
    case CheckedPart::Outcome::kNotHere:
      return Line("-", part.name, part.words);
  }
}

// One line that is written over, on a terminal only.
ByteProgress TerminalProgress() {
  if (!OutputIsTerminal()) return nullptr;
  return [](uint64_t done, uint64_t total) {
    constexpr size_t kBarWidth = 30;
    std::printf("\r%s MiB%s", ProgressBar(done >> 20, total >> 20, kBarWidth).c_str(),
                done >= total ? "\r\033[K" : "");
    std::fflush(stdout);
  };
}

absl::StatusOr<v1::MakeCheckpointResponse> AskServer(const std::string& data_dir) {
  SEAWORTHY_ASSIGN_OR_RETURN(const std::string address, ServerAddress(data_dir));
  const auto stub = v1::BackupService::NewStub(ConnectTo(address));
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + kCheckpointDeadline);
  v1::MakeCheckpointResponse response;
  const absl::Status status = FromGrpcStatus(stub->MakeCheckpoint(&context, {}, &response));
  if (!status.ok()) return status;
  return response;
}

// The stores of a folder that this process holds.
absl::StatusOr<v1::MakeCheckpointResponse> OpenAndCheckpoint(const Config& config) {
  SEAWORTHY_ASSIGN_OR_RETURN(const auto dir, DataDir::Open(config.data_dir));
  return CheckpointClosedFolder(dir->layout(), config.log.kind != "nats");
}

// A folder that is there, with the configuration's other values.
absl::StatusOr<Config> ConfigOfFolder(const Context& context) {
  SEAWORTHY_ASSIGN_OR_RETURN(Config config, ConfigFromFlags(context));
  config.data_dir = DataLayout(config.data_dir).dir;
  if (std::error_code error; !fs::is_directory(config.data_dir, error)) {
    return absl::NotFoundError(absl::StrCat(config.data_dir, ": no such data folder; name it with --data"));
  }
  return config;
}

std::string PlaceWords(const std::optional<LogPlace>& place) {
  if (!place.has_value() || place->sequence == 0) return "no event yet";
  return absl::StrCat("event ", place->sequence, " of ", absl::FormatTime(place->time));
}

void TellLeftOut(const Manifest& manifest) {
  for (const LeftOut& left : manifest.left_out) Line("LEFT", left.name, "not in this backup: " + left.reason);
}

absl::Status Backup(const Context& context, const BackupFlags& flags) {
  umask(077);
  SEAWORTHY_ASSIGN_OR_RETURN(const Config config, ConfigOfFolder(context));
  BackupRequest request;
  request.data_dir = config.data_dir;
  request.dir = flags.dir;
  request.program = SEAWORTHY_VERSION;
  request.keep = flags.keep;
  request.checkpoint = [&config]() -> absl::StatusOr<v1::MakeCheckpointResponse> {
    SEAWORTHY_ASSIGN_OR_RETURN(const int user, UsedBy(DataLayout(config.data_dir)));
    return user != 0 ? AskServer(config.data_dir) : OpenAndCheckpoint(config);
  };
  request.tell = TellPart;
  request.progress = TerminalProgress();
  SEAWORTHY_ASSIGN_OR_RETURN(const BackupMade made, MakeBackup(request));
  TellLeftOut(made.manifest);
  Line("ok", "backup",
       absl::StrCat(made.manifest.number, " in ", flags.dir, ": ", made.manifest.files.size(), " files, ",
                    Size(made.manifest.TotalBytes()), "; ", made.copied_files, " of them new, ",
                    Size(made.copied_bytes)));
  Line("ok", "holds", "up to " + PlaceWords(made.manifest.log_end));
  if (made.pruned.backups > 0 || made.pruned.bytes > 0) {
    Line("ok", "removed",
         absl::StrCat(made.pruned.backups, " older backups, ", Size(made.pruned.bytes), " nothing needs"));
  }
  return absl::OkStatus();
}

absl::Status Restore(const Context& context, const BackupFlags& flags) {
  umask(077);
  SEAWORTHY_ASSIGN_OR_RETURN(const Config config, ConfigFromFlags(context));
  RestoreRequest request;
  request.dir = flags.dir;
  request.number = flags.number;
  request.data_dir = config.data_dir;
  request.rebuild = !flags.quick;
  request.tell = TellPart;
  request.progress = TerminalProgress();
  SEAWORTHY_ASSIGN_OR_RETURN(const Manifest manifest, RestoreBackup(request));
  TellLeftOut(manifest);
  Line("ok", "restored",
       absl::StrCat("backup ", manifest.number, " of ", absl::FormatTime(manifest.time), " to ",
                    DataLayout(config.data_dir).dir));
  Line("ok", "holds",
       absl::StrCat("up to ", PlaceWords(manifest.log_end), "; what came later is not in this backup"));
  return absl::OkStatus();
}

// Every file of a backup, those of others once.
absl::StatusOr<std::string> VerifyOne(const BackupFolder& folder, int number, std::set<std::string>& read) {
  SEAWORTHY_ASSIGN_OR_RETURN(const Manifest manifest, folder.Read(number));
  for (const BackedUpFile& file : manifest.files) {
    if (read.count(file.digest.sha256) != 0) continue;
    SEAWORTHY_RETURN_IF_ERROR(folder.CheckFile(file));
    read.insert(file.digest.sha256);
  }
  return absl::StrCat(absl::FormatTime(manifest.time), ", ", manifest.files.size(), " files, ",
                      Size(manifest.TotalBytes()), ", up to ", PlaceWords(manifest.log_end));
}

absl::Status VerifyBackups(const std::string& dir) {
  SEAWORTHY_ASSIGN_OR_RETURN(const auto folder, BackupFolder::OpenToRead(dir));
  SEAWORTHY_ASSIGN_OR_RETURN(const std::vector<int> numbers, folder->Numbers());
  if (numbers.empty()) return absl::NotFoundError(dir + ": holds no finished backup");
  std::set<std::string> read;
  int wrong = 0;
  for (const int number : numbers) {
    const absl::StatusOr<std::string> words = VerifyOne(*folder, number, read);
    wrong += words.ok() ? 0 : 1;
    Line(words.ok() ? "ok" : "WRONG", absl::StrCat("backup ", number),
         words.ok() ? *words : std::string(words.status().message()));
  }
  if (wrong == 0) return absl::OkStatus();
  return absl::DataLossError(
      absl::StrCat(dir, ": ", wrong, " of ", numbers.size(), " backups cannot be restored; make a new one"));
}

absl::Status VerifyData(Context& context, const BackupFlags& flags) {
  if (!flags.dir.empty()) context.data_dir = flags.dir;
  SEAWORTHY_ASSIGN_OR_RETURN(const Config config, ConfigOfFolder(context));
  SEAWORTHY_ASSIGN_OR_RETURN(const auto dir, DataDir::Open(config.data_dir));
  FolderCheckOptions options;
  options.dir = dir->layout().dir;
  options.log_here = config.log.kind != "nats";
  options.rebuild = !flags.quick;
  options.tell = TellPart;
  FolderFacts facts;
  return CheckFolder(options, facts);
}

absl::Status Verify(Context& context, const BackupFlags& flags) {
  umask(077);
  if (!flags.dir.empty() && BackupFolder::Is(flags.dir)) return VerifyBackups(flags.dir);
  return VerifyData(context, flags);
}

using Run = absl::Status (*)(Context& context, const BackupFlags& flags);

void RunWith(CLI::App& command, Context& context, const std::shared_ptr<BackupFlags>& flags, Run run) {
  AddDataFlag(command, context);  // With --config: whether the log is in the folder.
  command.callback(
      [&context, flags, run] { context.action = [&context, flags, run] { return run(context, *flags); }; });
}

}  // namespace

void AddBackup(CLI::App& app, Context& context) {
  CLI::App* command = app.add_subcommand("backup", "Copy the data folder, its server running or not");
  const auto flags = std::make_shared<BackupFlags>();
  command->add_option("dir", flags->dir, "Folder of the backups, on another disk")
      ->required()
      ->type_name("DIR");
  command->add_option("--keep", flags->keep, "Remove all backups but the newest N (default: keep all)")
      ->check(CLI::Range(1, 1'000'000))
      ->type_name("N");
  command->footer(
      "Only what changed is copied; everything is read back before the backup counts (docs/backup.md).\n"
      "Example:\n"
      "  seaworthy backup /backups --data /var/lib/seaworthy --keep 14");
  RunWith(*command, context, flags, [](Context& c, const BackupFlags& f) { return Backup(c, f); });
}

void AddRestore(CLI::App& app, Context& context) {
  CLI::App* command = app.add_subcommand("restore", "Make a data folder of a backup");
  const auto flags = std::make_shared<BackupFlags>();
  command->add_option("dir", flags->dir, "Folder of the backups")->required()->type_name("DIR");
  command->add_option("--number", flags->number, "Which backup (default: the newest)")
      ->check(CLI::PositiveNumber)
      ->type_name("N");
  command->add_flag("--quick", flags->quick, "Do not make the state anew from the log to compare it");
  command->footer(
      "--data names a new or empty folder; everything in it is checked (docs/backup.md).\n"
      "Example:\n"
      "  seaworthy restore /backups --data /var/lib/seaworthy");
  RunWith(*command, context, flags, [](Context& c, const BackupFlags& f) { return Restore(c, f); });
}

void AddVerify(CLI::App& app, Context& context) {
  CLI::App* command = app.add_subcommand("verify", "Check backups, or a data folder that no server uses");
  const auto flags = std::make_shared<BackupFlags>();
  command->add_option("dir", flags->dir, "A folder of backups, or a data folder (default: --data)")
      ->type_name("DIR");
  command->add_flag("--quick", flags->quick, "Do not make the state anew from the log to compare it");
  command->footer(
      "Of backups: every file's hash. Of a data folder: the log's chain, every object, the state against\n"
      "one made anew from the log, the audit log's chain. Exit code 1 where anything is wrong.\n"
      "Examples:\n"
      "  seaworthy verify /backups\n"
      "  seaworthy verify --data /var/lib/seaworthy");
  RunWith(*command, context, flags, [](Context& c, const BackupFlags& f) { return Verify(c, f); });
}

}  // namespace seaworthy::cli
