# The event log and the object store.
