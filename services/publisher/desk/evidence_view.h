// Facts and claims as the desk shows them: with the words they rest on, and
// where these stand in the announcement.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "seaworthy/v1/tool.pb.h"

namespace seaworthy {

// The announcement's page with the very words marked; empty where there are
// none.
std::string EvidencePath(const v1::Evidence& evidence);

// Facts of a revision: `label`, `value`, `text`, `path`, `from`, `edited`,
// `anchor` (its place on the tool's page).
nlohmann::json FactRows(const v1::Revision& revision);

// What sources disagree on and no editor has settled: `label`, `versions` with
// `value`, `text`, `path`, `from`.
nlohmann::json ConflictRows(const v1::Revision& revision);

// Claims of a verdict: `text`, `kind`, `support`, `sign`, `style`, `due`,
// `probability`, `decided_by`, `fields`, `evidence` with `text` and `path`.
nlohmann::json ClaimRows(const v1::Verdict& verdict);

// The quote cut where claims begin and end: `claimed`, `style`, `sign`, `said`
// and `pieces` as QuotePieces makes them. A claim is placed where its words
// stand in the quote and no claim before it does.
nlohmann::json ClaimSpans(const v1::Verdict& verdict);

}  // namespace seaworthy
