-- When somebody who answers for it first had the report before his eyes; the alarm of
-- an urgency 0 goes on until then.
alter table reports add column opened_at timestamptz;
create index reports_unopened on reports (received_at) where urgency = 0 and status = 'received' and opened_at is null;
grant update (opened_at) on reports to recueil_office;

-- Whom the house tells that something waits: addresses of its own people, and no
-- secret. Who holds the lock of the one row looks after the alarms of the moment.
create table notice_settings (
  single      boolean primary key default true check (single),
  language    text        not null default 'fr',
  steps       jsonb       not null default '[]' check (jsonb_typeof(steps) = 'array'),
  reminders   jsonb       not null default '{}' check (jsonb_typeof(reminders) = 'object'),
  version     integer     not null default 0,
  changed_at  timestamptz,
  changed_by  uuid references staff,
  reminded_at timestamptz
);
insert into notice_settings default values;

-- The reports of urgency 0 that wait too long, and how far up the ladder each is.
create table alarms (
  report_id uuid primary key references reports,
  step      integer     not null check (step >= 0),
  next_at   timestamptz not null
);
create index alarms_next on alarms (next_at);

-- What is told to whom: counts and minutes, nothing of a report. Who sends one claims
-- it for a while, so that it goes once, and is taken up again when its sender dies.
create table notices (
  id            uuid primary key,
  kind          text        not null check (kind in ('alarm', 'unopened', 'overdue', 'answers', 'callbacks', 'feedback', 'test')),
  slot          text        not null check (length(slot) <= 64),
  channel       text        not null check (channel in ('email', 'webhook')),
  address       text        not null check (length(address) <= 500),
  step          integer     not null,
  count         integer     not null,
  minutes       integer     not null,
  created_at    timestamptz not null,
  next_at       timestamptz not null,
  claimed_until timestamptz,
  attempts      integer     not null default 0,
  state         text        not null default 'waiting' check (state in ('waiting', 'sent', 'failed', 'dropped')),
  failure       text check (failure ~ '^[a-z]+([.][0-9]{3})?$'),
  finished_at   timestamptz,
  constraint notices_once unique (kind, slot, channel, address)
);
create index notices_waiting on notices (next_at) where state = 'waiting';
create index notices_recent on notices (created_at);

grant select, update (language, steps, reminders, version, changed_at, changed_by, reminded_at) on notice_settings to recueil_office;
grant select, insert, delete, update (step, next_at) on alarms to recueil_office;
grant select, delete, insert (id, kind, slot, channel, address, step, count, minutes, created_at, next_at),
  update (next_at, claimed_until, attempts, state, failure, finished_at, count, minutes) on notices to recueil_office;

---- create above / drop below ----

drop table notices, alarms, notice_settings;
alter table reports drop column opened_at;
