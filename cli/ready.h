// What a publisher says when it is ready: where site, desk and API are.
#pragma once

#include "absl/status/status.h"
#include "cli/data_dir.h"
#include "cli/hosts/publisher_host.h"
#include "common/config.h"

namespace seaworthy::cli {

// Prints it to standard output, the desk's link into a file where one is
// configured. Errors: the file's.
absl::Status SayReady(PublisherHost& publisher, const DataLayout& layout, const Config& config);

// A word on a token that can be guessed.
void WarnOfWeakToken(const Config& config);

}  // namespace seaworthy::cli
