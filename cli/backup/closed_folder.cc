#include "cli/backup/closed_folder.h"

#include <filesystem>
#include <memory>
#include <string>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "cli/backup/checkpoint_maker.h"
#include "cli/backup/durable_files.h"
#include "common/clock.h"
#include "common/object_store.h"
#include "common/rocksdb_event_log.h"
#include "common/status_macros.h"
#include "services/aggregator/state_store.h"
#include "services/publisher/people/people_store.h"

namespace seaworthy::cli {
namespace {

namespace fs = std::filesystem;

bool IsFolder(const std::string& path) {
  std::error_code error;
  return fs::is_directory(path, error);
}

void LeaveOut(const std::string& name, const std::string& reason, v1::MakeCheckpointResponse& response) {
  v1::LeftOutPart* const left = response.add_left_out();
  left->set_name(name);
  left->set_reason(reason);
}

absl::Status CopyStore(const DataLayout& layout, const std::string& to,
                       v1::MakeCheckpointResponse& response) {
  SEAWORTHY_ASSIGN_OR_RETURN(const auto stamp, StateStore::ReadStamp(layout.store));
  if (!stamp.has_value()) return absl::OkStatus();
  if (stamp->schema != StateStore::Schema()) {
    LeaveOut("store", absl::StrCat("of schema ", stamp->schema, ", made anew from the log"), response);
    return absl::OkStatus();
  }
  SEAWORTHY_ASSIGN_OR_RETURN(const auto store, StateStore::Open(layout.store));
  SEAWORTHY_RETURN_IF_ERROR(store->CheckpointTo(to + "/store"));
  response.add_parts("store");
  return absl::OkStatus();
}

absl::Status CopyLog(const std::string& from, const std::string& part, const std::string& to,
                     v1::MakeCheckpointResponse& response) {
  SEAWORTHY_ASSIGN_OR_RETURN(
      const auto log,
      OpenRocksDbEventLog(
          {.path = from, .clock = Clock::Real(), .env = nullptr, .copies_too = part == "log-copy"}));
  SEAWORTHY_RETURN_IF_ERROR(log->CheckpointTo(absl::StrCat(to, "/", part)));
  response.add_parts(part);
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<v1::MakeCheckpointResponse> CheckpointClosedFolder(const DataLayout& layout, bool log_here) {
  const std::string to = CheckpointDir(layout.dir);
  std::error_code error;
  fs::remove_all(to, error);
  SEAWORTHY_RETURN_IF_ERROR(MakePrivateFolders(to));
  v1::MakeCheckpointResponse response;
  SEAWORTHY_RETURN_IF_ERROR(CopyStore(layout, to, response));
  if (IsFolder(layout.people)) {
    SEAWORTHY_ASSIGN_OR_RETURN(const auto people, PeopleStore::Open(layout.people));
    SEAWORTHY_RETURN_IF_ERROR(people->CheckpointTo(to + "/people"));
    response.add_parts("people");
  }
  if (!log_here) {
    LeaveOut("log", kKeptOnNats, response);
    LeaveOut("objects", kKeptOnNats, response);
    const std::string copy = layout.dir + "/log-copy";
    if (IsFolder(copy)) SEAWORTHY_RETURN_IF_ERROR(CopyLog(copy, "log-copy", to, response));
    return response;
  }
  SEAWORTHY_RETURN_IF_ERROR(CopyLog(layout.log, "log", to, response));
  SEAWORTHY_ASSIGN_OR_RETURN(const auto objects, OpenRocksDbObjectStore(layout.objects));
  SEAWORTHY_RETURN_IF_ERROR(objects->CheckpointTo(to + "/objects"));
  response.add_parts("objects");
  return response;
}

}  // namespace seaworthy::cli
