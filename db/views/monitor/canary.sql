-- Its owner sees the canary's chat and no other: whether the canary is there is no secret, and a guard
-- that looks for it must know that there is something to see.
create or replace view monitor.canary with (security_barrier) as
  select exists (
    select from public."Chat" c where c."id" = '00000000-0000-4000-8000-00000000ca7a') as present;
alter view monitor.canary owner to builtin_definer;
grant select on monitor.canary to monitor;
comment on view monitor.canary is 'Whether the canary''s chat exists; no role of a request may see it.';
