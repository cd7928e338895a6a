-- Staff and what their keys open. Identities and wraps are sealed; nothing here
-- lets anyone in without a passphrase and the shred key outside PostgreSQL.
create table teams (
  id         text primary key check (id ~ '^[a-z][a-z0-9-]{1,30}$'),
  name       text        not null,
  created_at timestamptz not null default now()
);

create table staff (
  id              uuid primary key,
  login           text        not null check (login = lower(login) and login <> ''),
  display_name    text        not null,
  role            text        not null check (role in (
                    'agent', 'coordinator', 'follow_up', 'statistician', 'account_administrator', 'auditor')),
  recipient       text        not null,
  sealed_identity bytea       not null check (is_age_file(sealed_identity)),
  disabled_at     timestamptz,
  created_at      timestamptz not null default now(),
  constraint staff_login_taken unique (login)
);

-- A member's recipient carries a MAC under a key derived from the team identity:
-- whoever writes this table cannot admit a key of his own.
create table memberships (
  team_id       text        not null references teams,
  staff_id      uuid        not null references staff,
  recipient_mac bytea       not null check (octet_length(recipient_mac) = 32),
  admitted_by   uuid references staff,
  admitted_at   timestamptz not null default now(),
  primary key (team_id, staff_id)
);

create table team_key_wraps (
  team_id    text        not null references teams,
  epoch      integer     not null check (epoch > 0),
  staff_id   uuid        not null references staff,
  wrap       bytea       not null,
  created_at timestamptz not null default now(),
  primary key (team_id, epoch, staff_id)
);

-- The same identity, for the recovery key that lies in a safe.
create table recovery_wraps (
  team_id    text        not null references teams,
  epoch      integer     not null check (epoch > 0),
  wrap       bytea       not null,
  created_at timestamptz not null default now(),
  primary key (team_id, epoch)
);

create table sessions (
  id              bytea primary key check (octet_length(id) = 32),
  staff_id        uuid        not null references staff,
  sealed_identity bytea       not null,
  created_at      timestamptz not null,
  last_seen_at    timestamptz not null,
  expires_at      timestamptz not null
);
create index sessions_staff on sessions (staff_id);
create index sessions_expiry on sessions (expires_at);

---- create above / drop below ----

drop table sessions, recovery_wraps, team_key_wraps, memberships, staff, teams;
