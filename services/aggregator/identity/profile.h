// What a tool is known by.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "seaworthy/v1/revision.pb.h"
#include "seaworthy/v1/telling.pb.h"

namespace seaworthy::identity {

// Adds what an announcement said. True where anything was new.
bool AddToProfile(const v1::Revision& told, v1::ToolProfile& profile);

// The keys a tool of this profile is found under: cores of its names and
// aliases, sorted, without repeats, none of them empty.
std::vector<std::string> CoresOf(const v1::ToolProfile& profile);

// The same for an announcement that looks for its tool.
std::vector<std::string> CoresOf(const v1::Revision& told);

// A URL for comparing: host without `www.` and path, in small letters without
// query, fragment and closing slash; empty where it is no address of a page of
// its own (a site's first page, no http).
std::string NormaliseLink(std::string_view url);

}  // namespace seaworthy::identity
