// Gives the precompiled headers a target to be made in.
