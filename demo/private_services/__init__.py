"""Private PostgreSQL and Valkey from wheels, for demo and tests; they end with their parent.

An installation brings its own servers.
"""
