// One webhook: who may send announcements to POST /api/v1/hooks/SOURCE.
#pragma once

#include <string>
#include <vector>

#include "seaworthy/v1/source_tier.pb.h"

namespace seaworthy {

struct Hook {
  enum class Signature { kGitHub, kGeneric };
  std::string source_id;
  Signature signature = Signature::kGeneric;
  // A signature by any of them counts. Never logged, never shown.
  std::vector<std::string> secrets;
  v1::SourceTier tier = v1::THIRD_PARTY;
};

}  // namespace seaworthy
