-- The tables of 0001 of SQLite, column for column (a test holds the two together), and what only several processes need.
-- Times are BIGINT milliseconds since 1970-01-01T00:00:00Z, ids are UUIDs as text, tags are `<epoch>.<hex>` as text. Text is ordered by its
-- bytes, as SQLite orders it, whatever the database's language is.
-- Nothing personal stands in any column: what is not an id, a state, a time, a tag or a closed word is ciphertext.

CREATE TABLE log_head (
    id BIGINT NOT NULL PRIMARY KEY CHECK (id = 1),
    size BIGINT NOT NULL,
    root BYTEA NOT NULL,
    frontier BYTEA NOT NULL,
    checkpoint TEXT COLLATE "C"
);

CREATE TABLE log_leaves (
    idx BIGINT NOT NULL PRIMARY KEY,
    bytes BYTEA NOT NULL,
    hash BYTEA NOT NULL,
    id TEXT COLLATE "C" NOT NULL,
    at BIGINT NOT NULL,
    actor TEXT COLLATE "C" NOT NULL,
    organisation TEXT COLLATE "C" NOT NULL,
    action TEXT COLLATE "C" NOT NULL,
    case_id TEXT COLLATE "C",
    subject_tag TEXT COLLATE "C",
    source TEXT COLLATE "C"
);
CREATE INDEX log_leaves_by_case    ON log_leaves (case_id, idx)     WHERE case_id IS NOT NULL;
CREATE INDEX log_leaves_by_subject ON log_leaves (subject_tag, idx) WHERE subject_tag IS NOT NULL;
CREATE INDEX log_leaves_by_actor   ON log_leaves (actor, idx);
CREATE INDEX log_leaves_of_keys    ON log_leaves (idx)              WHERE action IN ('key_created', 'key_rotated', 'key_destroyed', 'keys_exported', 'keys_restored');

CREATE TABLE log_tiles (
    level BIGINT NOT NULL,
    idx BIGINT NOT NULL,
    bytes BYTEA NOT NULL,
    PRIMARY KEY (level, idx)
);

CREATE TABLE log_checkpoints (
    size BIGINT NOT NULL PRIMARY KEY,
    root BYTEA NOT NULL,
    note TEXT COLLATE "C" NOT NULL,
    published_at BIGINT NOT NULL
);

-- What each witness of the log cosigned last.
CREATE TABLE log_cosignatures (
    witness TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    size BIGINT NOT NULL,
    note TEXT COLLATE "C" NOT NULL,
    cosigned_at BIGINT NOT NULL
);

-- Wrapped data keys stand apart from what they open: to erase is to delete here.
CREATE TABLE deks (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    kek_id TEXT COLLATE "C" NOT NULL,
    wrapped BYTEA NOT NULL
);
CREATE INDEX deks_by_kek ON deks (kek_id, id);

-- Key encryption keys that were destroyed: nothing is wrapped under them any more, by whoever still holds one. Whoever destroys one locks `deks`
-- first, so that each row that comes is either counted before or refused after.
CREATE TABLE destroyed_keks (
    kek_id TEXT COLLATE "C" NOT NULL PRIMARY KEY
);
CREATE FUNCTION refuse_destroyed_kek() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM destroyed_keks WHERE kek_id = NEW.kek_id) THEN
        RAISE EXCEPTION 'destroyed key' USING ERRCODE = 'HK001';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER deks_wrapped BEFORE INSERT OR UPDATE OF kek_id ON deks
FOR EACH ROW EXECUTE FUNCTION refuse_destroyed_kek();

CREATE TABLE documents (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    case_id TEXT COLLATE "C",
    kind TEXT COLLATE "C" NOT NULL,
    dek_id TEXT COLLATE "C" NOT NULL,
    commitment BYTEA NOT NULL,
    ciphertext BYTEA NOT NULL,
    -- entry of the withdrawal (of an authorisation) that locked it: nobody opens it, and it goes when that is agreed to or nobody refuses in time
    locked_in  BIGINT
);
CREATE INDEX documents_locked ON documents (case_id, locked_in) WHERE locked_in IS NOT NULL;
CREATE INDEX documents_by_case ON documents (case_id) WHERE case_id IS NOT NULL;

