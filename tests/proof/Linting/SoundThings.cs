namespace RlsChat.Tests.Proof.Linting;

internal static partial class Defects
{
    /// <summary>The other side of the rules: near to a defect, and in order. None of them is found.</summary>
    public const string Sound = """
        a policy that narrows              create policy select_quiet on public."Chat" as restrictive for select to regular_user using ("title" <> 'hush'); comment on policy select_quiet on public."Chat" is 'x'
        a policy that lets nothing in      create policy delete_nobody on public."Chat" for delete to regular_user using (false); comment on policy delete_nobody on public."Chat" is 'x'
        a number that is made wider        create policy select_few on public."Message" for select to regular_user using ("version" < 5::bigint and "userId" = (select auth.uid())); comment on policy select_few on public."Message" is 'x'
        a comparison of jsonb              create policy select_flag on public."Role" for select to regular_user using ("permissions" -> 'open' = 'true'::jsonb and "organizationId" = (select auth.organization_id())); comment on policy select_flag on public."Role" is 'x'
        a constant that is cast            create policy select_one on public."Chat" for select to regular_user using ("id" = '00000000-0000-4000-8000-000000000001'::uuid and (select auth.uid()) is not null); comment on policy select_one on public."Chat" is 'x'
        a view that asks as its reader     create view public."Titles" with (security_invoker) as select "title" from public."Chat"; grant select on public."Titles" to regular_user
        a view that is granted to nobody   create view monitor.counts as select count(*) from public."Chat"
        an extension where nobody looks    create extension citext schema extensions
        a foreign key that nobody sets     alter table public."Chat" add column "by" uuid references public."User"; create index on public."Chat" ("by")
        a definer in order                 create function auth.mine() returns uuid language sql stable security definer set search_path = '' as 'select auth.uid()'; comment on function auth.mine() is 'x'; alter function auth.mine() owner to identity_definer
        a pure function                    create function auth.twice(a int) returns int language sql immutable set search_path = '' as 'select a * 2'; comment on function auth.twice(int) is 'x'
        a publication of nothing           create publication feed
        a default for the definer          alter default privileges in schema app_private grant select on tables to identity_definer
        a way that a definer ends          create policy select_written on public."Chat" for select to regular_user using ((select auth.can_write_chat("Chat"."id"))); comment on policy select_written on public."Chat" is 'x'
        an index for some rows             create index on public."Message" ("userId") where "role" = 'user'
        a longer time-out                  update app_private.setting set value = '700' where name = 'messages_per_hour'
        """;
}
