#include "services/publisher/site/assets.h"

#include <filesystem>
#include <fstream>
#include <sstream>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace seaworthy {
namespace {

// Empty for what is not served.
std::string MediaType(const std::string& extension) {
  if (extension == ".css") return "text/css; charset=utf-8";
  if (extension == ".js") return "text/javascript; charset=utf-8";
  if (extension == ".svg") return "image/svg+xml";
  if (extension == ".png") return "image/png";
  if (extension == ".txt") return "text/plain; charset=utf-8";
  return "";
}

}  // namespace

absl::StatusOr<Assets> LoadAssets(const std::string& dir) {
  Assets assets;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(dir, error)) {
    const std::string media_type = MediaType(entry.path().extension());
    if (media_type.empty()) continue;
    std::ifstream file(entry.path(), std::ios::binary);
    std::ostringstream bytes;
    bytes << file.rdbuf();
    if (!file) return absl::NotFoundError(absl::StrCat("cannot read ", entry.path().string()));
    assets["/assets/" + entry.path().filename().string()] = {media_type, bytes.str()};
  }
  if (error || assets.empty()) {
    return absl::NotFoundError(
        absl::StrCat("no styles in ", dir, "; set web_dir to the folder that holds templates/ and assets/"));
  }
  return assets;
}

}  // namespace seaworthy
