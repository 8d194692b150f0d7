"""`make demo`: the whole clinic on one machine, from one command, gone with it."""
