-- A note while it is being written: one for each member and report, sealed as the
-- note itself will be. It is no part of the report until its author says so.
create table note_drafts (
  report_id uuid        not null references reports,
  author    uuid        not null references staff,
  revision  integer     not null check (revision > 0),
  body      bytea       not null check (is_age_file(body)),
  saved_at  timestamptz not null,
  primary key (report_id, author)
);
create index note_drafts_author on note_drafts (author, saved_at);
grant select, insert, delete on note_drafts to recueil_office;
grant update (revision, body, saved_at) on note_drafts to recueil_office;

-- Who has a report before his eyes. It is worth nothing after a minute, so it is not
-- written ahead, and not there after a crash.
create unlogged table presences (
  report_id uuid        not null,
  staff_id  uuid        not null,
  writing   boolean     not null,
  seen_at   timestamptz not null,
  primary key (report_id, staff_id)
);
create index presences_age on presences (seen_at);
grant select, insert, delete on presences to recueil_office;
grant update (writing, seen_at) on presences to recueil_office;

---- create above / drop below ----

drop table presences, note_drafts;
