"""Private PostgreSQL and Valkey, from wheels, for demo and tests: they live as long as their parent.

An installation brings its own servers.
"""
