"""How static files are kept and named: compressed, each under a name that changes with its content."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class StaticFiles(CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # whitenoise has no types
    """Scripts import each other by these names too, so that a browser never mixes an old part with a new one."""

    support_js_module_import_aggregation = True
