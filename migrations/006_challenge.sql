-- Captchas are rows, so that every instance shows and checks the same digits. The
-- id is derived from the visitor's cookie; nothing here says whose it is or what
-- was written. Reached through functions only, like drafts, with the caller's clock.
create table captchas (
  id         bytea primary key check (octet_length(id) = 16),
  digits     text        not null check (digits ~ '^[0-9]{6}$'),
  question   text        not null check (question ~ '^[a-z]+( [0-9]{1,2}){1,2}$'),
  solution   smallint    not null, -- of the question
  failures   smallint    not null default 0,
  expires_at timestamptz not null
);
create index captchas_expiry on captchas (expires_at);

-- Draws new digits and returns the failures so far: asking for others does not
-- wipe the slate, waiting until the row expires does.
create function captcha_draw(p_id bytea, p_digits text, p_question text, p_solution integer, p_expires timestamptz, p_now timestamptz)
  returns integer
  language sql security definer set search_path = pg_catalog, public, pg_temp
as $$
  insert into public.captchas as c (id, digits, question, solution, expires_at)
    values (p_id, p_digits, p_question, p_solution, p_expires)
    on conflict (id) do update set digits = excluded.digits, question = excluded.question, solution = excluded.solution,
      failures = case when c.expires_at > p_now then c.failures else 0 end, expires_at = excluded.expires_at
    returning failures::integer
$$;

-- What to draw, say and ask. The answers leave the database in a picture only.
create function captcha_show(p_id bytea, p_now timestamptz, out digits text, out question text, out failures integer, out expires_at timestamptz)
  returns setof record
  language sql stable security definer set search_path = pg_catalog, public, pg_temp
as $$
  select c.digits, c.question, c.failures::integer, c.expires_at from public.captchas c
    where c.id = p_id and c.expires_at > p_now and c.failures < 3
$$;

-- Takes an answer: 0 when it is right, and then the row is gone, so that nobody
-- answers twice; the number of failures when it is wrong; null when there is
-- nothing to answer any more.
create function captcha_answer(p_id bytea, p_digits text, p_solution integer, p_now timestamptz) returns integer
  language plpgsql security definer set search_path = pg_catalog, public, pg_temp
as $$
declare
  failed integer;
begin
  delete from public.captchas c
    where c.id = p_id and c.expires_at > p_now and c.failures < 3 and (c.digits = p_digits or c.solution = p_solution);
  if found then
    return 0;
  end if;
  update public.captchas c set failures = c.failures + 1
    where c.id = p_id and c.expires_at > p_now and c.failures < 3
    returning c.failures into failed;
  return failed;
end $$;

create function captchas_expire(p_now timestamptz, p_most integer) returns integer
  language sql security definer set search_path = pg_catalog, public, pg_temp
as $$
  with gone as (
    delete from public.captchas where id in (
      select id from public.captchas where expires_at <= p_now limit p_most for update skip locked)
    returning 1)
  select count(*)::integer from gone
$$;

revoke execute on function
  captcha_draw(bytea, text, text, integer, timestamptz, timestamptz),
  captcha_show(bytea, timestamptz),
  captcha_answer(bytea, text, integer, timestamptz),
  captchas_expire(timestamptz, integer) from public;
grant execute on function
  captcha_draw(bytea, text, text, integer, timestamptz, timestamptz),
  captcha_show(bytea, timestamptz),
  captcha_answer(bytea, text, integer, timestamptz),
  captchas_expire(timestamptz, integer) to recueil_intake;

---- create above / drop below ----

drop function captchas_expire(timestamptz, integer), captcha_answer(bytea, text, integer, timestamptz), captcha_show(bytea, timestamptz),
  captcha_draw(bytea, text, text, integer, timestamptz, timestamptz);
drop table captchas;
