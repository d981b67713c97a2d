-- The roles that this system makes (db/roles), and which of them own definer functions by subject.
-- The one list of them in the database; a test compares it with the files.
create or replace view app_private.own_role (role, is_definer) as
select role, role like '%\_definer'
from unnest(array['admin', 'anonymous', 'builtin_definer', 'chat_definer', 'credit_definer',
  'identity_definer', 'identity_setter', 'live_definer', 'membership_definer', 'monitor',
  'record_definer', 'regular_user', 'rlschat_api', 'rlschat_auth', 'rlschat_backup',
  'rlschat_explain', 'rlschat_live', 'rlschat_owner', 'rlschat_purge', 'rlschat_stats',
  'sign_in_definer']) as role;
comment on view app_private.own_role is
  'The roles that this system makes, and which of them own definer functions by subject.';
