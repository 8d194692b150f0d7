"""Each clinic writes and reads as its country does: on every page, in every mail, in every letter."""
