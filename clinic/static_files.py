"""Static files: compressed, each under a name that changes with its content."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class StaticFiles(CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # whitenoise has no types
    """Scripts import each other by these names too, so that a browser never mixes old and new parts."""

    support_js_module_import_aggregation = True
