using RlsChat.Tests.Rls.Fixtures;

namespace RlsChat.Tests.Rls;

/// <summary>"User" of access-rules.md, what a member sees of colleagues: the view "Colleague".</summary>
public sealed class ColleagueTests(DatabaseFixture fixture) : TransactionTest(fixture)
{
    private static readonly Dictionary<string, string> Verbs = new()
    {
        ["read"] = """select 1 from public."Colleague" where "id" = [owner]""",
        ["update"] = """update public."Colleague" set "roleId" = [admin role] where "id" = [owner]""",
        ["update_all"] = """update public."Colleague" set "managerId" = null""",
        ["insert"] = """insert into public."Colleague" ("email") values ('new@test')""",
        ["delete"] = """delete from public."Colleague" where "id" = [owner]""",
        ["delete_all"] = """delete from public."Colleague" """,
    };

    public static readonly TheoryData<string, string, string, string> Access = Matrix.Of(
        ("owner", """
            who         read    update  update_all insert  delete  delete_all
            colleagues  yes     denied  denied     denied  denied  denied
            strangers   hidden  denied  denied     denied  denied  denied
            anonymous   denied  denied  denied     denied  denied  denied
            """));

    [Theory]
    [MemberData(nameof(Access))]
    public async Task May(string row, string who, string verbs, string expected)
    {
        await Rows.Left(Db, row, who);

        await Matrix.Check(Db, row, who, verbs, expected, Verbs, """select u::text from public."User" u order by "id" """);
    }

    [Fact]
    public async Task Colleagues_never_see_a_balance_or_a_password()
    {
        Assert.Equal("regular_user select *", await Grants.On(Db, "Colleague"));
        Assert.Equal(["id", "email", "organizationId", "roleId", "managerId", "tag"], await Db.List(
            """select attname from pg_attribute where attrelid = to_regclass('public."Colleague"') and attnum > 0 order by attnum"""));
    }
}
