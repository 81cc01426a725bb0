// A tool's facts as its page on the desk shows them: by field, with source,
// conflicts and corrections.
#pragma once

#include <map>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "seaworthy/v1/announcement.pb.h"
#include "seaworthy/v1/revision.pb.h"

namespace seaworthy {

// What a fact came from, by announcement id; those not known are missing.
using AnnouncementsById = std::map<std::string, v1::Announcement>;

// One element for each field that has facts, a conflict or a correction, in
// the order they are met first: `field`, `label`, `values`, `conflict`,
// `correction`, `asks`, `form_values` (the values, one a line).
nlohmann::json FactGroups(const v1::Revision& revision, const AnnouncementsById& announcements);

// `by rules`, `by a language model`, `by an editor`.
std::string MethodText(const std::string& method);

}  // namespace seaworthy
