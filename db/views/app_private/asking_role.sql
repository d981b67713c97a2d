-- Roles of requests, their logins, and public: the catalogue rules allow them only what is granted.
create or replace view app_private.asking_role (role) as
select unnest(array['anonymous', 'regular_user', 'monitor', 'rlschat_api', 'rlschat_auth',
  'rlschat_live', 'public']);
comment on view app_private.asking_role is
  'The roles of requests, their logins, and everybody: the catalogue rules speak of them.';
