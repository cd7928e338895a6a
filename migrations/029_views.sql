-- Views of the queue that somebody gave a name. The query is one of an address: codes,
-- dates, ids and tokens. The name is sealed under the team's key: it may say more.
create table queue_views (
  id         uuid primary key,
  owner      uuid        not null references staff,
  team_id    text        not null references teams,
  epoch      integer     not null check (epoch > 0),
  name       bytea       not null check (octet_length(name) between 40 and 400),
  query      text        not null check (length(query) <= 1000 and query ~ '^[A-Za-z0-9=&_.%-]*$'),
  shared     boolean     not null,
  created_at timestamptz not null
);
create index queue_views_owner on queue_views (owner);
create index queue_views_team on queue_views (team_id) where shared;
grant select, delete, insert on queue_views to recueil_office;

---- create above / drop below ----

drop table queue_views;