-- What reports are made from beside requests and evidence, by the hash they name: packs, models, facts. Nothing personal.
CREATE TABLE artifacts (
    sha256 TEXT COLLATE "C" NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    bytes BYTEA NOT NULL,
    PRIMARY KEY (sha256, kind)
);

CREATE TABLE cases (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    state TEXT COLLATE "C" NOT NULL,
    organisation TEXT COLLATE "C" NOT NULL,
    client TEXT COLLATE "C" NOT NULL,
    purpose TEXT COLLATE "C" NOT NULL,
    region TEXT COLLATE "C" NOT NULL,
    reference_tag TEXT COLLATE "C",
    as_of TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    accepted_leaf BIGINT NOT NULL,
    request_document TEXT COLLATE "C" NOT NULL,
    reviews_open BIGINT NOT NULL DEFAULT 0,
    -- why it was given up
    failure TEXT COLLATE "C",
    -- how often in a row work on it was broken off by an error
    failures BIGINT NOT NULL DEFAULT 0,
    next_event BIGINT NOT NULL DEFAULT 1,
    wake_at BIGINT,
    attempts BIGINT NOT NULL DEFAULT 0,
    lease_worker TEXT COLLATE "C",
    lease_until BIGINT,
    -- the more urgent goes first: 0 urgent, 1 interactive, 2 bulk
    lane BIGINT NOT NULL DEFAULT 1,
    batch_id TEXT COLLATE "C",
    -- place of the household in the batch's file
    batch_row BIGINT,
    -- by which two cases of one applicant within an organisation know each other
    household_tag TEXT COLLATE "C",
    -- day by which the household is looked at again, of a case whose final version stands
    due_on TEXT COLLATE "C",
    -- what the next version is made for, where a person's word had a case with a version worked on again
    reopened_for TEXT COLLATE "C"
);
CREATE INDEX cases_by_wake         ON cases (lane, wake_at) WHERE wake_at IS NOT NULL;
CREATE UNIQUE INDEX cases_by_row   ON cases (batch_id, batch_row) WHERE batch_id IS NOT NULL;
CREATE INDEX cases_by_batch_state  ON cases (batch_id, state) WHERE batch_id IS NOT NULL;
CREATE INDEX cases_held            ON cases (batch_id, batch_row) WHERE batch_id IS NOT NULL AND state = 'accepted' AND wake_at IS NULL;
CREATE INDEX cases_let_in          ON cases (batch_id, wake_at) WHERE batch_id IS NOT NULL AND wake_at IS NOT NULL;
CREATE INDEX cases_by_household    ON cases (organisation, household_tag, id) WHERE household_tag IS NOT NULL;
CREATE INDEX cases_by_due          ON cases (organisation, due_on) WHERE due_on IS NOT NULL;
CREATE INDEX cases_by_lease        ON cases (lease_until) WHERE lease_until IS NOT NULL;
CREATE INDEX cases_by_organisation ON cases (organisation, id);
CREATE INDEX cases_by_reference    ON cases (reference_tag) WHERE reference_tag IS NOT NULL;

CREATE TABLE case_subjects (
    case_id TEXT COLLATE "C" NOT NULL,
    subject_tag TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (case_id, subject_tag)
);
CREATE INDEX case_subjects_by_tag ON case_subjects (subject_tag, case_id);

CREATE TABLE idempotency (
    client TEXT COLLATE "C" NOT NULL,
    key_tag TEXT COLLATE "C" NOT NULL,
    body_mac BYTEA NOT NULL,
    case_id TEXT COLLATE "C" NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (client, key_tag)
);
CREATE INDEX idempotency_by_expiry ON idempotency (expires_at);
CREATE INDEX idempotency_by_case   ON idempotency (case_id);

