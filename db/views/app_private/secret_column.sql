-- A sub-select, because a view of bare VALUES has another definition after a restore.
create or replace view app_private.secret_column as
  select v.table_name, v.column_name
  from (values
    ('public."User"', 'password'), ('public.accounts', 'refresh_token'),
    ('public.accounts', 'access_token'), ('public.accounts', 'id_token'),
    ('public.accounts', 'session_state'), ('public.sessions', 'sessionToken'),
    ('public.sessions', 'secretDigest'), ('public."verificationToken"', 'token'),
    ('public."Invitation"', 'tokenDigest')) as v (table_name, column_name);
comment on view app_private.secret_column is 'Columns that no role of a request may read.';
