-- A file that is whole and listed by nothing, because its intake died in between, must not
-- be sent along: what is not on the list goes before the list is sent.
create function attachments_remove_others(p_owner uuid, p_listed uuid[]) returns void
  language sql security definer set search_path = pg_catalog, public, pg_temp
as $$ delete from public.attachments a where a.owner = p_owner and not a.id = any(p_listed) and not public.attachment_sent(p_owner) $$;

revoke execute on function attachments_remove_others(uuid, uuid[]) from public;
grant execute on function attachments_remove_others(uuid, uuid[]) to recueil_intake;

---- create above / drop below ----

drop function attachments_remove_others(uuid, uuid[]);
