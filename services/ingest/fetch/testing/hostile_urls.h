// URLs that lead, or try to lead, where a fetch must not go.
#pragma once

#include <map>
#include <string>
#include <vector>

namespace seaworthy::testing {

// At least 200, all different: spellings of loopback, private, link-local,
// metadata, mapped, translated and tunnelled addresses, names that resolve to
// them, user-info and parser tricks, and schemes that are not the web's. Those
// with a port name one of `ports`, in turn.
std::vector<std::string> HostileUrls(const std::vector<int>& ports);

// What a hostile name server answers for the names among them.
const std::map<std::string, std::vector<std::string>>& HostileNames();

}  // namespace seaworthy::testing
