using RlsChat.Tests.Rls.Fixtures;

namespace RlsChat.Tests.Rls;

/// <summary>"Chat" of access-rules.md.</summary>
public sealed class ChatTests(DatabaseFixture fixture) : TransactionTest(fixture)
{
    // Each verb with a WHERE and, where it writes, without one (…_all): held as tightly.
    private static readonly Dictionary<string, string> Verbs = new()
    {
        ["read"] = """select 1 from public."Chat" where "id" = [chat]""",
        ["rename"] = """update public."Chat" set "title" = 'new' where "id" = [chat]""",
        ["rename_all"] = """update public."Chat" set "title" = 'new'""",
        ["publish"] = """update public."Chat" set "visibility" = case "visibility" when 'public' then 'private' else 'public' end where "id" = [chat] returning "id" """,
        ["delete"] = """delete from public."Chat" where "id" = [chat]""",
        ["delete_all"] = """delete from public."Chat" """,
        ["move"] = """update public."Chat" set "organizationId" = null, "userId" = auth.uid() where "id" = [chat]""",
    };

    // who: whoever the contract names; "left" has left Acme and owns the chat in it ("left chat").
    public static readonly TheoryData<string, string, string, string> Access = Matrix.Of(
        ("personal", """
            who                      read    rename  rename_all publish delete  delete_all move
            owner                    yes     yes     yes        yes     yes     yes        denied
            member                   hidden  hidden  hidden     hidden  hidden  hidden     denied
            manager                  hidden  hidden  hidden     hidden  hidden  hidden     denied
            admin                    hidden  hidden  hidden     hidden  hidden  hidden     denied
            can_manage_chats         hidden  hidden  hidden     hidden  hidden  hidden     denied
            can_view_documents       hidden  hidden  hidden     hidden  hidden  hidden     denied
            outsider                 hidden  hidden  hidden     hidden  hidden  hidden     denied
            operator                 hidden  hidden  hidden     hidden  hidden  hidden     denied
            anonymous                hidden  denied  denied     denied  denied  denied     denied
            """),
        ("personal public", """
            who                      read    rename  rename_all publish delete  delete_all move
            owner                    yes     yes     yes        yes     yes     yes        denied
            member                   yes     hidden  hidden     hidden  hidden  hidden     denied
            admin                    yes     hidden  hidden     hidden  hidden  hidden     denied
            can_manage_chats         yes     hidden  hidden     hidden  hidden  hidden     denied
            outsider                 yes     hidden  hidden     hidden  hidden  hidden     denied
            loner                    yes     hidden  hidden     hidden  hidden  hidden     denied
            anonymous                yes     denied  denied     denied  denied  denied     denied
            """),
        ("organization", """
            who                      read    rename  rename_all publish delete  delete_all move
            owner                    yes     yes     yes        yes     yes     yes        denied
            member                   yes     hidden  hidden     hidden  hidden  hidden     denied
            manager                  yes     hidden  hidden     hidden  hidden  hidden     denied
            director                 yes     hidden  hidden     hidden  hidden  hidden     denied
            admin                    yes     yes     yes        yes     yes     yes        denied
            can_manage_chats         yes     yes     yes        yes     yes     yes        denied
            can_view_documents       yes     hidden  hidden     hidden  hidden  hidden     denied
            can_manage_documents     yes     hidden  hidden     hidden  hidden  hidden     denied
            can_manage_members       yes     hidden  hidden     hidden  hidden  hidden     denied
            can_manage_roles         yes     hidden  hidden     hidden  hidden  hidden     denied
            can_manage_organization  yes     hidden  hidden     hidden  hidden  hidden     denied
            can_view_audit           yes     hidden  hidden     hidden  hidden  hidden     denied
            left                     hidden  hidden  hidden     hidden  hidden  hidden     denied
            outsider                 hidden  hidden  hidden     hidden  hidden  hidden     denied
            rival                    hidden  hidden  hidden     hidden  hidden  hidden     denied
            loner                    hidden  hidden  hidden     hidden  hidden  hidden     denied
            operator                 hidden  hidden  hidden     hidden  hidden  hidden     denied
            anonymous                hidden  denied  denied     denied  denied  denied     denied
            """),
        ("organization public", """
            who                      read    rename  rename_all publish delete  delete_all move
            owner                    yes     yes     yes        yes     yes     yes        denied
            member                   yes     hidden  hidden     hidden  hidden  hidden     denied
            can_manage_chats         yes     yes     yes        yes     yes     yes        denied
            left                     yes     hidden  hidden     hidden  hidden  hidden     denied
            rival                    yes     hidden  hidden     hidden  hidden  hidden     denied
            outsider                 yes     hidden  hidden     hidden  hidden  hidden     denied
            anonymous                yes     denied  denied     denied  denied  denied     denied
            """),
        ("of one who left", """
            who                      read    rename  rename_all publish delete  delete_all move
            left                     hidden  hidden  hidden     hidden  hidden  hidden     denied
            member                   yes     hidden  hidden     hidden  hidden  hidden     denied
            can_manage_chats         yes     yes     yes        yes     yes     yes        denied
            """));

