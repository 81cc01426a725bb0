// What tests put in the place of DNS and of the wide network. The product sets
// none of it.
#pragma once

#include <sys/socket.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "services/ingest/fetch/address_policy.h"
#include "services/ingest/fetch/fetcher.h"

namespace seaworthy {

struct FetchHooks {
  // Addresses of a host as a DNS server would answer just now, asked anew for
  // every connection; none: libcurl resolves it.
  std::function<std::vector<std::string>(const std::string& host)> resolve = {};
  // In the place of KindOfAddress.
  std::function<AddressKind(const sockaddr&)> judge = {};
  // Where to connect in truth after an address was found to be allowed; same
  // family.
  std::function<void(sockaddr*)> connect_instead = {};
};

std::unique_ptr<Fetcher> NewSafeFetcherWithHooks(FetcherOptions options, FetchHooks hooks);

}  // namespace seaworthy
