using RlsChat.Tests.Rls.Fixtures;

namespace RlsChat.Tests.Rls;

/// <summary>"Leaving ends access" of access-rules.md, over every table with an organization.</summary>
public sealed class LeavingTests(DatabaseFixture fixture) : TransactionTest(fixture)
{
    // What somebody could do in Acme, table by table. "left" administers there, made a row of each, and is above "owner".
    private static readonly Dictionary<string, string[]> Deeds = new()
    {
        ["AuditEvent"] = ["""select "id" from public."AuditEvent" where "organizationId" = [Acme] and [left] not in (coalesce("actorId", [Acme]), coalesce("subjectId", [Acme]))"""],
        ["Chat"] =
        [
            """select "id" from public."Chat" where "organizationId" = [Acme]""",
            """update public."Chat" set "title" = 'x' where "organizationId" = [Acme]""",
            """delete from public."Chat" where "organizationId" = [Acme]""",
        ],
        ["Colleague"] = ["""select "id" from public."Colleague" """],
        ["Document"] =
        [
            """select "id" from public."Document" where "organizationId" = [Acme]""",
            """delete from public."Document" where "organizationId" = [Acme]""",
        ],
        ["Invitation"] =
        [
            """select "id" from public."Invitation" where "organizationId" = [Acme]""",
            """delete from public."Invitation" where "organizationId" = [Acme]""",
        ],
        ["Organization"] =
        [
            """select "id" from public."Organization" """,
            """update public."Organization" set "name" = 'x'""",
        ],
        ["Role"] =
        [
            """select "id" from public."Role" """,
            """update public."Role" set "name" = "name" || '!' where "organizationId" = [Acme]""",
            """delete from public."Role" where "id" = [spare]""",
        ],
        ["User"] = ["""select "id" from public."User" where "organizationId" = [Acme]"""],
        ["Message"] = ["""select "id" from public."Message" """, """update public."Message" set "parts" = '[1]'""", """delete from public."Message" """],
        ["Vote"] = ["""select "id" from public."Vote" """, """update public."Vote" set "value" = 'down'""", """delete from public."Vote" """],
        ["Stream"] = ["""select "id" from public."Stream" """, """delete from public."Stream" """],
        ["Suggestion"] = ["""select "id" from public."Suggestion" """, """update public."Suggestion" set "suggestedText" = 'x'""", """delete from public."Suggestion" """],
    };

    public static IEnumerable<object[]> Everything =>
        Deeds.SelectMany(d => Enumerable.Range(0, d.Value.Length).Select(i => new object[] { d.Key, i }));

    [Theory]
    [MemberData(nameof(Everything))]
    public async Task Leaving_ends_access_with_the_next_statement(string table, int deed)
    {
        Cells.Count();
        var sql = Deeds[table][deed];
        await Db.As("left");
        Assert.Equal(Outcome.Yes, await Try(sql));
        await Db.Leave("left");
        await Db.As("left");
        Assert.Equal(Outcome.Hidden, await Try(sql));

        // Also as a member, and administrator, of another organization.
        await Db.AsRole("rlschat_test_functions");
        await Db.Do("""update public."User" set "organizationId" = [Globex], "roleId" = [admin role], "joinedAt" = now() where "id" = [left]""");
        await Db.As("left");
        Assert.Equal(table is "Colleague" or "Organization" || (table == "Role" && deed == 0) ? Outcome.Yes : Outcome.Hidden, await Try(sql));
        if (table == "Colleague")
        {
            Assert.Equal(["left@test", "outsider@test", "rival@test"], await Db.List("""select "email" from public."Colleague" order by 1"""));
        }
    }

    [Fact]
    public async Task Every_table_with_an_organization_is_tried() => Assert.Equal(
        await Db.List(
            """
            select c.relname from pg_attribute a join pg_class c on c.oid = a.attrelid
            where a.attname = 'organizationId' and c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'v')
              and c.relname <> 'Event' -- which nobody reads, whether they left or not
            union select 'Organization' order by 1
            """),
        Deeds.Keys.Take(8).Order(StringComparer.Ordinal));

    [Fact]
    public async Task A_public_chat_stays_public()
    {
        await Db.As("left").Do("""update public."Chat" set "visibility" = 'public'""");
        await Db.Leave("left");
        Assert.Equal(["c"], await Db.As("left").List("""select "title" from public."Chat" """));
        Assert.Equal(Outcome.Hidden, await Try("""delete from public."Chat" """));
    }

    protected override async Task Prepare()
    {
        await Db.As("admin").Do("select public.set_member_role([left], [admin role])");
        await Db.Do("select public.set_member_manager([owner], [left])");
        await Db.Make("spare", """insert into public."Role" ("name", "organizationId") values ('spare', [Acme])""");
        await Db.As("owner").Do("""insert into public."Document" ("title", "organizationId") values ('below', [Acme])""");
        await Db.As("left").Make("chat", """insert into public."Chat" ("title", "organizationId") values ('c', [Acme])""");
        await Db.Make("message", """insert into public."Message" ("chatId", "role", "parts") values ([chat], 'user', '[]')""");
        await Db.Do("""insert into public."Vote" ("message_id", "value") values ([message], 'up')""");
        await Db.Do("""insert into public."Stream" ("chatId") values ([chat])""");
        await Db.Do("""insert into public."Document" ("title", "organizationId") values ('d', [Acme])""");
        await Db.Do("""insert into public."Suggestion" ("documentId", "documentCreatedAt", "originalText", "suggestedText") select "id", "createdAt", 'a', 'b' from public."Document" """);
        await Db.Do("select public.invite_member('x@test', [member role], sha256('x'))");
    }

    private async Task<Outcome> Try(string sql) => sql.StartsWith("select", StringComparison.Ordinal)
        ? (await Db.List(sql)).Count > 0 ? Outcome.Yes : Outcome.Hidden
        : await Db.Try(sql);
}