    public static readonly TheoryData<string, string, string, string> Inserting = Matrix.Of(
        ("a new chat", """
            who                      personal in_own_organization in_Acme public as_owner with_returning
            owner                    yes      yes                 yes     yes    yes      yes
            member                   yes      yes                 yes     yes    denied   yes
            admin                    yes      yes                 yes     yes    denied   yes
            can_manage_chats         yes      yes                 yes     yes    denied   yes
            left                     yes      yes                 denied  yes    denied   yes
            outsider                 yes      yes                 denied  yes    denied   yes
            loner                    yes      yes                 denied  yes    denied   yes
            anonymous                denied   denied              denied  denied denied   denied
            """));

    private static readonly Dictionary<string, string> Inserts = new()
    {
        ["personal"] = """insert into public."Chat" ("title") values ('new')""",
        ["in_own_organization"] = """insert into public."Chat" ("title", "organizationId") values ('new', auth.organization_id())""",
        ["in_Acme"] = """insert into public."Chat" ("title", "organizationId") values ('new', [Acme])""",
        ["public"] = """insert into public."Chat" ("title", "visibility") values ('new', 'public')""",
        ["as_owner"] = """insert into public."Chat" ("title", "userId") values ('new', [owner])""",
        ["with_returning"] = """insert into public."Chat" ("title") values ('new') returning *""",
    };

    [Theory]
    [MemberData(nameof(Access))]
    public async Task May(string row, string who, string verb, string expected)
    {
        await Db.As(row == "of one who left" ? "left" : "owner");
        var organization = row.StartsWith("personal", StringComparison.Ordinal) ? "null" : "[Acme]";
        var visibility = row.EndsWith("public", StringComparison.Ordinal) ? "public" : "private";
        Db.Remember("chat", await Db.Ask<Guid>(
            $"""
            insert into public."Chat" ("title", "visibility", "organizationId")
            values ('old', '{visibility}', {organization}) returning "id"
            """));
        await Db.Leave("left");
        await Matrix.Check(Db, row, who, verb, expected, Verbs[verb],
            """select c::text from public."Chat" c where "id" = [chat]""");
    }

    [Theory]
    [MemberData(nameof(Inserting))]
    public async Task May_insert(string row, string who, string verb, string expected)
    {
        await Db.Leave("left");
        await Matrix.Check(Db, row, who, verb, expected, Inserts[verb], """select count(*) from public."Chat" """);
    }

    // Whatever identity a statement claims: what anonymous sees is decided by the role.
    [Theory]
    [InlineData("owner")]
    [InlineData("member")]
    [InlineData("admin")]
    public async Task In_the_role_anonymous_everybody_sees_what_is_public_and_nothing_else(string who)
    {
        foreach (var row in new[] { "personal", "personal public", "organization", "organization public" })
        {
            await Rows.Chat(Db, row, People.Owner);
        }

        await Db.AsRole("anonymous");
        await Db.Do($"select set_config('auth.uid', [{who}], true)");
        Assert.Equal(["organization public", "personal public"], await Db.List("""select "title" from public."Chat" order by 1"""));
    }

    // The column grants stop every move before a policy runs. Were one granted by mistake, the policies' checks stand.
    // Without a WHERE no row is read, so that no select policy stands in the way.
    [Theory]
    [InlineData("owner", "personal", """ "userId" = [member] """, Outcome.Denied)]
    [InlineData("owner", "personal", """ "organizationId" = [Globex] """, Outcome.Denied)]
    [InlineData("owner", "personal", """ "organizationId" = [Acme] """, Outcome.Yes)]
    [InlineData("owner", "organization", """ "userId" = [member] """, Outcome.Denied)]
    [InlineData("owner", "organization", """ "organizationId" = [Globex] """, Outcome.Denied)]
    [InlineData("owner", "organization", """ "organizationId" = null """, Outcome.Yes)]
    [InlineData("can_manage_chats", "organization", """ "organizationId" = null """, Outcome.Denied)]
    [InlineData("can_manage_chats", "organization", """ "organizationId" = [Globex] """, Outcome.Denied)]
    [InlineData("can_manage_chats", "organization", """ "userId" = [member] """, Outcome.Yes)]
    public async Task A_column_that_is_granted_by_mistake_moves_no_chat_out_of_reach(string who, string row, string move, Outcome expected)
    {
        await Rows.Chat(Db, row, People.Owner);
        await Db.AsRole("rlschat_owner");
        await Db.Do("""grant update ("userId", "organizationId") on public."Chat" to regular_user""");
        await Db.As(who);
        Assert.Equal(expected, await Db.Try($"""update public."Chat" set {move}"""));
    }
}
