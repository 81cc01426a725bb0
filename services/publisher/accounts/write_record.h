// Every write of desk and API in the audit log.
#pragma once

#include "services/publisher/access/access.h"
#include "services/publisher/access/router.h"
#include "services/publisher/people/audit_log.h"

namespace seaworthy {

// The route, its handler recorded: `asked` before it runs, and where that
// cannot be written it does not run (503); once more with the status where it
// fails. Routes that change nothing or that machines sign are left as they
// are. `audit` and `gate` outlive it.
Route Recorded(Route route, AuditLog* audit, const AccessGate* gate);

}  // namespace seaworthy
