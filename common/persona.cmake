# The persona files' loader.
