-- Who is asking. The setting auth.uid alone proves nothing: any SQL on the connection could write
-- it. So on the API's logins it counts only together with auth.session, the secret of a session
-- of that person which is live at this statement. A login that is a member of identity_setter
-- (psql, tests) is believed. Definer: it reads sessions, whose digests no other role may read.
--
-- On those logins it is null unless the isolation level is read committed: an old snapshot would
-- keep withdrawn rights. The session of an impersonation (auth.impersonate) counts at read uncommitted
-- only, which is the same to PostgreSQL, and at which no table can be written
-- (app_private.tg__impersonation). The level tells the two apart because it is what nothing can
-- change after a transaction's first query: not a function in the middle of a statement either.
--
-- Collation and time zone are those that PostgreSQL need not look up: every policy comes by here.
--
-- After the first transaction on a connection an unset setting is '', not null. Malformed settings
-- never raise: they are compared as text, or not cast.
create or replace function auth.uid()
  returns uuid
  language plpgsql
  stable
  parallel safe
  security definer
  set search_path = ''
  cost 50
as $$
declare
  -- Once, even where so few sessions exist that they are read one after the other.
  digest bytea;
  person uuid;
begin
  if session_user in ('rlschat_api', 'rlschat_auth') then
    digest := sha256(convert_to(current_setting('auth.session', true), 'UTF8'));
    select s."userId" into person
    from public.sessions s
    where s."secretDigest" = digest
      and s."userId"::text = lower(current_setting('auth.uid', true) collate "C")
      and s."revoked" is null
      and s."expires" > statement_timestamp() at time zone interval '0'
      and case when s."impersonatorId" is null
        then current_setting('transaction_isolation') = 'read committed'
        else current_setting('transaction_isolation') = 'read uncommitted'
          and app_private.permissions_of(s."impersonatorId") ? 'can_impersonate' end;
  elsif pg_has_role(session_user, 'identity_setter', 'member')
    and current_setting('auth.uid', true)
      ~* '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$'
  then
    person := current_setting('auth.uid', true)::uuid;
  end if;
  return person;
end
$$;
alter function auth.uid() owner to identity_definer;
grant execute on function auth.uid() to anonymous, regular_user, rlschat_api, rlschat_auth,
  chat_definer, credit_definer, membership_definer, record_definer, sign_in_definer;
comment on function auth.uid() is
  'The verified id of the caller, or null. Policies call it as (select auth.uid()).';
