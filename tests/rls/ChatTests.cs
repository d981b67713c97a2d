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
    public static readonly TheoryData<string, string, string, string> Access = Matrix.Of("""
        who                 read   rename rename_all publish delete delete_all move
        personal:
          owner             yes    yes    yes        yes     yes    yes        denied
          others            hidden hidden hidden     hidden  hidden hidden     denied
          anonymous         hidden denied denied     denied  denied denied     denied
        personal public:
          owner             yes    yes    yes        yes     yes    yes        denied
          others            yes    hidden hidden     hidden  hidden hidden     denied
          anonymous         yes    denied denied     denied  denied denied     denied
        organization:
          owner             yes    yes    yes        yes     yes    yes        denied
          admin             yes    yes    yes        yes     yes    yes        denied
          can_manage_chats  yes    yes    yes        yes     yes    yes        denied
          colleagues        yes    hidden hidden     hidden  hidden hidden     denied
          strangers         hidden hidden hidden     hidden  hidden hidden     denied
          anonymous         hidden denied denied     denied  denied denied     denied
        organization public:
          owner             yes    yes    yes        yes     yes    yes        denied
          member            yes    hidden hidden     hidden  hidden hidden     denied
          can_manage_chats  yes    yes    yes        yes     yes    yes        denied
          strangers         yes    hidden hidden     hidden  hidden hidden     denied
          anonymous         yes    denied denied     denied  denied denied     denied
        of one who left:
          left              hidden hidden hidden     hidden  hidden hidden     denied
          member            yes    hidden hidden     hidden  hidden hidden     denied
          can_manage_chats  yes    yes    yes        yes     yes    yes        denied
        """);

    public static readonly TheoryData<string, string, string, string> Inserting = Matrix.Of(
        ("a new chat", """
            who         personal in_own_organization in_Acme public as_owner with_returning
            owner       yes      yes                 yes     yes    yes      yes
            colleagues  yes      yes                 yes     yes    denied   yes
            strangers   yes      yes                 denied  yes    denied   yes
            anonymous   denied   denied              denied  denied denied   denied
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
    public async Task May(string row, string who, string verbs, string expected)
    {
        await Rows.Chat(Db, row, row == "of one who left" ? "left" : People.Owner);
        await Rows.Left(Db, row, who);
        await Matrix.Check(Db, row, who, verbs, expected, Verbs, """select c::text from public."Chat" c where "id" = [chat]""");
    }

    [Theory]
    [MemberData(nameof(Inserting))]
    public async Task May_insert(string row, string who, string verbs, string expected)
    {
        await Rows.Left(Db, row, who);
        await Matrix.Check(Db, row, who, verbs, expected, Inserts, """select count(*) from public."Chat" """);
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

        await Db.AsRole("anonymous").Do($"select set_config('auth.uid', [{who}], true)");
        Assert.Equal(["organization public", "personal public"], await Db.List("""select "title" from public."Chat" order by 1"""));
    }
}
