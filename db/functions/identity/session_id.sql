-- Definer: nobody reads the digests.
create or replace function auth.session_id()
  returns integer
  language plpgsql
  stable
  parallel safe
  security definer
  set search_path = ''
as $$
begin
  return (
    select coalesce(s."familyId", s."id") from public.sessions s
    where s."secretDigest" = (
        select sha256(convert_to(current_setting('auth.session', true), 'UTF8')))
      and s."userId" = (select auth.uid()));
end
$$;
alter function auth.session_id() owner to identity_definer;
grant execute on function auth.session_id() to regular_user, sign_in_definer;
comment on function auth.session_id() is
  'Which of the person''s sign-ins this request belongs to; null without one.';
