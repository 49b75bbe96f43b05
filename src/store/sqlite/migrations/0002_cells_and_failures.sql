-- A ticket is sealed as its cell's answer. One that stood here in the plain is dropped: its cell is asked again.
UPDATE cells SET kind = NULL, answered_at = NULL, next_poll_at = NULL, deadline = NULL WHERE kind = 'pending';
ALTER TABLE cells DROP COLUMN ticket;

-- Classes of information the source speaks for, commas between. None: not known, which counts as all of them.
ALTER TABLE cells ADD COLUMN speaks_for TEXT;
-- Looks for the result of a ticket.
ALTER TABLE cells ADD COLUMN polls BIGINT NOT NULL DEFAULT 0;
-- First version that states how the cell ended: what has none is news.
ALTER TABLE cells ADD COLUMN told_in BIGINT;
UPDATE cells SET told_in = (SELECT max(number) FROM versions v WHERE v.case_id = cells.case_id
                            AND v.created_at >= cells.answered_at)
WHERE kind IS NOT NULL;

-- How often in a row work on the case was broken off by an error.
ALTER TABLE cases ADD COLUMN failures BIGINT NOT NULL DEFAULT 0;
