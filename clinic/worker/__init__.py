"""The background processes: their watchdog, their broker, their steps in batches.

What they do is in each app's tasks.py; when, in clinic/celery.py.
"""
