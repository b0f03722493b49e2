-- Until when a session that should run must not be started: it is banned. NULL when it is not.
ALTER TABLE sessions ADD COLUMN not_before INTEGER;
