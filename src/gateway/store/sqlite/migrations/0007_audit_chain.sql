-- Earlier versions kept the links of reset invites, which no answer contains.
UPDATE audit SET old = NULL, new = NULL WHERE action = 'group.invite.reset';

-- The hash chain of an organization's entries; filled in by the program after this migration.
ALTER TABLE audit ADD COLUMN hash TEXT NOT NULL DEFAULT '';
