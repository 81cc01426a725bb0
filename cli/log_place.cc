#include "cli/log_place.h"

#include <filesystem>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "cli/exit_code.h"
#include "cli/open_log.h"
#include "common/nats/nats_event_log.h"
#include "common/rocksdb_event_log.h"
#include "common/status_macros.h"

namespace seaworthy::cli {
namespace {

namespace fs = std::filesystem;

// The server forgets a killed process's follower after 5 s.
constexpr absl::Duration kForgetting = absl::Seconds(15);

// The folder of an embedded log, held.
struct Folder {
  std::unique_ptr<DataDir> dir;
  DataLayout layout;
};

absl::StatusOr<Folder> TakeFolder(const PlaceOfLog& place, const DataLayout& data) {
  if (place.argument.empty() || DataLayout(place.argument).dir == data.dir) return Folder{nullptr, data};
  SEAWORTHY_ASSIGN_OR_RETURN(std::unique_ptr<DataDir> dir, DataDir::Open(place.argument));
  const DataLayout layout = dir->layout();
  return Folder{std::move(dir), layout};
}

absl::StatusOr<NatsEventLogOptions> NatsOptions(const PlaceOfLog& place, const Config& config,
                                                const DataLayout& data) {
  SEAWORTHY_ASSIGN_OR_RETURN(NatsEventLogOptions options, NatsOptionsOf(config.log, data));
  if (place.kind == PlaceOfLog::Kind::kNats && !place.argument.empty()) options.stream = place.argument;
  // A name of its own: it takes nobody's place.
  options.instance.clear();
  return options;
}

absl::Status MustExist(const std::string& path) {
  std::error_code error;
  if (fs::is_directory(path, error)) return absl::OkStatus();
  return absl::NotFoundError(absl::StrCat(path, ": no log is there; name its data folder with --data"));
}

absl::StatusOr<SourceLog> OpenNatsSource(const PlaceOfLog& place, const Config& config,
                                         const DataLayout& data) {
  SourceLog source;
  SEAWORTHY_ASSIGN_OR_RETURN(NatsEventLogOptions options, NatsOptions(place, config, data));
  SEAWORTHY_RETURN_IF_ERROR(WaitUntilNobodyFollows(options, kForgetting));
  options.use = NatsLogUse::kRead;
  SEAWORTHY_ASSIGN_OR_RETURN(source.log, OpenNatsEventLog(options));
  SEAWORTHY_ASSIGN_OR_RETURN(source.objects, OpenNatsObjectStore(options));
  return source;
}

}  // namespace

absl::StatusOr<PlaceOfLog> ParseLogPlace(const std::string& name) {
  const size_t colon = name.find(':');
  const std::string kind = name.substr(0, colon);
  PlaceOfLog place;
  place.name = name;
  if (colon != std::string::npos) place.argument = name.substr(colon + 1);
  if (kind == "embedded") place.kind = PlaceOfLog::Kind::kEmbedded;
  if (kind == "nats") place.kind = PlaceOfLog::Kind::kNats;
  if (kind == "copy") place.kind = PlaceOfLog::Kind::kCopy;
  const bool known = kind == "embedded" || kind == "nats" || kind == "copy";
  if (known && (colon == std::string::npos || !place.argument.empty())) return place;
  return WithExitCode(
      absl::InvalidArgumentError(absl::StrCat(
          name, ": a log's place is embedded, embedded:DIR, nats, nats:STREAM, copy or copy:DIR")),
      kUsage);
}

std::string FolderOf(const PlaceOfLog& place, const DataLayout& data) {
  const DataLayout layout = place.argument.empty() ? data : DataLayout(place.argument);
  return place.kind == PlaceOfLog::Kind::kCopy ? layout.log_copy : layout.log;
}

absl::StatusOr<SourceLog> OpenSourceLog(const PlaceOfLog& place, const Config& config,
                                        const DataLayout& data) {
  if (place.kind == PlaceOfLog::Kind::kNats) return OpenNatsSource(place, config, data);
  SourceLog source;
  SEAWORTHY_ASSIGN_OR_RETURN(Folder folder, TakeFolder(place, data));
  const bool copy = place.kind == PlaceOfLog::Kind::kCopy;
  RocksDbEventLogOptions options;
  options.path = FolderOf(place, data);
  options.copies_too = copy;
  SEAWORTHY_RETURN_IF_ERROR(MustExist(options.path));
  source.dir = std::move(folder.dir);
  SEAWORTHY_ASSIGN_OR_RETURN(source.log, OpenRocksDbEventLog(options));
  if (!copy) {
    SEAWORTHY_ASSIGN_OR_RETURN(source.objects, OpenRocksDbObjectStore(folder.layout.objects));
    return source;
  }
  // The copy is of the records; their objects are where the configured log's are.
  SEAWORTHY_ASSIGN_OR_RETURN(const NatsEventLogOptions nats, NatsOptions(place, config, data));
  SEAWORTHY_ASSIGN_OR_RETURN(source.objects, OpenNatsObjectStore(nats));
  return source;
}

absl::StatusOr<TargetLog> OpenTargetLog(const PlaceOfLog& place, const Config& config, const DataLayout& data,
                                        const std::string& source, bool continues) {
  TargetLog target;
  if (place.kind == PlaceOfLog::Kind::kNats) {
    SEAWORTHY_ASSIGN_OR_RETURN(const NatsEventLogOptions options, NatsOptions(place, config, data));
    const absl::Status free = WaitUntilNobodyFollows(options, kForgetting);
    if (!free.ok() && !absl::IsNotFound(free)) return free;
    SEAWORTHY_ASSIGN_OR_RETURN(target.importer, OpenNatsLogImporter(options, source));
    SEAWORTHY_ASSIGN_OR_RETURN(target.objects, OpenNatsObjectStore(options));
    return target;
  }
  SEAWORTHY_ASSIGN_OR_RETURN(Folder folder, TakeFolder(place, data));
  target.dir = std::move(folder.dir);
  RocksDbEventLogOptions options;
  options.path = folder.layout.log;
  SEAWORTHY_ASSIGN_OR_RETURN(
      target.importer,
      OpenRocksDbLogImporter(options, continues ? RocksDbCopy::kContinue : RocksDbCopy::kLog, source));
  SEAWORTHY_ASSIGN_OR_RETURN(target.objects, OpenRocksDbObjectStore(folder.layout.objects));
  return target;
}

absl::StatusOr<std::unique_ptr<EventLog>> OpenFinishedLog(const PlaceOfLog& place, const Config& config,
                                                          const DataLayout& data) {
  if (place.kind != PlaceOfLog::Kind::kNats) {
    RocksDbEventLogOptions options;
    options.path = FolderOf(place, data);
    options.copies_too = place.kind == PlaceOfLog::Kind::kCopy;
    SEAWORTHY_RETURN_IF_ERROR(MustExist(options.path));
    return OpenRocksDbEventLog(options);
  }
  SEAWORTHY_ASSIGN_OR_RETURN(NatsEventLogOptions options, NatsOptions(place, config, data));
  options.use = NatsLogUse::kRead;
  return OpenNatsEventLog(options);
}

absl::StatusOr<std::unique_ptr<EventLog>> OpenLogToTrim(const PlaceOfLog& place, const Config& config,
                                                        const DataLayout& data) {
  if (place.kind != PlaceOfLog::Kind::kNats) return OpenFinishedLog(place, config, data);
  SEAWORTHY_ASSIGN_OR_RETURN(const NatsEventLogOptions options, NatsOptions(place, config, data));
  return OpenNatsEventLog(options);
}

}  // namespace seaworthy::cli
