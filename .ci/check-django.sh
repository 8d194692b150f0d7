#!/bin/sh
# Django's own checks: no model without its migration, a deployment without warnings.
set -eu
python=.venv/bin/python
$python manage.py makemigrations --check --dry-run
DEMO=0 DEFAULT_FROM_EMAIL=clinic@example.org BASE_URL=https://clinic.example.org $python manage.py check --deploy --fail-level WARNING
