#include "services/publisher/site/assets.h"

#include <filesystem>
#include <fstream>
#include <sstream>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "common/hash.h"

namespace seaworthy {
namespace {

constexpr size_t kHashDigits = 12;

// Empty for what is not served.
std::string MediaType(const std::string& extension) {
  if (extension == ".css") return "text/css; charset=utf-8";
  if (extension == ".js") return "text/javascript; charset=utf-8";
  if (extension == ".svg") return "image/svg+xml";
  if (extension == ".png") return "image/png";
  if (extension == ".woff2") return "font/woff2";
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
    assets["/assets/" + entry.path().filename().string()] = {media_type, bytes.str(), false};
  }
  if (error || assets.empty()) {
    return absl::NotFoundError(
        absl::StrCat("no styles in ", dir, "; set web_dir to the folder that holds templates/ and assets/"));
  }
  return assets;
}

std::map<std::string, std::string> AddHashedNames(Assets& assets) {
  std::map<std::string, std::string> names;
  Assets hashed;
  // Styles last: they name fonts and pictures.
  for (const bool styles : {false, true}) {
    for (auto& [path, asset] : assets) {
      if (absl::EndsWith(path, ".css") != styles) continue;
      if (styles) asset.body = absl::StrReplaceAll(asset.body, names);
      const size_t dot = path.rfind('.');
      const std::string name = absl::StrCat(path.substr(0, dot), ".",
                                            Sha256Hex(asset.body).substr(0, kHashDigits), path.substr(dot));
      hashed[name] = {asset.media_type, asset.body, true};
      if (!styles) names[path] = name;
    }
  }
  for (const auto& [path, asset] : hashed) {
    if (absl::EndsWith(path, ".css")) names[path.substr(0, path.size() - kHashDigits - 5) + ".css"] = path;
  }
  assets.insert(hashed.begin(), hashed.end());
  return names;
}

}  // namespace seaworthy
