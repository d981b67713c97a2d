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
            who                      read    update  update_all insert  delete  delete_all
            owner                    yes     denied  denied     denied  denied  denied
            member                   yes     denied  denied     denied  denied  denied
            manager                  yes     denied  denied     denied  denied  denied
            director                 yes     denied  denied     denied  denied  denied
            admin                    yes     denied  denied     denied  denied  denied
            can_view_documents       yes     denied  denied     denied  denied  denied
            can_manage_documents     yes     denied  denied     denied  denied  denied
            can_manage_chats         yes     denied  denied     denied  denied  denied
            can_manage_members       yes     denied  denied     denied  denied  denied
            can_manage_roles         yes     denied  denied     denied  denied  denied
            can_manage_organization  yes     denied  denied     denied  denied  denied
            can_view_audit           yes     denied  denied     denied  denied  denied
            left                     hidden  denied  denied     denied  denied  denied
            outsider                 hidden  denied  denied     denied  denied  denied
            rival                    hidden  denied  denied     denied  denied  denied
            loner                    hidden  denied  denied     denied  denied  denied
            operator                 hidden  denied  denied     denied  denied  denied
            anonymous                denied  denied  denied     denied  denied  denied
            """));

    [Theory]
    [MemberData(nameof(Access))]
    public async Task May(string row, string who, string verb, string expected)
    {
        if (who == "left")
        {
            await Db.Leave("left");
        }

        await Matrix.Check(Db, row, who, verb, expected, Verbs[verb],
            """select u::text from public."User" u order by "id" """);
    }

    [Fact]
    public async Task Members_see_all_of_their_colleagues_and_nobody_else()
    {
        await Db.Leave("left");
        foreach (var (who, organization) in People.All.Append(("left", null)))
        {
            var seen = People.All
                .Where(p => organization is not null && p.Organization == organization && p.Who != "left")
                .Select(p => $"{p.Who}@test");
            if (who == "left" && organization is not null)
            {
                continue;
            }

            await Db.As(who);
            Assert.Equal(seen.Order(StringComparer.Ordinal),
                await Db.List("""select "email" from public."Colleague" order by "email" collate "C" """));
        }
    }

    [Fact]
    public async Task Colleagues_never_see_a_balance_or_a_password()
    {
        Assert.Equal("regular_user select *", await Grants.On(Db, "Colleague"));
        Assert.Equal(["id", "email", "organizationId", "roleId", "managerId", "tag"], await Db.List(
            """select attname from pg_attribute where attrelid = to_regclass('public."Colleague"') and attnum > 0 order by attnum"""));
    }
}