CREATE TABLE cells (
    case_id TEXT COLLATE "C" NOT NULL,
    member_ref TEXT COLLATE "C" NOT NULL,
    source TEXT COLLATE "C" NOT NULL,
    leaf_index BIGINT,
    planned_at BIGINT NOT NULL,
    kind TEXT COLLATE "C",
    why TEXT COLLATE "C",
    attempts BIGINT NOT NULL DEFAULT 0,
    elapsed_ms BIGINT NOT NULL DEFAULT 0,
    answered_at BIGINT,
    -- the document that the answer is sealed in, with others of the case
    evidence_document TEXT COLLATE "C",
    -- looks for the result of a ticket
    polls BIGINT NOT NULL DEFAULT 0,
    next_poll_at BIGINT,
    deadline BIGINT,
    -- classes of information the source speaks for, commas between; none: not known, which counts as all of them
    speaks_for TEXT COLLATE "C",
    -- first version that states how the cell ended: what has none is news
    told_in BIGINT,
    -- not asked before: outside a department's hours, or again after a failure that may pass
    ask_at BIGINT,
    -- how often it was put off because of such a failure
    asks BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (case_id, member_ref, source)
);

CREATE TABLE versions (
    case_id TEXT COLLATE "C" NOT NULL,
    number BIGINT NOT NULL,
    final BOOLEAN NOT NULL,
    first_final BOOLEAN NOT NULL,
    -- no answer still to come could change the outcome; which outcome is sealed
    decided_early BOOLEAN NOT NULL,
    issued BOOLEAN NOT NULL,
    issued_at BIGINT,
    issued_by TEXT COLLATE "C",
    reason TEXT COLLATE "C" NOT NULL,
    supersedes BIGINT,
    body_hash BYTEA NOT NULL,
    leaf_index BIGINT NOT NULL,
    report_document TEXT COLLATE "C" NOT NULL,
    -- the evidence it was made from
    evidence_document TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL,
    -- the case of the household's last report, and what changed since, if anything did
    compared_with TEXT COLLATE "C",
    change_document TEXT COLLATE "C",
    PRIMARY KEY (case_id, number)
);
CREATE UNIQUE INDEX one_first_final_version ON versions (case_id) WHERE first_final;

-- One row an event; answers that were recorded together are one row, numbered as the last of them.
CREATE TABLE case_events (
    case_id TEXT COLLATE "C" NOT NULL,
    seq BIGINT NOT NULL,
    at BIGINT NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    word TEXT COLLATE "C",
    version BIGINT,
    -- JSON: [[member, source, kind of answer], …]
    answers TEXT COLLATE "C",
    PRIMARY KEY (case_id, seq)
);

-- Files of many households. Their parts, terms and faults are sealed documents.
CREATE TABLE batches (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    state TEXT COLLATE "C" NOT NULL,
    organisation TEXT COLLATE "C" NOT NULL,
    client TEXT COLLATE "C" NOT NULL,
    format TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    bytes BIGINT NOT NULL DEFAULT 0,
    parts BIGINT NOT NULL DEFAULT 0,
    terms_document TEXT COLLATE "C" NOT NULL,
    read_rows BIGINT NOT NULL DEFAULT 0,
    accepted BIGINT NOT NULL DEFAULT 0,
    faulty BIGINT NOT NULL DEFAULT 0,
    passed_over BIGINT NOT NULL DEFAULT 0,
    all_read BOOLEAN NOT NULL DEFAULT FALSE,
    -- nothing of it is left to do
    settled BOOLEAN NOT NULL DEFAULT FALSE,
    -- why it could not be read to its end, and where
    fault TEXT COLLATE "C",
    fault_line BIGINT,
    attempts BIGINT NOT NULL DEFAULT 0,
    lease_worker TEXT COLLATE "C",
    lease_until BIGINT
);
CREATE INDEX batches_by_organisation ON batches (organisation, id);
CREATE INDEX batches_by_state        ON batches (state, id);
CREATE INDEX batches_to_tend         ON batches (id) WHERE NOT settled;

