using RlsChat.Tests.Rls.Fixtures;

namespace RlsChat.Tests.Rls;

/// <summary>"accounts" of access-rules.md: the OAuth accounts that sign a person in.</summary>
public sealed class AccountsTests(DatabaseFixture fixture) : TransactionTest(fixture)
{
    // The row signs "owner" in, who also has a password.
    private static readonly Dictionary<string, string> Verbs = new()
    {
        ["read"] = """select "provider", "providerAccountId", "scope", "type" from public.accounts where "providerAccountId" = 'octo'""",
        ["refresh"] = """select "refresh_token" from public.accounts where "providerAccountId" = 'octo'""",
        ["access"] = """select "access_token" from public.accounts where "providerAccountId" = 'octo'""",
        ["id_token"] = """select "id_token" from public.accounts where "providerAccountId" = 'octo'""",
        ["delete"] = """delete from public.accounts where "providerAccountId" = 'octo'""",
        ["delete_all"] = "delete from public.accounts",
        ["update"] = """update public.accounts set "scope" = 'all' where "providerAccountId" = 'octo'""",
        ["seize"] = """update public.accounts set "userId" = auth.uid() """,
        ["insert"] = """insert into public.accounts ("userId", "type", "provider", "providerAccountId") values (auth.uid(), 'oauth', 'github', 'mine')""",
        ["upsert"] = """insert into public.accounts ("userId", "type", "provider", "providerAccountId") values (auth.uid(), 'oauth', 'github', 'octo') on conflict ("provider", "providerAccountId") do update set "userId" = excluded."userId" """,
        ["merge"] = """merge into public.accounts a using (values (1)) v on a."providerAccountId" = 'octo' when matched then update set "userId" = auth.uid()""",
        ["truncate"] = "truncate public.accounts",
    };

    public static readonly TheoryData<string, string, string, string> Access = Matrix.Of(
        ("owner's", """
            who        read    refresh access id_token delete  delete_all update seize  insert upsert merge  truncate
            owner      yes     denied  denied denied   yes     yes        denied denied denied denied denied denied
            others     hidden  denied  denied denied   hidden  hidden     denied denied denied denied denied denied
            anonymous  denied  denied  denied denied   denied  denied     denied denied denied denied denied denied
            """));

    [Theory]
    [MemberData(nameof(Access))]
    public async Task May(string row, string who, string verbs, string expected)
    {
        await Link("[owner]", "octo");
        await Matrix.Check(Db, row, who, verbs, expected, Verbs,
            """select a::text from public.accounts a where "providerAccountId" in ('octo', 'mine')""");
    }

    [Fact]
    public async Task Token_columns_are_readable_by_no_role_that_a_request_can_take() => Assert.Equal(
        "regular_user select provider, providerAccountId, scope, type\nregular_user delete *",
        await Grants.On(Db, "accounts"));

    [Fact]
    public async Task The_last_way_in_stays()
    {
        await WithoutPassword();
        await Link("[loner]", "only");
        Assert.Equal("RC008", await Db.As("loner").Error("delete from public.accounts"));

        await Link("[loner]", "second");
        Assert.Equal(Outcome.Yes, await Db.As("loner").Try("""delete from public.accounts where "providerAccountId" = 'only'"""));
        Assert.Equal("RC008", await Db.Error("delete from public.accounts"));
    }

    [Fact]
    public async Task A_password_without_an_address_is_no_way_in()
    {
        await Link("[loner]", "only");
        Assert.Equal(Outcome.Yes, await Db.As("loner").Try("delete from public.accounts"));

        await Db.AsRole("rlschat_test_functions").Do("""update public."User" set "email" = '', "emailVerified" = null where "id" = [loner]""");
        Assert.Equal("RC008", await Db.As("loner").Error("delete from public.accounts"));
    }

    private async Task WithoutPassword()
    {
        await Db.AsRole("rlschat_test_functions").Do("""update public."User" set "password" = null where "id" = [loner]""");
    }

    private async Task Link(string whose, string account)
    {
        await Db.AsRole("rlschat_test_functions").Do(
            $"""
            insert into public.accounts ("userId", "type", "provider", "providerAccountId", "refresh_token")
            values ({whose}, 'oauth', 'github', '{account}', 'secret')
            """);
    }
}
