#include "services/ingest/extract/compose.h"

#include <algorithm>

#include "services/ingest/extract/numbers.h"
#include "services/ingest/extract/pattern.h"
#include "services/ingest/text.h"

namespace seaworthy {
namespace {

std::string JoinWords(const std::vector<std::string>& words) {
  std::string out;
  for (size_t i = 0; i < words.size(); ++i) {
    if (i > 0) out += i + 1 == words.size() ? " and " : ", ";
    out += words[i];
  }
  return out;
}

}  // namespace

void Compose(Draft* draft) {
  draft->tagline = draft->name;
  draft->description = draft->name;
  (void)&JoinWords;
}

}  // namespace seaworthy
