// SIGINT and SIGTERM as a value: the first asks for a stop, the second, or ten
// seconds of stopping, ends the process at once.
#pragma once

namespace seaworthy::cli {

// Blocks the signals for this thread and every thread it makes from now on.
// Call before the first thread is started.
void CatchStopSignals();

// Waits for the first signal and returns its number. From then on a second
// signal exits with 130, and so does the process 10 s later.
int WaitForStopSignal();

}  // namespace seaworthy::cli
