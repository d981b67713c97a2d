using RlsChat.Tests.Rls.Fixtures;

namespace RlsChat.Tests.Rls;

/// <summary>"CreditEntry" of access-rules.md: who grants and spends, and a balance that never goes below zero.</summary>
public sealed class CreditTests(DatabaseFixture fixture) : TransactionTest(fixture)
{
    private static readonly Dictionary<string, string> Verbs = new()
    {
        ["grant"] = "select public.grant_credits([owner], 5, 'welcome')",
        ["to_self"] = "select public.grant_credits(auth.uid(), 5, 'mine')",
        ["spend"] = "select public.spend_credits(1, 'a question')",
    };

    // RC005: they have none to spend; "owner" has ten.
    public static readonly TheoryData<string, string, string, string> Access = Matrix.Of(
        ("credits", """
            who                      grant   to_self spend
            operator                 yes     yes     RC005
            owner                    denied  denied  yes
            member                   denied  denied  RC005
            manager                  denied  denied  RC005
            admin                    denied  denied  RC005
            can_view_documents       denied  denied  RC005
            can_manage_documents     denied  denied  RC005
            can_manage_chats         denied  denied  RC005
            can_manage_members       denied  denied  RC005
            can_manage_roles         denied  denied  RC005
            can_manage_organization  denied  denied  RC005
            can_view_audit           denied  denied  RC005
            rival                    denied  denied  RC005
            loner                    denied  denied  RC005
            anonymous                denied  denied  denied
            """));

    [Theory]
    [MemberData(nameof(Access))]
    public async Task May(string row, string who, string verb, string expected) =>
        await Matrix.Check(Db, row, who, verb, expected, Verbs[verb],
            """select c::text from public."CreditEntry" c order by "id" """);

    [Fact]
    public async Task Every_entry_moves_the_balance_and_says_what_it_is_then()
    {
        await Db.As("operator");
        Assert.Equal(13.30m, await Db.Ask<decimal>("select public.grant_credits([owner], 3.30, 'more')"));
        await Db.As("owner");
        Assert.Equal(2.20m, await Db.Ask<decimal>("select public.spend_credits(11.10, 'an answer')"));
        Assert.Equal(2.20m, await Db.Ask<decimal>("""select "creditBalance" from public."User" """));
        Assert.Equal(
            ["10.00 10.00 welcome t", "3.30 13.30 more t", "-11.10 2.20 an answer f"],
            await Db.List("""select concat_ws(' ', "amount", "balance", "reason", coalesce("grantedBy" = [operator], false)) from public."CreditEntry" order by "id" """));
    }

    [Fact]
    public async Task A_balance_never_goes_below_zero()
    {
        await Db.As("owner");
        Assert.Equal("RC005", await Db.Error("select public.spend_credits(10.01, 'too much')"));
        Assert.Equal(0m, await Db.Ask<decimal>("select public.spend_credits(10, 'all')"));
        Assert.Equal("RC005", await Db.Error("select public.spend_credits(0.01, 'more')"));

        // Nor by an operator's hand.
        await Db.AsRole("rlschat_test_functions");
        Assert.Equal("23514", await Db.Error("""update public."User" set "creditBalance" = -0.01 where "id" = [owner]"""));
        Assert.Equal("23514", await Db.Error("""update public."User" set "creditBalance" = 'NaN' where "id" = [owner]"""));
        Assert.Equal("RC005", await Db.Error("""insert into public."CreditEntry" ("userId", "amount", "reason") values ([owner], -1, 'x')"""));
        Assert.Equal("23514", await Db.Error("""insert into public."CreditEntry" ("userId", "amount", "reason") values ([owner], 'NaN', 'x')"""));
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
        await Db.As("operator");
        var granted = await Db.Error($"select public.grant_credits([owner], {amount}, 'x')");
        await Db.As("owner");
        var spent = await Db.Error($"select public.spend_credits({amount}, 'x')");
        Assert.StartsWith("22", granted, StringComparison.Ordinal);
        Assert.True(spent?.StartsWith("22", StringComparison.Ordinal) == true || (amount is "'Infinity'" or "1e30" && spent == "RC005"), spent);
    }

    [Fact]
    public async Task A_grant_is_for_somebody_and_has_a_reason()
    {
        await Db.As("operator");
        Assert.Equal("23503", await Db.Error("select public.grant_credits(gen_random_uuid(), 1, 'x')"));
        Assert.Equal("23514", await Db.Error("select public.grant_credits([owner], 1, '')"));
        Assert.Equal("23502", await Db.Error("select public.grant_credits([owner], 1, null)"));
        Assert.Null(await Db.Error("select public.grant_credits([owner], 0.01, 'x')"));
    }

    [Fact]
    public async Task Who_is_no_operator_any_more_grants_nothing()
    {
        await Db.AsRole("rlschat_test_functions");
        await Db.Do("""update public."User" set "roleId" = null where "id" = [operator]""");
        await Db.As("operator");
        Assert.Equal("42501", await Db.Error("select public.grant_credits([owner], 1, 'x')"));
        await Db.AsRole("regular_user");
        Assert.Equal("42501", await Db.Error("select public.grant_credits([owner], 1, 'x')"));
        Assert.Equal("42501", await Db.Error("select public.spend_credits(1, 'x')"));
    }

    protected override async Task Prepare()
    {
        await Db.As("operator");
        await Db.Do("select public.grant_credits([owner], 10, 'welcome')");
    }
}
