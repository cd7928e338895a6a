-- What was added to a report that was referred, and what somebody of the platform
-- decided of it: passed on to the unit, sealed to its key, or kept, without a body. An
-- addition without a row waits for that.
create table referral_additions (
  id          uuid primary key,
  referral_id uuid        not null references referrals,
  addition_id uuid        not null references additions,
  team_id     text        not null, -- that it is for
  epoch       integer     check (epoch > 0),
  body        bytea       check (is_age_file(body)),
  author      uuid        not null references staff,
  decided_at  timestamptz not null,
  seen_at     timestamptz, -- by somebody of the unit
  check ((body is null) = (epoch is null))
);
-- What was kept may be passed on later, and what was passed on is passed on once.
create unique index referral_additions_once on referral_additions (referral_id, addition_id, (body is null));
create index referral_additions_unseen on referral_additions (team_id) where seen_at is null and body is not null;

grant select on referral_additions to recueil_office;
grant insert (id, referral_id, addition_id, team_id, epoch, body, author, decided_at), update (seen_at) on referral_additions to recueil_office;

---- create above / drop below ----

drop table referral_additions;
