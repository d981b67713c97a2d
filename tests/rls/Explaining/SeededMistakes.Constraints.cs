namespace RlsChat.Tests.Rls.Explaining;

public sealed partial class SeededMistakeTests
{
    private const string OfConstraints = """
        a unique key
        select 1;
        ? owner insert Note {"text": "new", "slug": "taken"}
        = 23505 unique key Note_slug_key: UNIQUE (slug)

        a foreign key
        select 1;
        ? owner insert Note {"text": "new", "folderId": [nowhere]}
        = 23503 foreign key Note_folderId_fkey: FOREIGN KEY

        a deferred foreign key
        alter table public."Note" alter constraint "Note_folderId_fkey" deferrable initially deferred;
        ? owner update Note {"folderId": [nowhere]}
        = 23503 foreign key Note_folderId_fkey

        a check constraint
        select 1;
        ? owner update Note {"text": ""}
        = 23514 check Note_text_check: CHECK

        an exclusion constraint
        alter table public."Note" add constraint one_each exclude ("userId" with =);
        ? owner insert Note {"text": "new"}
        = 23P01 exclusion constraint one_each

        a column that must not be null
        select 1;
        ? owner update Note {"text": null}
        = 23502 not null "text"

        a column that must not be null and is not granted
        revoke insert on public."Note" from regular_user;
        grant insert ("slug") on public."Note" to regular_user;
        ? owner insert Note {"slug": "new"}
        = 23502 not null "text": regular_user has no grant insert ("text")

        a value that is too long
        select 1;
        ? owner update Note {"text": "tell nobody tell nobody tell nobody tell nobody"}
        = 22001 error: error 22001

        a generated column
        select 1;
        ? owner update Note {"length": 7}
        = 428C9 error: 428C9

        a trigger raises before the row is written
        create function app_private.tg_note() returns trigger language plpgsql as
          $$begin raise exception 'not on Sundays' using errcode = 'RC099'; end$$;
        create trigger _200_sundays before update on public."Note" for each row execute function app_private.tg_note();
        ? owner update Note {"text": "new"}
        = RC099 trigger _200_sundays (app_private.tg_note): RC099, not on Sundays

        a trigger denies after the row is written, and quotes it
        create function app_private.tg_note() returns trigger language plpgsql as
          $$begin raise exception 'no: %', new."text" using errcode = '42501'; end$$;
        create trigger _400_audit after insert on public."Note" for each row execute function app_private.tg_note();
        ? owner insert Note {"text": "tell nobody"}
        = denied trigger _400_audit (app_private.tg_note): error 42501

        a trigger skips the row
        create function app_private.tg_note() returns trigger language plpgsql as 'begin return null; end';
        create trigger _200_skip before delete on public."Note" for each row execute function app_private.tg_note();
        ? owner delete Note
        = hidden a trigger or rule skips the row

        a trigger changes what the policy checks
        create function app_private.tg_note() returns trigger language plpgsql as
          'begin new."userId" := null; return new; end';
        grant execute on function app_private.tg_note to rlschat_explain;
        create trigger _200_forget before insert on public."Note" for each row execute function app_private.tg_note();
        ? owner insert Note {"text": "new"}
        = denied insert policy insert_owner: "userId" = auth.uid() is null: "userId" is null

        a default that the role may not evaluate
        create function app_private.new_slug() returns text language sql as $$select 'x'$$;
        revoke execute on function app_private.new_slug from public;
        alter table public."Note" alter "slug" set default app_private.new_slug();
        ? owner insert Note {"text": "new"}
        = denied 42501, permission denied for function new_slug

        a row that others refer to
        select 1;
        ? owner delete Folder
        = 23503 foreign key Note_folderId_fkey of "Note"
        """;
}
