-- When a key was last used, give or take the minute between two writes of it.
ALTER TABLE api_keys ADD COLUMN last_used_at INTEGER;
-- The secret before the last rotation, and until when it is still taken; NULL when it is not.
ALTER TABLE api_keys ADD COLUMN previous_hash BLOB;
ALTER TABLE api_keys ADD COLUMN previous_until INTEGER;
