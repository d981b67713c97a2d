using RlsChat.Tests.Rls.Fixtures;

namespace RlsChat.Tests.Rls;

/// <summary>"CreditEntry" of access-rules.md: who reads the ledger, who grants and spends, and a balance that never goes below zero.</summary>
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
        ["grant"] = "select public.grant_credits([owner], 5, 'welcome')",
        ["to_self"] = "select public.grant_credits(auth.uid(), 5, 'mine')",
        ["spend"] = "select public.spend_credits(1, 'a question')",
    };

    // "operator" granted the credits, and is not who they are for. RC005: they have none to spend.
    public static readonly TheoryData<string, string, string, string> Access = Matrix.Of(
        ("owner's", """
            who        read    insert update update_all upsert merge  delete delete_all truncate grant  to_self spend
            owner      yes     denied denied denied     denied denied denied denied     denied   denied denied  yes
            operator   hidden  denied denied denied     denied denied denied denied     denied   yes    yes     RC005
            others     hidden  denied denied denied     denied denied denied denied     denied   denied denied  RC005
            anonymous  denied  denied denied denied     denied denied denied denied     denied   denied denied  denied
            """));

    [Theory]
    [MemberData(nameof(Access))]
    public async Task May(string row, string who, string verbs, string expected)
    {
        Db.Remember("entry", await Db.As(People.Owner).Ask<long>("""select "id" from public."CreditEntry" """));
        await Matrix.Check(Db, row, who, verbs, expected, Verbs, """select c::text from public."CreditEntry" c order by "id" """);
    }

    [Fact]
    public async Task Nothing_but_this_is_granted() =>
        Assert.Equal("regular_user select *", await Grants.On(Db, "CreditEntry"));

    [Fact]
    public async Task Every_entry_moves_the_balance_and_says_what_it_is_then()
    {
        Assert.Equal(13.30m, await Db.As("operator").Ask<decimal>("select public.grant_credits([owner], 3.30, 'more')"));
        Assert.Equal(2.20m, await Db.As("owner").Ask<decimal>("select public.spend_credits(11.10, 'an answer')"));
        Assert.Equal(2.20m, await Db.Ask<decimal>("""select "creditBalance" from public."User" """));
        Assert.Equal(
            ["10.00 10.00 welcome t", "3.30 13.30 more t", "-11.10 2.20 an answer f"],
            await Db.List("""select concat_ws(' ', "amount", "balance", "reason", coalesce("grantedBy" = [operator], false)) from public."CreditEntry" order by "id" """));
    }

    [Fact]
    public async Task A_balance_never_goes_below_zero()
    {
        Assert.Equal("RC005", await Db.As("owner").Error("select public.spend_credits(10.01, 'too much')"));
        Assert.Equal(0m, await Db.Ask<decimal>("select public.spend_credits(10, 'all')"));
        Assert.Equal("RC005", await Db.Error("select public.spend_credits(0.01, 'more')"));

        // Nor by an operator's hand.
        await Db.AsRole("rlschat_test_functions");
        Assert.Equal("RC005", await Db.Error("""insert into public."CreditEntry" ("userId", "amount", "reason") values ([owner], -1, 'x')"""));
    }

    [Theory]
    [InlineData("0")]
    [InlineData("-1")]
    [InlineData("'NaN'")]
    [InlineData("'Infinity'")]
    [InlineData("'-Infinity'")]
    [InlineData("0.001")]
    [InlineData("0.005")]
    [InlineData("1.999")]
    [InlineData("1e30")]
    [InlineData("null")]
    public async Task An_amount_is_above_zero_in_hundredths(string amount)
    {
        var granted = await Db.As("operator").Error($"select public.grant_credits([owner], {amount}, 'x')");
        var spent = await Db.As("owner").Error($"select public.spend_credits({amount}, 'x')");
        Assert.StartsWith("22", granted, StringComparison.Ordinal);
        Assert.True(spent?.StartsWith("22", StringComparison.Ordinal) == true || (amount is "'Infinity'" or "1e30" && spent == "RC005"), spent);
    }

    [Fact]
    public async Task A_grant_is_for_somebody_and_has_a_reason()
    {
        Assert.Equal("23503", await Db.As("operator").Error("select public.grant_credits(gen_random_uuid(), 1, 'x')"));
        Assert.Equal("23514", await Db.Error("select public.grant_credits([owner], 1, '')"));
        Assert.Equal("23502", await Db.Error("select public.grant_credits([owner], 1, null)"));
        Assert.Null(await Db.Error("select public.grant_credits([owner], 0.01, 'x')"));
    }

    [Fact]
    public async Task A_former_operator_grants_nothing()
    {
        await Db.AsRole("rlschat_test_functions").Do("""update public."User" set "roleId" = null where "id" = [operator]""");
        Assert.Equal("42501", await Db.As("operator").Error("select public.grant_credits([owner], 1, 'x')"));
        Assert.Equal("42501", await Db.AsRole("regular_user").Error("select public.grant_credits([owner], 1, 'x')"));
        Assert.Equal("42501", await Db.Error("select public.spend_credits(1, 'x')"));
    }

    protected override Task Prepare() => Db.As("operator").Do("select public.grant_credits([owner], 10, 'welcome')");
}
