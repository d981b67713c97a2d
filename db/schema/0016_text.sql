-- Text that can be compared and read: addresses fold, names are not blank, JSON is what SQL can read.
--
-- The functions stand here and not in db/functions, because an index and constraints hold what they
-- answered: a change of one comes with a new index or constraint.

-- The rows are read once more anyway, to find those that the constraints would refuse.
-- squawk-ignore-file constraint-missing-not-valid

-- Full case folding, between two normalizations. It depends on no collation of the database, whose
-- lower() may know ASCII only. ASCII takes the short way. upper() would make an "i" of "ı", which
-- therefore passes as a code point of private use. plpgsql keeps its plan, where sql would plan at
-- each insert, and is not inlined, so that the index and every query hold the same expression.
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
  'What all spellings of one e-mail address have in common: Unicode form C, case folded.';
grant execute on function auth.folded_address(text) to regular_user, auth_definer;

-- White space, controls, what Unicode calls default ignorable, and the blank Braille pattern: as in
-- src/Api/Http/Blank.cs, and a test compares the two.
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
  'Whether a text shows nothing: empty, or only white space, controls and invisible characters.';
grant execute on function app_private.is_blank(text) to regular_user, auth_definer;

-- Rows from before these rules are changed as little as possible: unreadable JSON becomes a text part
-- that holds it as it was written. Which of two accounts keeps an address, only a person can say.
create function app_private.readable_json(value text)
  returns text
  language plpgsql
as $$
begin
  perform value::jsonb;
  return value;
exception
  when data_exception or program_limit_exceeded then
    return json_build_array(json_build_object('type', 'text', 'text', value))::text;
end
$$;

do $$
declare
  changed constant text[] := '{User,Invitation,verificationToken,Chat,Document,Organization,Role,
    CreditEntry,Message,IdempotencyKey}';
  name text;
begin
  foreach name in array changed loop
    execute format('alter table public.%I no force row level security, disable trigger user', name);
  end loop;

  select string_agg(same.ids, '; ') into name from (
    select string_agg(u."id"::text, ' and ') as ids from public."User" u where u."email" <> ''
    group by auth.folded_address(u."email") having count(*) > 1) same;
  if name is not null then
    raise exception 'accounts whose addresses differ by case or Unicode form alone: %', name
      using hint = 'Give all but one of each another "email" (empty: none), and migrate again.';
  end if;
  update public."User" u set "email" = normalize(u."email", nfc)
  where u."email" is not nfc normalized;
  update public."Invitation" i set "email" = normalize(i."email", nfc)
  where i."email" is not nfc normalized;
  update public."verificationToken" t set "identifier" = normalize(t."identifier", nfc)
  where t."identifier" is not nfc normalized;

  update public."Chat" c set "title" = 'Untitled' where app_private.is_blank(c."title");
  update public."Document" d set "title" = 'Untitled' where app_private.is_blank(d."title");
  update public."Organization" o set "name" = 'Unnamed' where app_private.is_blank(o."name");
  update public."Role" r set "name" = 'Unnamed ' || r."id" where app_private.is_blank(r."name");
  update public."CreditEntry" e set "reason" = 'Unknown' where app_private.is_blank(e."reason");

  update public."Message" m
  set "parts" = app_private.readable_json(m."parts"::text)::json,
    "attachments" = app_private.readable_json(m."attachments"::text)::json
  where app_private.readable_json(m."parts"::text) <> m."parts"::text
    or app_private.readable_json(m."attachments"::text) <> m."attachments"::text;
  delete from public."IdempotencyKey" k where app_private.readable_json(k."body") <> k."body";

  foreach name in array changed loop
    execute format('alter table public.%I force row level security, enable trigger user', name);
  end loop;
end
$$;
drop function app_private.readable_json(text);

-- The tables are locked in this transaction anyway.
-- squawk-ignore require-concurrent-index-deletion
drop index public."User_email_key";
create unique index "User_email_key" on public."User" (auth.folded_address("email"))
  where "email" <> '';

alter table public."User"
  add constraint "User_email_check" check ("email" is nfc normalized);
alter table public."Invitation"
  drop constraint "Invitation_email_check",
  add constraint "Invitation_email_check" check ("email" <> '' and "email" is nfc normalized);
alter table public."Chat"
  drop constraint "Chat_title_check",
  add constraint "Chat_title_check"
    check (char_length("title") <= 255 and not app_private.is_blank("title"));
alter table public."Document"
  drop constraint "Document_title_check",
  add constraint "Document_title_check"
    check (char_length("title") <= 255 and not app_private.is_blank("title"));
alter table public."Organization"
  drop constraint "Organization_name_check",
  add constraint "Organization_name_check" check (not app_private.is_blank("name"));
alter table public."Role"
  drop constraint "Role_name_check",
  add constraint "Role_name_check" check (not app_private.is_blank("name"));
alter table public."CreditEntry"
  drop constraint "CreditEntry_reason_check",
  add constraint "CreditEntry_reason_check" check (not app_private.is_blank("reason"));

-- The type json takes \u0000, half a surrogate pair and 1e200000, at which ->> or a cast fails later,
-- in the statement of whoever reads the row. These casts fail at the insert (class 22), at a fourth
-- of the cost of a function that catches it. What is too long is refused before it is parsed.
alter table public."Message"
  drop constraint "Message_parts_check",
  add constraint "Message_parts_check" check (json_typeof("parts") = 'array'
    and octet_length("parts"::text) <= 1048576 and "parts"::jsonb is not null),
  drop constraint "Message_attachments_check",
  add constraint "Message_attachments_check" check (json_typeof("attachments") = 'array'
    and octet_length("attachments"::text) <= 1048576 and "attachments"::jsonb is not null);
alter table public."IdempotencyKey"
  add constraint "IdempotencyKey_body_check" check ("body" is null or "body"::jsonb is not null);

-- db/functions makes it again, to return the address.
drop function if exists auth.request_verification(text, text, bytea);
