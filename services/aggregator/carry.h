// Which verdicts stand when facts change (docs/identity.md, Reviews after a
// change).
#pragma once

#include <set>
#include <string>
#include <vector>

#include "seaworthy/v1/identity.pb.h"
#include "seaworthy/v1/panel.pb.h"
#include "seaworthy/v1/revision.pb.h"
#include "seaworthy/v1/verdict.pb.h"

namespace seaworthy {

// The fields a verdict on `revision` rests on. `*` stands for all of them:
// nothing says what it was given for.
std::set<std::string> FieldsOf(const v1::Verdict& verdict, const v1::Revision& revision);

// Whether it rests on none of the changed fields.
bool Stands(const v1::Verdict& verdict, const v1::Revision& revision,
            const std::vector<std::string>& changed);

// What changed from one revision to the next, and in the votes on them.
v1::Drift MakeDrift(const v1::Revision& before, const v1::Panel& panel_before, const v1::Revision& after,
                    const v1::Panel& panel_after);

}  // namespace seaworthy
