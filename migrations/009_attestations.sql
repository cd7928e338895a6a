-- What a professional takes away as a proof of sending: the SHA-256 of the body as
-- it was first stored. It stays when the body is sealed again for another key. What
-- came before has none, and nobody holds an attestation of it.
alter table reports add column digest bytea check (octet_length(digest) = 32);
grant insert (digest) on reports to recueil_intake;

-- For the receipt. The intake may not read reports, and two taps seal two bodies:
-- only the table knows which of them was kept. Who holds the id, 74 random bits out
-- of the reporter's own draft, learns a hash and a time from it.
create function attestation_show(p_report_id uuid, out digest bytea, out received_at timestamptz)
  returns setof record
  language sql stable security definer set search_path = pg_catalog, public, pg_temp
as $$ select r.digest, r.received_at from public.reports r where r.id = p_report_id and r.digest is not null $$;

-- For whom an attestation is shown: when that report came, or null. Sixteen digits
-- at least, so that nobody finds one by trying.
create function attestation_check(p_reference text, p_digits text) returns timestamptz
  language sql stable security definer set search_path = pg_catalog, public, pg_temp
as $$
  select min(r.received_at) from public.reports r
    where r.reference = p_reference and p_digits ~ '^[0-9a-f]{16,64}$' and starts_with(encode(r.digest, 'hex'), p_digits)
$$;

revoke execute on function attestation_show(uuid), attestation_check(text, text) from public;
grant execute on function attestation_show(uuid), attestation_check(text, text) to recueil_intake;

---- create above / drop below ----

drop function attestation_check(text, text), attestation_show(uuid);
alter table reports drop column digest;
