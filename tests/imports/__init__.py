"""Who may import whom beyond what import-linter brings along: contracts by the names of files, and no circles."""
