-- What is sent from the copy of a draft that its page carries was not read before. So
-- the receipt takes the place of that revision only: a draft that another tab changed
-- meanwhile, or that is gone, takes the report back with it, and it is sent again
-- from what is stored.
create function draft_bury(p_id bytea, p_content bytea, p_expected integer, p_expires timestamptz, p_now timestamptz) returns void
  language plpgsql security definer set search_path = pg_catalog, public, pg_temp
as $$
begin
  if public.draft_save(p_id, p_content, p_expected, p_expires, p_now) is null then
    raise exception 'the draft is of another revision' using errcode = 'unique_violation', constraint = 'drafts_revision';
  end if;
end $$;

revoke execute on function draft_bury(bytea, bytea, integer, timestamptz, timestamptz) from public;
grant execute on function draft_bury(bytea, bytea, integer, timestamptz, timestamptz) to recueil_intake;

---- create above / drop below ----

drop function draft_bury(bytea, bytea, integer, timestamptz, timestamptz);