-- Beginnings of region codes within which whoever sent a batch may act: who sees the batch covers all of them.
CREATE TABLE batch_regions (
    batch_id TEXT COLLATE "C" NOT NULL,
    region   TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (batch_id, region)
);

CREATE TABLE batch_parts (
    batch_id TEXT COLLATE "C" NOT NULL,
    number BIGINT NOT NULL,
    document_id TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (batch_id, number)
);

CREATE TABLE batch_faults (
    batch_id TEXT COLLATE "C" NOT NULL,
    read_rows BIGINT NOT NULL,
    count BIGINT NOT NULL,
    document_id TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (batch_id, read_rows)
);

-- That a family was heard about what a report says of it.
CREATE TABLE hearings (
    document_id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    case_id TEXT COLLATE "C" NOT NULL,
    version BIGINT NOT NULL,
    at BIGINT NOT NULL,
    leaf_index  BIGINT NOT NULL
);
CREATE INDEX hearings_by_case ON hearings (case_id, at);

-- What people decided and said about a case, sealed.
CREATE TABLE decisions (
    document_id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    case_id TEXT COLLATE "C" NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    -- the version it is about
    version BIGINT NOT NULL,
    decided_by TEXT COLLATE "C" NOT NULL,
    at BIGINT NOT NULL,
    leaf_index BIGINT NOT NULL
);
CREATE INDEX decisions_by_case ON decisions (case_id, leaf_index);

-- Numbers of authorisations that were taken back: nobody is asked under them any more.
CREATE TABLE withdrawn_authorisations (
    organisation TEXT COLLATE "C" NOT NULL,
    number_tag TEXT COLLATE "C" NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (organisation, number_tag)
);

-- What one person asks for and others have to agree to.
CREATE TABLE approvals (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    kind TEXT COLLATE "C" NOT NULL,
    state TEXT COLLATE "C" NOT NULL,
    case_id TEXT COLLATE "C" NOT NULL,
    organisation TEXT COLLATE "C" NOT NULL,
    region TEXT COLLATE "C" NOT NULL,
    version BIGINT,
    asked_by TEXT COLLATE "C" NOT NULL,
    asked_for TEXT COLLATE "C" NOT NULL,
    asked_at BIGINT NOT NULL,
    lapses_at BIGINT NOT NULL,
    hours BIGINT,
    -- of an inspection: until when it opens reports
    until BIGINT,
    document_id TEXT COLLATE "C" NOT NULL,
    -- of a destruction: entry of the withdrawal that locked what would go
    withdrawn_in BIGINT
);
CREATE INDEX approvals_by_organisation ON approvals (organisation, id);
CREATE INDEX approvals_by_case         ON approvals (case_id, kind);

CREATE TABLE approval_hands (
    approval_id TEXT COLLATE "C" NOT NULL,
    by_subject TEXT COLLATE "C" NOT NULL,
    role TEXT COLLATE "C" NOT NULL,
    at BIGINT NOT NULL,
    agrees BOOLEAN NOT NULL,
    leaf_index  BIGINT  NOT NULL,
    -- why it was refused, sealed
    reason_document TEXT COLLATE "C",
    PRIMARY KEY (approval_id, by_subject)
);

-- Whom a caller stands apart from (回避): the people, sealed, and the tags by which cases know them, under every epoch of the ring.
CREATE TABLE kin (
    client TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    -- of the registration: what its entries speak of and its document belongs to
    id TEXT COLLATE "C" NOT NULL,
    -- of the caller, who may be registered no more
    organisation TEXT COLLATE "C" NOT NULL,
    registered_by TEXT COLLATE "C" NOT NULL,
    at BIGINT NOT NULL,
    -- newest epoch that its tags were made under
    epoch BIGINT NOT NULL,
    document_id TEXT COLLATE "C" NOT NULL
);

