-- Files of a report that waits on an intake's disk are not over, whichever intake runs the
-- job: all of them tell how much waits.
create or replace function attachments_expire(p_now timestamptz, p_most integer) returns integer
  language plpgsql security definer set search_path = pg_catalog, public, pg_temp
as $$
declare
  due uuid[];
  gone integer;
begin
  if exists (select from public.servers s where s.kind = 'intake' and s.waiting > 0 and s.seen_at > now() - interval '10 minutes') then
    return 0;
  end if;
  select coalesce(array_agg(d.id), '{}') into due from (
    select a.id from public.attachments a where a.expires_at <= p_now order by a.expires_at limit p_most for update skip locked) d;
  update public.attachments a set expires_at = 'infinity' where a.id = any(due) and a.complete and public.attachment_sent(a.owner);
  delete from public.attachments a where a.id = any(due) and a.expires_at <= p_now;
  get diagnostics gone = row_count;
  return gone;
end $$;

---- create above / drop below ----

create or replace function attachments_expire(p_now timestamptz, p_most integer) returns integer
  language plpgsql security definer set search_path = pg_catalog, public, pg_temp
as $$
declare
  due uuid[];
  gone integer;
begin
  select coalesce(array_agg(d.id), '{}') into due from (
    select a.id from public.attachments a where a.expires_at <= p_now order by a.expires_at limit p_most for update skip locked) d;
  update public.attachments a set expires_at = 'infinity' where a.id = any(due) and a.complete and public.attachment_sent(a.owner);
  delete from public.attachments a where a.id = any(due) and a.expires_at <= p_now;
  get diagnostics gone = row_count;
  return gone;
end $$;
