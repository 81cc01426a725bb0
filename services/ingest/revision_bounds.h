// Keeps what ingest says about an announcement inside an event.
#pragma once

#include "seaworthy/v1/event.pb.h"

namespace seaworthy {

// Cuts facts from the end of the last tools until the message is smaller than
// 200 KiB; the fields of the revisions stay.
void BoundEvent(v1::ToolAnnounced* announced);

}  // namespace seaworthy
