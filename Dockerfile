FROM python:3.13-slim-trixie AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
COPY requirements.txt /tmp/requirements.txt
RUN python -m venv /opt/venv && /opt/venv/bin/pip install --require-hashes -r /tmp/requirements.txt

# The same with PostgreSQL's own programs, which write and read a dump.
FROM build AS build-backup
COPY requirements-demo.txt /tmp/requirements-demo.txt
RUN /opt/venv/bin/pip install --require-hashes -r /tmp/requirements-demo.txt

FROM python:3.13-slim-trixie AS app
ENV PATH=/opt/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 STATIC_ROOT=/srv/static
# The code and the static files belong to root; the application writes to its documents alone.
RUN useradd --system --uid 10001 --home-dir /srv --shell /usr/sbin/nologin clinic \
    && install -d /srv/app /srv/static \
    && install -d -o clinic -g clinic /var/lib/healing-curve/media /var/lib/healing-curve/spool
COPY --from=build /opt/venv /opt/venv
COPY . /srv/app
WORKDIR /srv/app
# Collecting static files needs no database and no real secret.
RUN SECRET_KEY=build python manage.py collectstatic --noinput
USER 10001
EXPOSE 8000
CMD ["gunicorn", "clinic.wsgi", "--bind", "0.0.0.0:8000", "--workers", "2", "--threads", "4", "--worker-tmp-dir", "/dev/shm", "--no-control-socket"]

FROM app AS backup
COPY --from=build-backup /opt/venv /opt/venv
CMD ["python", "manage.py", "backup", "--to", "/backups"]
