#include "cli/open_data.h"

#include <utility>

#include "cli/open_log.h"
#include "common/status_macros.h"

namespace seaworthy::cli {

absl::StatusOr<OpenData> OpenDataFolder(const Config& config) {
  OpenData data;
  SEAWORTHY_ASSIGN_OR_RETURN(data.dir, DataDir::Open(config.data_dir));
  SEAWORTHY_ASSIGN_OR_RETURN(OpenedLog opened, OpenLog(config.log, data.dir->layout()));
  data.log = std::move(opened.log);
  data.objects = std::move(opened.objects);
  return data;
}

}  // namespace seaworthy::cli
