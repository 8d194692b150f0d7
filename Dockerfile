FROM python:3.13-slim AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
COPY requirements.txt /tmp/requirements.txt
RUN python -m venv /opt/venv && /opt/venv/bin/pip install --require-hashes -r /tmp/requirements.txt

FROM python:3.13-slim
ENV PATH=/opt/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 STATIC_ROOT=/srv/static
RUN useradd --system --uid 10001 --home-dir /srv --shell /usr/sbin/nologin clinic \
    && install -d -o clinic -g clinic /srv/app /srv/static /var/lib/healing-curve/media \
        /var/lib/healing-curve/spool
COPY --from=build /opt/venv /opt/venv
COPY --chown=clinic:clinic . /srv/app
WORKDIR /srv/app
USER 10001
# Collecting static files needs no database and no real secret.
RUN SECRET_KEY=build python manage.py collectstatic --noinput
EXPOSE 8000
CMD ["gunicorn", "clinic.wsgi", "--bind", "0.0.0.0:8000", "--workers", "2", "--threads", "4", "--worker-tmp-dir", "/dev/shm"]
