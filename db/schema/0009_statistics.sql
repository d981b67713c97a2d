-- What people write leaves no trace in the planner's statistics: those look past policies, and
-- explain would show by its estimates whether a hidden row holds a word.

alter table public."Chat" alter column "title" set statistics 0;
alter table public."Message" alter column "parts" set statistics 0,
  alter column "attachments" set statistics 0;
alter table public."Document" alter column "title" set statistics 0,
  alter column "content" set statistics 0;
alter table public."Suggestion" alter column "originalText" set statistics 0,
  alter column "suggestedText" set statistics 0, alter column "description" set statistics 0;
alter table public."StreamChunk" alter column "data" set statistics 0;
alter table public."User" alter column "email" set statistics 0;
alter table public."Organization" alter column "name" set statistics 0;
alter table public."Role" alter column "name" set statistics 0;
alter table public."Invitation" alter column "email" set statistics 0;
alter table public."CreditEntry" alter column "reason" set statistics 0;
alter table public."AuditEvent" alter column "details" set statistics 0;
alter table public."IdempotencyKey" alter column "key" set statistics 0,
  alter column "body" set statistics 0;
