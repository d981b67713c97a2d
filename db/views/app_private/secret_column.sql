create or replace view app_private.secret_column (table_name, column_name) as
values ('public."User"', 'password'), ('public.accounts', 'refresh_token'),
  ('public.accounts', 'access_token'), ('public.accounts', 'id_token'),
  ('public.accounts', 'session_state'), ('public.sessions', 'sessionToken'),
  ('public.sessions', 'secretDigest'), ('public."verificationToken"', 'token'),
  ('public."Invitation"', 'tokenDigest');
comment on view app_private.secret_column is 'Columns that no role of a request may read.';
