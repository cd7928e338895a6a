-- Referrals: what one team gives another of a report. The body is sealed to the
-- receiving unit; it holds no key of the case. A team's letters about a referral (why it
-- was refused, withdrawn or came back, what is shared) are sealed to the other one.
create table referrals (
  id          uuid primary key,
  report_id   uuid        not null references reports,
  from_team   text        not null,
  to_team     text        not null,
  epoch       integer     not null check (epoch > 0),
  masked      boolean     not null,
  body        bytea       not null check (is_age_file(body)),
  status      text        not null default 'proposed' check (status in ('proposed', 'accepted', 'refused', 'withdrawn', 'referred_back')),
  proposed_by uuid        not null references staff,
  proposed_at timestamptz not null,
  answered_by uuid references staff,
  answered_at timestamptz,
  check (from_team <> to_team),
  check ((status = 'proposed') = (answered_at is null))
);
-- A unit has a situation before it once.
create unique index referrals_once on referrals (report_id, to_team) where status in ('proposed', 'accepted');
create index referrals_unit on referrals (to_team, status, proposed_at);
create index referrals_report on referrals (report_id);

create table referral_letters (
  id          uuid primary key,
  referral_id uuid        not null references referrals,
  team_id     text        not null, -- who reads it
  epoch       integer     not null check (epoch > 0),
  kind        text        not null check (kind in ('refused', 'withdrawn', 'referred_back', 'shared')),
  author      uuid        not null references staff,
  body        bytea       not null check (is_age_file(body)),
  sent_at     timestamptz not null
);
create index referral_letters_referral on referral_letters (referral_id, sent_at);

grant select on referrals, referral_letters to recueil_office;
grant insert (id, report_id, from_team, to_team, epoch, masked, body, proposed_by, proposed_at) on referrals to recueil_office;
grant update (status, answered_by, answered_at) on referrals to recueil_office;
grant insert (id, referral_id, team_id, epoch, kind, author, body, sent_at) on referral_letters to recueil_office;

---- create above / drop below ----

drop table referral_letters, referrals;
