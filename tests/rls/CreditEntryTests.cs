using RlsChat.Tests.Rls.Fixtures;

namespace RlsChat.Tests.Rls;

/// <summary>"CreditEntry" of access-rules.md: who reads the ledger. Granting and spending are in CreditTests.</summary>
public sealed class CreditEntryTests(DatabaseFixture fixture) : TransactionTest(fixture)
{
    private static readonly Dictionary<string, string> Verbs = new()
    {
        ["read"] = """select 1 from public."CreditEntry" where "id" = [entry]""",
        ["insert"] = """insert into public."CreditEntry" ("userId", "amount", "balance", "reason") values ([owner], 1, 1, 'mine')""",
        ["update"] = """update public."CreditEntry" set "amount" = 1000 where "id" = [entry]""",
        ["update_all"] = """update public."CreditEntry" set "amount" = 1000""",
        ["upsert"] = """insert into public."CreditEntry" ("id", "userId", "amount", "balance", "reason") overriding system value values ([entry], [owner], 1, 1, 'x') on conflict ("id") do update set "amount" = 1000""",
        ["merge"] = """merge into public."CreditEntry" c using (values (1)) v on c."id" = [entry] when matched then delete""",
        ["delete"] = """delete from public."CreditEntry" where "id" = [entry]""",
        ["delete_all"] = """delete from public."CreditEntry" """,
        ["truncate"] = """truncate public."CreditEntry" """,
    };

    // "operator" granted the credits, and is not who they are for.
    public static readonly TheoryData<string, string, string, string> Access = Matrix.Of(
        ("owner's", """
            who                 read    insert update update_all upsert merge  delete delete_all truncate
            owner               yes     denied denied denied     denied denied denied denied     denied
            member              hidden  denied denied denied     denied denied denied denied     denied
            manager             hidden  denied denied denied     denied denied denied denied     denied
            admin               hidden  denied denied denied     denied denied denied denied     denied
            can_manage_members  hidden  denied denied denied     denied denied denied denied     denied
            can_view_audit      hidden  denied denied denied     denied denied denied denied     denied
            rival               hidden  denied denied denied     denied denied denied denied     denied
            loner               hidden  denied denied denied     denied denied denied denied     denied
            operator            hidden  denied denied denied     denied denied denied denied     denied
            anonymous           denied  denied denied denied     denied denied denied denied     denied
            """));

    [Theory]
    [MemberData(nameof(Access))]
    public async Task May(string row, string who, string verb, string expected)
    {
        await Db.As("operator");
        await Db.Do("select public.grant_credits([owner], 5, 'welcome')");
        await Db.As("owner");
        Db.Remember("entry", await Db.Ask<long>("""select "id" from public."CreditEntry" """));
        await Matrix.Check(Db, row, who, verb, expected, Verbs[verb],
            """select c::text from public."CreditEntry" c order by "id" """);
    }

    [Fact]
    public async Task Grants_are_these() =>
        Assert.Equal("regular_user select *", await Grants.On(Db, "CreditEntry"));
}
