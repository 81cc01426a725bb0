// Styles and pictures, read once at start.
#pragma once

#include <map>
#include <string>

#include "absl/status/statusor.h"

namespace seaworthy {

struct Asset {
  std::string media_type;
  std::string body;
};

// By path as served, `/assets/site.css`.
using Assets = std::map<std::string, Asset>;

// Reads every .css, .svg, .png and .txt file of the
// folder. Errors: NOT_FOUND naming the folder or file.
absl::StatusOr<Assets> LoadAssets(const std::string& dir);

}  // namespace seaworthy
