-- A small world for make access-diff: two organizations with an administrator, a manager, a report and a member each,
-- in the first one a member for each permission, and two people without an organization. Most tables have a row of each
-- of these people; rows of a new table belong here. Run as superuser: no policy, trigger or foreign key is checked.

set session_replication_role = replica;
create schema review;

create function review.id(kind text, number bigint) returns uuid language sql immutable
  as $$ select md5(kind || number)::uuid $$;

create table review.person as
select n, review.id('person', n) as id, organization, kind, permission
from (
  select 10 * o + k, o, (array['administrator', 'manager', 'report', 'member'])[k + 1], null::text
  from generate_series(0, 1) o, generate_series(0, 3) k
  union all
  select 19 + k, 0, 'permitted', permission
  from unnest(array['can_view_documents', 'can_manage_documents', 'can_manage_chats', 'can_manage_members', 'can_manage_roles',
    'can_manage_organization', 'can_view_audit']) with ordinality as p (permission, k)
  union all
  select 30, null, 'loner', null
  union all
  select 31, null, 'operator', null
) as p (n, organization, kind, permission);
create view review.owner as select * from review.person where kind <> 'permitted';

insert into public."Organization" ("id", "name")
select review.id('organization', n), 'Organization ' || n from generate_series(0, 1) n;
insert into public."Role" ("id", "name", "organizationId", "permissions")
select review.id('role', n), permission, review.id('organization', organization), jsonb_build_object(permission, true)
from review.person where permission is not null
union all
select review.id('other role', n), 'Other', review.id('organization', n), '{}' from generate_series(0, 1) n;
insert into public."User" ("id", "email", "organizationId", "roleId", "managerId", "joinedAt", "emailVerified")
select id, kind || n || '@example.com', review.id('organization', organization),
  case kind when 'loner' then null when 'permitted' then review.id('role', n)
    else ('00000000-0000-4000-8000-00000000000' || case kind when 'administrator' then 2 when 'operator' then 3 else 1 end)::uuid end,
  case kind when 'report' then review.id('person', n - 1) end,
  case when organization is not null then timestamp '2026-01-01' end, timestamp '2026-01-01'
from review.person;

-- One of the organization, one personal, one public.
insert into public."Chat" ("id", "title", "userId", "organizationId", "visibility")
select review.id('chat', 10 * n + c), 'Chat', id, case c when 0 then review.id('organization', organization) end,
  case c when 2 then 'public' else 'private' end
from review.owner, generate_series(0, 2) c where c > 0 or organization is not null;
insert into public."Message" ("id", "chatId", "role", "parts", "userId")
select review.id('message of ' || "id", 0), "id", 'user', '[]', "userId" from public."Chat" where "title" = 'Chat';
insert into public."Vote" ("id", "message_id", "chatId", "user_id", "value")
select review.id('vote on ' || m."id", 0), m."id", m."chatId", m."userId", 'up' from public."Message" m where m."userId" is not null;
insert into public."Stream" ("id", "chatId", "userId")
select review.id('stream of ' || "id", 0), "id", "userId" from public."Chat" where "title" = 'Chat';
insert into public."StreamChunk" ("streamId", "index", "data")
select s."id", 0, 'a piece' from public."Stream" s where s."userId" in (select id from review.owner);
insert into public."Document" ("id", "title", "userId", "organizationId", "createdAt")
select review.id('document', 10 * n + d), 'Document', id, case d when 0 then review.id('organization', organization) end,
  timestamp '2026-03-01'
from review.owner, generate_series(0, 1) d where d > 0 or organization is not null;
insert into public."Suggestion" ("id", "documentId", "documentCreatedAt", "originalText", "suggestedText", "userId")
select review.id('suggestion on ' || d."id", 0), d."id", d."createdAt", 'A', 'B', d."userId"
from public."Document" d where d."title" = 'Document';
insert into public."Invitation" ("id", "organizationId", "email", "roleId", "invitedBy", "tokenDigest")
select review.id('invitation', n), review.id('organization', organization), n || '@example.org',
  review.id('other role', organization), id, sha256(convert_to('invitation' || n, 'UTF8'))
from review.owner where organization is not null;
insert into public.accounts ("userId", "type", "provider", "providerAccountId")
select id, 'oauth', 'github', n::text from review.owner;
insert into public.sessions ("userId", "expires", "sessionToken")
select id, timestamp '2100-01-01', 'review' || n from review.owner;
insert into public."verificationToken" ("identifier", "token", "expires", "userId", "purpose")
select 'verify' || n || '@example.com', encode(sha256(convert_to('token' || n, 'UTF8')), 'hex'), timestamp '2100-01-01', id, 'verify_email'
from review.owner;
insert into public."CreditEntry" ("userId", "amount", "balance", "reason")
select id, 1, 1, 'grant' from review.owner;
insert into public."AuditEvent" ("actorId", "subjectId", "organizationId", "action", "target")
select id, id, review.id('organization', organization), 'member_changed', 'User' from review.owner;
insert into public."IdempotencyKey" ("userId", "key", "requestDigest", "body")
select id, 'key', sha256('x'), '{}' from review.owner;
insert into public."Quota" ("userId", "kind", "period", "used")
select id, 'messages', timestamp '2026-01-01', 1 from review.owner;
insert into public."Event" ("kind", "rowId", "chatId")
select 'message.created', m."id", m."chatId" from public."Message" m where m."userId" is not null;
