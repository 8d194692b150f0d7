"""The wall time in the clinic at which the digest is sent, and all reviews with it. Pure."""

from datetime import time

DIGEST_AT = time(8)
