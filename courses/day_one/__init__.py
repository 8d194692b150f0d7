"""What a new clinic still has to set up: the steps, which of them are done, and what waits for them.

The pages on which a step is done belong to the matter itself; here is only the list and the answers to it.
"""
