namespace RlsChat.Tests.Rls.Explaining;

public sealed partial class SeededMistakeTests
{
    private const string OfPolicies = """
        nothing is wrong
        select 1;
        ? owner update Note {"text": "new"} reads id
        = yes policy update_owner and policy select_owner

        a row of somebody else
        select 1;
        ? member select Note
        = hidden select policy select_owner: "userId" = auth.uid() is false

        a column that is not granted to read
        revoke select on public."Note" from regular_user;
        grant select ("id", "userId") on public."Note" to regular_user;
        ? owner select Note reads id,text
        = denied missing grant select ("text") on public."Note" to regular_user

        a column of the WHERE that is not granted
        revoke select on public."Note" from regular_user;
        grant select ("text") on public."Note" to regular_user;
        ? owner update Note {"text": "new"}
        = denied missing grant select ("id") on public."Note"

        no column is granted to read, so none to delete by
        revoke select on public."Note" from regular_user;
        ? owner delete Note
        = denied missing grant select on public."Note"

        a column that is not granted to change
        revoke update on public."Note" from regular_user;
        grant update ("text") on public."Note" to regular_user;
        ? owner update Note {"text": "new", "isDone": true}
        = denied missing grant update ("isDone")

        a column that is not granted to add
        revoke insert on public."Note" from regular_user;
        grant insert ("text") on public."Note" to regular_user;
        ? owner insert Note {"text": "new", "slug": "new"}
        = denied missing grant insert ("slug")

        no grant to delete
        revoke delete on public."Note" from regular_user;
        ? owner delete Note
        = denied missing grant delete on public."Note"

        RETURNING reads a column that is not granted
        revoke select on public."Note" from regular_user;
        grant select ("id") on public."Note" to regular_user;
        ? owner insert Note {"text": "new"} reads id,text
        = denied missing grant select ("text")

        a column of a policy is null
        alter table public."Note" no force row level security;
        update public."Note" set "userId" = null;
        alter table public."Note" force row level security;
        ? owner select Note
        = hidden select policy select_owner: "userId" = auth.uid() is null: "userId" is null

        anonymous has no identity
        grant select on public."Note" to anonymous;
        create policy select_anonymous on public."Note" for select to anonymous using ("userId" = (select auth.uid()));
        ? anonymous select Note
        = hidden auth.uid() is null

        null instead of false in a NOT
        drop policy select_owner on public."Note";
        create policy select_undone on public."Note" for select to regular_user using (not ("isDone" and null));
        alter table public."Note" no force row level security;
        update public."Note" set "isDone" = true;
        alter table public."Note" force row level security;
        ? owner select Note
        = hidden select policy select_undone: not

        RETURNING needs a select policy
        drop policy insert_owner on public."Note";
        create policy insert_any on public."Note" for insert to regular_user with check (true);
        ? owner insert Note {"text": "tell nobody", "userId": [member]} reads id
        = denied select policy select_owner (needed by RETURNING): "userId" = auth.uid() is false

        the same without RETURNING
        drop policy insert_owner on public."Note";
        create policy insert_any on public."Note" for insert to regular_user with check (true);
        ? owner insert Note {"text": "new", "userId": [member]}
        = yes policy insert_any

        an update that hides the row from its author
        drop policy update_owner on public."Note";
        create policy update_any on public."Note" for update to regular_user using (true) with check (true);
        ? owner update Note {"userId": [member]}
        = denied select policy select_owner (needed by the WHERE): "userId" = auth.uid() is false

        no select policy, so an update finds nothing
        drop policy select_owner on public."Note";
        ? owner update Note {"text": "new"}
        = hidden no permissive select policy (needed by the WHERE)

        no policy at all
        drop policy delete_owner on public."Note";
        ? owner delete Note
        = hidden no permissive delete policy: none is for regular_user

        the policy is for another role
        drop policy select_owner on public."Note";
        create policy select_owner on public."Note" for select to monitor using ("userId" = (select auth.uid()));
        ? owner select Note
        = hidden no permissive select policy: none is for regular_user; select_backup is for rlschat_backup; select_owner is for monitor

        a policy that reads its own table
        create policy select_twin on public."Note" for select to regular_user
          using (exists (select from public."Note" n where n."slug" = "Note"."text"));
        ? owner select Note
        = 42P17 policy select_twin

        two policies that read each other's tables
        create policy select_by_folder on public."Note" for select to regular_user
          using ((select true from public."Folder" f where f."id" = "Note"."folderId"));
        create policy select_by_note on public."Folder" for select to regular_user
          using ((select true from public."Note" n where n."folderId" = "Folder"."id"));
        ? owner select Note
        = 42P17 policy select_by_folder

        a restrictive policy hides
        create policy hide_old on public."Note" as restrictive for select to regular_user using ("text" <> 'old');
        ? owner select Note
        = hidden restrictive select policy hide_old

        a restrictive policy refuses a new row
        create policy insert_short on public."Note" as restrictive for insert to regular_user with check (length("text") < 5);
        ? owner insert Note {"text": "tell nobody"}
        = denied restrictive insert policy insert_short: length((text)::text) < 5 is false

        a restrictive policy without a permissive one
        drop policy select_owner on public."Note";
        create policy select_all on public."Note" as restrictive for select to regular_user using (true);
        ? owner select Note
        = hidden no permissive select policy

        the parent does not exist
        drop policy select_owner on public."Note";
        create policy select_by_folder on public."Note" for select to regular_user
          using ((select true from public."Folder" f where f."id" = "Note"."folderId"));
        alter table public."Note" no force row level security, drop constraint "Note_folderId_fkey";
        update public."Note" set "folderId" = [nowhere];
        alter table public."Note" force row level security;
        ? owner select Note
        = hidden select policy select_by_folder: rows of public."Folder" where f.id = "Note"."folderId": absent: no such row

        the parent is hidden
        drop policy select_owner on public."Note";
        create policy select_by_folder on public."Note" for select to regular_user
          using ((select true from public."Folder" f where f."id" = "Note"."folderId"));
        ? member select Note
        = hidden rows of public."Folder" where f.id = "Note"."folderId": a row exists, hidden from this person

        the parent is visible, and the rest of the condition false
        drop policy select_owner on public."Note";
        create policy select_by_folder on public."Note" for select to regular_user
          using (exists (select from public."Folder" f where f."id" = "Note"."folderId" and f."userId" <> (select auth.uid())));
        ? owner select Note
        = hidden a row exists, none passes

        the parent is not among those that the policy selects
        drop policy select_owner on public."Note";
        create policy select_by_folder on public."Note" for select to regular_user
          using ("folderId" in (select f."id" from public."Folder" f where f."userId" = (select auth.uid())));
        ? member select Note
        = hidden a row exists, hidden from this person

        the parent's table is not granted
        revoke select on public."Folder" from regular_user;
        create policy select_by_folder on public."Note" for select to regular_user
          using ((select true from public."Folder" f where f."id" = "Note"."folderId"));
        ? owner select Note
        = denied policy select_by_folder

        a function of a policy is not granted
        create function app_private.is_odd(uuid) returns boolean language sql as 'select true';
        revoke execute on function app_private.is_odd from public;
        create policy select_odd on public."Note" for select to regular_user using (app_private.is_odd("id"));
        ? owner select Note
        = denied policy select_odd

        a cast in a policy fails
        drop policy select_owner on public."Note";
        create policy select_numbered on public."Note" for select to regular_user using ("text"::integer > 0);
        ? owner select Note
        = 22P02 policy select_numbered

        the branch of a CASE
        drop policy select_owner on public."Note";
        create policy select_cased on public."Note" for select to regular_user
          using (case when "isDone" then true else "slug" is null end);
        ? owner select Note
        = hidden select policy select_cased: else slug IS NULL is false

        several policies, none true
        create policy select_done on public."Note" for select to regular_user using ("isDone");
        ? member select Note
        = hidden none of the select policies select_done, select_owner is true

        a check that is stricter than using
        drop policy update_owner on public."Note";
        create policy update_owner on public."Note" for update to regular_user using (true) with check ("text" = 'old');
        ? owner update Note {"text": "tell nobody"}
        = denied update policy update_owner

        using stands for a check that is missing
        drop policy update_owner on public."Note";
        create policy update_owner on public."Note" for update to regular_user using (not "isDone");
        ? owner update Note {"isDone": true}
        = denied update policy update_owner: not

        a policy for all commands holds new rows too
        drop policy insert_owner on public."Note";
        create policy everything on public."Note" for all to regular_user using ("userId" = (select auth.uid()));
        ? owner insert Note {"text": "new", "userId": [member]}
        = denied insert policy everything: "userId" = auth.uid() is false

        a row in another's name
        select 1;
        ? member insert Note
        = denied insert policy insert_owner: "userId" = auth.uid() is false

        RLS is off
        alter table public."Note" disable row level security;
        ? member delete Note
        = yes RLS is not enabled on public."Note"

        a policy that admits everyone
        create policy oops on public."Note" for select to public using (true);
        ? member select Note
        = yes policy oops
        """;
}
