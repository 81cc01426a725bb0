// Styles and pictures, read once at start.
#pragma once

#include <map>
#include <string>

#include "absl/status/statusor.h"

namespace seaworthy {

struct Asset {
  std::string media_type;
  std::string body;
  bool immutable = false;  // Its name changes with its bytes.
};

// By path as served, `/assets/site.css`.
using Assets = std::map<std::string, Asset>;

// Reads every .css, .svg, .png and .txt file of the
// folder. Errors: NOT_FOUND naming the folder or file.
absl::StatusOr<Assets> LoadAssets(const std::string& dir);

// Adds each asset under a name that holds the hash of its bytes,
// `/assets/site.0123456789ab.css`, styles naming the others so. Returns the
// new names by the plain ones, for templates.
std::map<std::string, std::string> AddHashedNames(Assets& assets);

}  // namespace seaworthy
