-- What staff write to a reporter, sealed under a key that his receipt code yields and
-- that the body of the report carries for staff.
create table messages (
  id           uuid primary key,
  report_id    uuid        not null references reports,
  sequence     integer     not null check (sequence > 0),
  author       uuid        not null references staff,
  body         bytea       not null check (octet_length(body) between 40 and 262144),
  sent_at      timestamptz not null,
  delivered_at timestamptz, -- a browser that held the code fetched it
  read_at      timestamptz, -- and its reader lets us know
  arrival      xid8        not null default pg_current_xact_id(),
  constraint messages_order unique (report_id, sequence)
);
create index messages_arrival on messages (arrival);
alter table messages alter column body set storage external;

-- A word the reporter chose may be asked beside the code. Stored is a keyed hash of
-- it: only who has the code can try words.
alter table reports add column word_tag bytea check (octet_length(word_tag) = 32);
grant insert (word_tag) on reports to recueil_intake;

-- What the reporter added that nobody on the desk has opened yet. For the team, not
-- for each member: who opens it sees to it.
alter table additions add column seen_at timestamptz;
create index additions_unseen on additions (report_id) where seen_at is null;

-- The mailbox knows a report by the hash of its code, and shows where it stands and
-- the messages. The word is compared by the public side, which has the key of its tag.
create function mailbox_open(p_lookup bytea, out report_id uuid, out reference text, out status text, out received_at timestamptz,
                             out word_tag bytea, out messages integer)
  returns setof record
  language sql stable security definer set search_path = pg_catalog, public, pg_temp
as $$
  select r.id, r.reference, r.status, r.received_at, r.word_tag,
    (select count(*) from public.messages m where m.report_id = r.id)::integer
  from public.reports r where r.receipt_lookup = p_lookup order by r.received_at limit 1
$$;

-- Hands the messages over, and notes that they were.
create function mailbox_messages(p_lookup bytea, p_now timestamptz, out id uuid, out sequence integer, out body bytea, out sent_at timestamptz,
                                 out read_at timestamptz)
  returns setof record
  language plpgsql security definer set search_path = pg_catalog, public, pg_temp
as $$
begin
  update public.messages m set delivered_at = p_now from public.reports r
    where r.receipt_lookup = p_lookup and m.report_id = r.id and m.delivered_at is null;
  return query select m.id, m.sequence, m.body, m.sent_at, m.read_at from public.messages m join public.reports r on r.id = m.report_id
    where r.receipt_lookup = p_lookup order by m.report_id, m.sequence limit 500;
end $$;

-- The reporter lets staff know that he has read what was handed to him.
create function mailbox_read(p_lookup bytea, p_now timestamptz) returns void
  language sql security definer set search_path = pg_catalog, public, pg_temp
as $$
  update public.messages m set read_at = p_now from public.reports r
    where r.receipt_lookup = p_lookup and m.report_id = r.id and m.delivered_at is not null and m.read_at is null
$$;

revoke execute on function mailbox_open(bytea), mailbox_messages(bytea, timestamptz), mailbox_read(bytea, timestamptz) from public;
grant execute on function mailbox_open(bytea), mailbox_messages(bytea, timestamptz), mailbox_read(bytea, timestamptz) to recueil_intake;
grant select on messages to recueil_office;
grant insert (id, report_id, sequence, author, body, sent_at) on messages to recueil_office;
grant update (seen_at) on additions to recueil_office;

---- create above / drop below ----

drop function mailbox_read(bytea, timestamptz), mailbox_messages(bytea, timestamptz), mailbox_open(bytea);
alter table additions drop column seen_at;
alter table reports drop column word_tag;
drop table messages;
