// A subscription on the log over JetStream.
#pragma once

#include <memory>

#include "common/event_log.h"
#include "common/nats/journal.h"

namespace seaworthy {

// `options.name` is open in the journal's state; the subscription's end closes it.
std::unique_ptr<Subscription> NewNatsSubscription(std::shared_ptr<Journal> journal,
                                                  SubscriptionOptions options);

}  // namespace seaworthy
