-- What the public side leaves behind. Every body is an age file; the columns in
-- clear are the ones the threat table of the README names, and no others.
create function is_age_file(body bytea) returns boolean
  language sql immutable parallel safe
  return substring(body from 1 for 22) = '\x6167652d656e6372797074696f6e2e6f72672f76310a'::bytea;

create table reports (
  id             uuid primary key,
  reference      text        not null check (reference ~ '^[0-9A-HJKMNP-TV-Z]{8}$'),
  receipt_lookup bytea       not null check (octet_length(receipt_lookup) = 32),
  received_at    timestamptz not null,
  channel        text        not null check (channel in ('web', 'phone')),
  urgency        smallint    not null check (urgency between 0 and 3),
  due_at         timestamptz not null,
  lane           text        not null default 'main' check (lane in ('main', 'to_verify')),
  status         text        not null default 'received' check (status in (
                   'received', 'in_triage', 'awaiting_information', 'qualified', 'awaiting_validation', 'transmitted',
                   'acknowledged', 'feedback_received', 'closed', 'reopened', 'merged', 'archived', 'purged')),
  qualification  text check (qualification in (
                   'concern', 'concern_urgent', 'immediate_help', 'first_responders', 'prosecutor',
                   'out_of_scope', 'duplicate', 'malicious')),
  assignee       uuid,
  lease_holder   uuid,
  lease_until    timestamptz,
  version        integer     not null default 1,
  -- An urgency 0 stands above everything; the rest is ordered by due time alone.
  queue_rank     smallint    not null generated always as (case when urgency = 0 then 0 else 1 end) stored,
  -- Which transaction brought the row: what a screen has not shown yet is what its
  -- snapshot could not see, however late a commit comes.
  arrival        xid8        not null default pg_current_xact_id(),
  check ((lease_holder is null) = (lease_until is null))
);
create index reports_queue on reports (queue_rank, due_at, id)
  where status in ('received', 'in_triage', 'awaiting_information', 'qualified', 'awaiting_validation', 'reopened');
create index reports_arrival on reports (arrival);
create index reports_reference on reports (reference);
create index reports_receipt on reports (receipt_lookup);
create index reports_assignee on reports (assignee) where assignee is not null;

-- A team that may read a report: the body sealed to one epoch of its key. No
-- foreign key to teams: the trust file, not the database, says which teams exist,
-- and a report must not be refused because a row is missing.
create table report_grants (
  report_id  uuid        not null references reports,
  team_id    text        not null,
  epoch      integer     not null check (epoch > 0),
  body       bytea       not null check (is_age_file(body)),
  granted_at timestamptz not null default now(),
  primary key (report_id, team_id, epoch)
);

-- One row for each different text a reporter sent under one id. The tag is a keyed
-- hash of the answers: the same text twice meets the primary key, changed text does not.
create table submissions (
  report_id   uuid        not null,
  tag         bytea       not null check (octet_length(tag) = 32),
  received_at timestamptz not null,
  primary key (report_id, tag)
);

-- What a reporter adds later: a small report of its own.
create table additions (
  id          uuid primary key,
  report_id   uuid        not null references reports,
  team_id     text        not null,
  epoch       integer     not null check (epoch > 0),
  body        bytea       not null check (is_age_file(body)),
  received_at timestamptz not null,
  arrival     xid8        not null default pg_current_xact_id()
);
create index additions_report on additions (report_id, received_at);
create index additions_arrival on additions (arrival);

-- What staff write on a report, each sealed under a key of its own.
create table parts (
  id         uuid primary key,
  report_id  uuid        not null references reports,
  kind       text        not null check (kind in ('note', 'decision')),
  author     uuid        not null,
  body       bytea       not null check (is_age_file(body)),
  created_at timestamptz not null default now()
);
create index parts_report on parts (report_id, created_at);

-- Drafts of the public form: the id is a hash of the cookie, the content opens
-- with the cookie alone.
create table drafts (
  id         bytea primary key check (octet_length(id) = 32),
  content    bytea       not null check (octet_length(content) between 40 and 4194304),
  revision   integer     not null,
  expires_at timestamptz not null
);
create index drafts_expiry on drafts (expires_at);

---- create above / drop below ----

drop table drafts, parts, additions, submissions, report_grants, reports;
drop function is_age_file(bytea);
