"""Staff pages while the database is down: whom to call, what was not saved, and the form to send again."""
