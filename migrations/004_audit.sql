-- The audit trail: appended through one function, each line bound to the one before.
create table audit_events (
  seq         bigint primary key,
  at          timestamptz not null,
  actor       uuid,
  action      text        not null,
  object_type text        not null,
  object_id   text        not null,
  digest      bytea,
  detail      text        not null,
  head        bytea       not null check (octet_length(head) = 32)
);

create table audit_head (
  single boolean primary key default true check (single),
  seq  bigint not null,
  head bytea  not null
);
insert into audit_head (seq, head) values (0, sha256('recueil.audit/1'::bytea));

-- Returns the number and head of the line written. Fields are joined with their
-- lengths, so that no two different lines hash alike.
create function audit_append(p_at timestamptz, p_actor uuid, p_action text, p_object_type text, p_object_id text,
                             p_digest bytea, p_detail text, out seq bigint, out head bytea)
  language plpgsql security definer set search_path = pg_catalog, public, pg_temp
as $$
declare
  previous public.audit_head%rowtype;
  field text;
  line bytea := '';
begin
  update public.audit_head h set seq = h.seq + 1 where h.single returning h.* into previous;
  seq := previous.seq;
  foreach field in array array[
    seq::text, to_char(p_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'), coalesce(p_actor::text, ''),
    p_action, p_object_type, p_object_id, coalesce(encode(p_digest, 'hex'), ''), p_detail]
  loop
    line := line || convert_to(octet_length(field) || ':' || field, 'UTF8');
  end loop;
  head := sha256(previous.head || line);
  insert into public.audit_events (seq, at, actor, action, object_type, object_id, digest, detail, head)
    values (seq, p_at, p_actor, p_action, p_object_type, p_object_id, p_digest, p_detail, head);
  update public.audit_head h set head = audit_append.head where h.single;
end $$;

---- create above / drop below ----

drop function audit_append(timestamptz, uuid, text, text, text, bytea, text);
drop table audit_head, audit_events;