CREATE TABLE kin_tags (
    client TEXT COLLATE "C" NOT NULL,
    subject_tag TEXT COLLATE "C" NOT NULL,
    -- of the caller, by which two callers are known for one person
    own BOOLEAN NOT NULL,
    PRIMARY KEY (client, subject_tag)
);
CREATE INDEX kin_tags_own ON kin_tags (subject_tag, client) WHERE own;

-- Households that are looked at again every so often.
CREATE TABLE subscriptions (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    state TEXT COLLATE "C" NOT NULL,
    ended_why TEXT COLLATE "C",
    organisation TEXT COLLATE "C" NOT NULL,
    client TEXT COLLATE "C" NOT NULL,
    region TEXT COLLATE "C" NOT NULL,
    case_id TEXT COLLATE "C" NOT NULL,
    household_tag TEXT COLLATE "C",
    every_days BIGINT NOT NULL,
    next_at BIGINT NOT NULL,
    looks BIGINT NOT NULL DEFAULT 0,
    until_on TEXT COLLATE "C",
    created_at BIGINT NOT NULL,
    -- since when the client it belongs to is not registered
    away_since    BIGINT,
    leaf_index    BIGINT NOT NULL
);
CREATE INDEX subscriptions_by_look         ON subscriptions (next_at) WHERE state = 'active';
CREATE INDEX subscriptions_by_organisation ON subscriptions (organisation, id);
CREATE INDEX subscriptions_by_case ON subscriptions (case_id);
CREATE UNIQUE INDEX one_active_subscription ON subscriptions (organisation, household_tag) WHERE state = 'active' AND household_tag IS NOT NULL;

-- What monitoring found, sealed.
CREATE TABLE alerts (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    case_id TEXT COLLATE "C" NOT NULL,
    organisation TEXT COLLATE "C" NOT NULL,
    region TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL,
    document_id TEXT COLLATE "C" NOT NULL,
    acknowledged_at BIGINT,
    acknowledged_by TEXT COLLATE "C",
    note_document TEXT COLLATE "C"
);
CREATE INDEX alerts_by_organisation ON alerts (organisation, id);
CREATE INDEX alerts_by_case ON alerts (case_id);

-- Who is signed in to the console; the secret itself is in the browser alone.
CREATE TABLE sessions (
    hash BYTEA NOT NULL PRIMARY KEY,
    client TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL,
    last_seen_at BIGINT NOT NULL
);

CREATE TABLE outbox (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    -- a case; of topic `batch` a batch
    case_id TEXT COLLATE "C" NOT NULL,
    client TEXT COLLATE "C" NOT NULL,
    topic TEXT COLLATE "C" NOT NULL,
    version BIGINT,
    created_at BIGINT NOT NULL,
    attempts BIGINT NOT NULL DEFAULT 0,
    -- while it is being sent: when the sender's lease runs out
    next_attempt_at BIGINT,
    given_up_at BIGINT
);
CREATE INDEX outbox_by_attempt ON outbox (next_attempt_at) WHERE next_attempt_at IS NOT NULL;
CREATE INDEX outbox_given_up ON outbox (given_up_at) WHERE given_up_at IS NOT NULL;
CREATE INDEX outbox_by_case ON outbox (case_id);

-- Ciphertext does not get smaller: it is kept as it is.
ALTER TABLE documents ALTER COLUMN ciphertext SET STORAGE EXTERNAL;
ALTER TABLE deks ALTER COLUMN wrapped SET STORAGE EXTERNAL;

-- The head of the empty log stands from the beginning, so that whoever appends first locks it like everybody after: SHA-256 of nothing.
INSERT INTO log_head (id, size, root, frontier)
VALUES (1, 0, decode('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855', 'hex'), '');

-- Processes of the service; times by the database's clock.
CREATE TABLE replicas (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    started_at BIGINT NOT NULL,
    seen_at BIGINT NOT NULL,
    program TEXT COLLATE "C" NOT NULL
);

-- When the next call to a source may be made by anybody: microseconds since 1970-01-01T00:00:00Z, by the database's clock.
CREATE TABLE source_turns (
    source TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    free_at BIGINT NOT NULL
);
