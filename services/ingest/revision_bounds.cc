#include "services/ingest/revision_bounds.h"

#include <cstddef>

namespace seaworthy {
namespace {

constexpr size_t kMaxEventBytes = 200 * 1024;

}  // namespace

void BoundEvent(v1::ToolAnnounced* announced) {
  for (int i = announced->tools_size() - 1; i >= 0; --i) {
    auto* facts = announced->mutable_tools(i)->mutable_facts();
    while (facts->size() > 20 && announced->ByteSizeLong() > kMaxEventBytes) {
      facts->DeleteSubrange(facts->size() - 10, 10);
    }
  }
}

}  // namespace seaworthy
