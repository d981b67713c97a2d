using RlsChat.Database;
using RlsChat.Tests.Support;

namespace RlsChat.Tests.Rls.Installing;

/// <summary>What stood in a database before its text had rules (db/schema/0016) is kept, and can be read afterwards.</summary>
public sealed class TextMigrationTests : IAsyncLifetime
{
    private const string Ana = "00000000-0000-4000-8000-00000000000a", Ben = "00000000-0000-4000-8000-00000000000b";

    private TestDatabase database = null!;

    public async Task InitializeAsync()
    {
        database = await (await TestServer.Shared).CreateEmptyDatabase();
        await Migrate(script => script.Folder == "roles"
            || (script.Folder == "schema" && string.CompareOrdinal(script.Name, "db/schema/0016") < 0));
        await Owner.DoAsOwner(
            $$"""
            insert into public."User" ("id", "email") values ('{{Ana}}', u&'jose\0301@test'), ('{{Ben}}', 'BEN@test');
            insert into public."Organization" ("name") values (' ');
            insert into public."Role" ("name", "organizationId") select v.name, o."id" from public."Organization" o, (values (' '), ('  ')) v (name);
            insert into public."Chat" ("id", "title", "userId") values ('{{Ana}}', u&'\200b', '{{Ana}}');
            insert into public."Document" ("title", "userId") values (' ', '{{Ana}}');
            insert into public."CreditEntry" ("userId", "amount", "balance", "reason") values ('{{Ana}}', 1, 1, ' ');
            insert into public."Message" ("chatId", "role", "parts", "attachments") values
              ('{{Ana}}', 'user', '["a\u0000\"b"]', '[1e200000]'), ('{{Ana}}', 'tool', '[ 1.0 ]', '["\ud83d\ude00"]');
            insert into public."IdempotencyKey" ("userId", "key", "requestDigest", "body") values
              ('{{Ana}}', 'kept', sha256('r'), '{"id": 1}'), ('{{Ana}}', 'unreadable', sha256('r'), '"\ud83d"');
            """,
            // As policies have it, which bind the owner too.
            """
            alter table public."User" enable row level security, force row level security;
            alter table public."Message" enable row level security, force row level security;
            """);
    }

    public async Task DisposeAsync() => await database.DisposeAsync();

    [Fact]
    public async Task What_was_there_is_kept_in_a_form_that_can_be_read()
    {
        await Migrate(_ => true);
        foreach (var (expected, question) in new[]
        {
            ("josé@test, BEN@test", """select string_agg("email", ', ' order by "id") from public."User" where "email" <> ''"""),
            ("Unnamed", """select "name" from public."Organization" """),
            ("2", """select count(distinct "name")::text from public."Role" where "name" like 'Unnamed %' and "organizationId" is not null"""),
            ("Untitled", $"""select "title" from public."Chat" where "id" = '{Ana}'"""),
            ("Untitled", $"""select "title" from public."Document" where "userId" = '{Ana}'"""),
            ("Unknown", """select "reason" from public."CreditEntry" """),
            ("""["a\u0000\"b"]""", """select "parts" -> 0 ->> 'text' from public."Message" where "role" = 'user' and "chatId" <> "id" """),
            ("[1e200000]", """select "attachments" -> 0 ->> 'text' from public."Message" where "role" = 'user' and "chatId" <> "id" """),
            ("""[ 1.0 ]["\ud83d\ude00"]""", """select "parts"::text || "attachments" from public."Message" where "role" = 'tool'"""),
            ("kept", """select string_agg("key", ', ') from public."IdempotencyKey" """),
        })
        {
            Assert.Equal(expected, await Owner.Ask<string>(question, "set role rlschat_backup"));
        }

        Assert.DoesNotContain(await Checks.Run(Owner, Script.Embedded), finding => !finding.IsNote && finding.Rule != "server");
    }

    [Fact]
    public async Task Which_of_two_accounts_has_an_address_a_person_decides()
    {
        await Owner.DoAsOwner(
            """alter table public."User" no force row level security""",
            $"""update public."User" set "email" = 'JOSÉ@test' where "id" = '{Ben}'""");
        var refusal = await Assert.ThrowsAsync<SetupException>(() => Migrate(_ => true));
        Assert.Contains("differ by case or Unicode form", refusal.Message, StringComparison.Ordinal);
        Assert.Contains(Ana, refusal.Message, StringComparison.Ordinal);
        Assert.Contains(Ben, refusal.Message, StringComparison.Ordinal);
    }

    private string Owner => database.OwnerConnectionString;

    private Task<MigrationResult> Migrate(Func<Script, bool> which) => Migrator.Run(Owner, new MigrationOptions
    {
        Scripts = [.. Script.Embedded.Where(which)],
        ApiPassword = database.ApiPassword,
        AuthPassword = database.AuthPassword,
        LivePassword = database.LivePassword,
    });
}
