-- The records of a follow-up unit. In clear stands what the threat table names: ids,
-- times, status, team, who is in charge. What is kept of a child lies in entries, each
-- sealed under the key of its record, and that key under the key of the unit.
create table records (
  id          uuid primary key,
  team_id     text        not null,
  epoch       integer     not null check (epoch > 0),
  body        bytea       not null check (is_age_file(body)), -- the record's key
  referral_id uuid unique,
  lead        uuid        not null references staff,
  status      text        not null default 'open' check (status in ('open', 'closed')),
  opened_at   timestamptz not null,
  last_at     timestamptz not null, -- of the newest entry
  next_at     timestamptz,          -- of what is planned next; null: nothing is
  opening     uuid        not null, -- the entry that says how the unit calls it, as it stands now
  version     integer     not null default 1
);
create index records_open on records (team_id, lead, next_at) where status = 'open';
create index records_epoch on records (team_id, epoch);

-- Entries are added and never changed. One that corrects another names it, and no two
-- can name the same: who comes second learns that he does.
create table record_entries (
  id         uuid primary key,
  record_id  uuid        not null references records,
  sequence   integer     not null check (sequence > 0),
  author     uuid        not null references staff,
  replaces   uuid,
  body       bytea       not null check (is_age_file(body)),
  created_at timestamptz not null,
  constraint record_entries_place unique (record_id, sequence),
  constraint record_entries_replaced unique (replaces)
);

-- An opinion is sealed to the team of its profession: the key of the record does not
-- open it.
create table record_opinions (
  id         uuid primary key,
  record_id  uuid        not null references records,
  team_id    text        not null,
  epoch      integer     not null check (epoch > 0),
  author     uuid        not null references staff,
  body       bytea       not null check (is_age_file(body)),
  created_at timestamptz not null
);
create index record_opinions_record on record_opinions (record_id, created_at);
create index record_opinions_epoch on record_opinions (team_id, epoch);

-- When somebody is expected, for the calendar; why and where is an entry.
create table record_appointments (
  id         uuid primary key,
  record_id  uuid        not null references records,
  assignee   uuid        not null references staff,
  starts_at  timestamptz not null,
  ends_at    timestamptz not null check (ends_at > starts_at),
  status     text        not null default 'planned' check (status in ('planned', 'done', 'cancelled', 'no_show'))
);
create index record_appointments_record on record_appointments (record_id, starts_at);
create index record_appointments_assignee on record_appointments (assignee, starts_at);

-- Services one may be led to. No word of a child stands here.
create table local_services (
  id          uuid primary key,
  department  text        not null check (department ~ '^[0-9][0-9AB][0-9]?$'),
  name        text        not null check (length(name) between 1 and 200),
  offers      text        not null check (length(offers) <= 1000),
  phone       text        not null check (length(phone) <= 40),
  address     text        not null check (length(address) <= 300),
  source      text        not null check (length(source) between 1 and 300),
  verified_on date        not null,
  changed_by  uuid        not null references staff,
  version     integer     not null default 1
);
create index local_services_department on local_services (department, name);

-- What somebody typed into a form of the unit waits over a log-in as what is typed on a
-- report does, and may be longer.
alter table sessions drop constraint sessions_sealed_pending_check;
alter table sessions add constraint sessions_sealed_pending_check check (octet_length(sealed_pending) < 65536);

grant select on records, record_entries, record_opinions, record_appointments, local_services to recueil_office;
grant insert (id, team_id, epoch, body, referral_id, lead, opened_at, last_at, next_at, opening) on records to recueil_office;
grant update (lead, status, last_at, next_at, opening, version) on records to recueil_office;
grant insert on record_entries, record_opinions to recueil_office;
grant insert (id, record_id, assignee, starts_at, ends_at), update (status) on record_appointments to recueil_office;
grant insert (id, department, name, offers, phone, address, source, verified_on, changed_by) on local_services to recueil_office;
grant update (department, name, offers, phone, address, source, verified_on, changed_by, version) on local_services to recueil_office;

---- create above / drop below ----

update sessions set sealed_pending = null where octet_length(sealed_pending) >= 16384;
alter table sessions drop constraint sessions_sealed_pending_check;
alter table sessions add constraint sessions_sealed_pending_check check (octet_length(sealed_pending) < 16384);
drop table local_services, record_appointments, record_opinions, record_entries, records;
