-- Functions that defaults, constraints and indexes of tables use.

-- Column defaults use these two. db/functions replaces their bodies.
create function auth.uid() returns uuid language sql stable as 'select null::uuid';
create function auth.organization_id() returns uuid language sql stable as 'select null::uuid';

-- The other three are not in db/functions, because rows and an index depend on their results:
-- change one in a new file, with a new constraint or index.

-- The valid values of "Role"."permissions": known keys, true or false.
create function app_private.are_permissions(permissions jsonb) returns boolean
  language sql immutable parallel safe as $$
  select jsonb_typeof(permissions) = 'object' and not exists (
    select from jsonb_each(permissions) p
    where jsonb_typeof(p.value) <> 'boolean' or p.key not in (
      'can_view_documents', 'can_manage_documents', 'can_manage_chats', 'can_manage_members',
      'can_manage_roles', 'can_manage_organization', 'can_view_audit',
      'can_view_monitoring', 'can_grant_credits', 'can_impersonate'))
$$;
comment on function app_private.are_permissions(jsonb) is
  'Whether an object contains only known permissions, each true or false.';
grant execute on function app_private.are_permissions(jsonb) to regular_user;

-- Full case folding, between two normalizations. It does not use the database's collation, whose
-- lower() may know ASCII only. ASCII has a fast path. upper() would turn "ı" into "i", so "ı" is
-- replaced by a private-use code point meanwhile. plpgsql keeps its plan, where sql would plan at
-- each insert, and is not inlined, so that the index and every query have the same expression.
create function auth.folded_address(address text)
  returns text
  language plpgsql
  immutable
  parallel safe
  set search_path = ''
as $$
begin
  return case
    when octet_length(address) = char_length(address)
      then lower(address collate "C") collate "default"
    else normalize(lower(upper(translate(
        lower(normalize(address, nfc) collate "und-x-icu"), u&'\0131', u&'\f131'))), nfc)
      collate "default"
  end;
end
$$;
comment on function auth.folded_address(text) is
  'The common form of all spellings of an e-mail address: NFC, case folded.';
grant execute on function auth.folded_address(text) to regular_user;

-- White space, controls, what Unicode calls default ignorable, and the blank Braille pattern: as in
-- src/Api/Text/Blank.cs, and a test compares the two.
create function app_private.is_blank(value text)
  returns boolean
  language sql
  immutable
  parallel safe
as $$
  select value !~ ('[^\u0001-\u0020\u007f-\u00a0\u00ad\u034f\u061c\u115f\u1160\u1680\u17b4\u17b5'
    '\u180b-\u180f\u2000-\u200f\u2028-\u202f\u205f-\u206f\u2800\u3000\u3164\ufe00-\ufe0f\ufeff'
    '\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]')
$$;
comment on function app_private.is_blank(text) is
  'Whether a text has no visible character: only white space, controls and invisible characters.';
grant execute on function app_private.is_blank(text) to regular_user;
