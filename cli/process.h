// What every server process of ours does first.
#pragma once

namespace seaworthy::cli {

// Every call under way holds a socket: as many as the system lets us have.
void AllowManyFiles();

}  // namespace seaworthy::cli
