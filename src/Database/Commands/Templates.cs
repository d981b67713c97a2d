namespace RlsChat.Database.Commands;

// The files that db-generate writes. They work unchanged and grant nothing that they do not list.
internal static class Templates
{
    public const string Schema = """
        -- What changes, and why. This file runs once, as rlschat_owner; after that it never changes.
        -- With "-- no transaction" as its first line it runs alone, for `create index concurrently`.

        """;

    public static string Table(string table) => $"""
        -- What a row of "{table}" is, and what was deliberately left out.

        create table public."{table}" (
          "id" uuid primary key default gen_random_uuid(),
          "userId" uuid not null default auth.uid() references public."User" on delete cascade,
          "createdAt" timestamp(3) not null default (now() at time zone 'utc')
        );
        comment on table public."{table}" is 'One sentence: what a row is.';
        create index "{table}_userId_idx" on public."{table}" ("userId", "createdAt" desc, "id" desc);

        """;

    public static string Policies(string table) => $"""
        -- Who may do what to public."{table}"
        --
        --   owner             sees it, makes it as themselves, deletes it
        --   everybody else    sees nothing
        --
        -- Not granted: updating; moving a row to another owner.

        call app_private.reset_policies('public."{table}"');

        grant select, delete on public."{table}" to regular_user;
        grant insert ("id", "userId", "createdAt") on public."{table}" to regular_user;

        create policy select_owner on public."{table}"
          for select to regular_user
          using ("userId" = (select auth.uid()));
        comment on policy select_owner on public."{table}" is 'Owners see their rows.';

        create policy insert_owner on public."{table}"
          for insert to regular_user
          with check ("userId" = (select auth.uid()));
        comment on policy insert_owner on public."{table}" is 'People create rows as themselves.';

        create policy delete_owner on public."{table}"
          for delete to regular_user
          using ("userId" = (select auth.uid()));
        comment on policy delete_owner on public."{table}" is 'Owners delete their rows.';

        """;
}
