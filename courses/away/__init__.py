"""Pages of the staff while the database is away: whom to call, what was not saved, and the form to send again."""
