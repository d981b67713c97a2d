using RlsChat.Tests.Rls.Fixtures;

namespace RlsChat.Tests.Rls;

/// <summary>What finishing a stream costs: credits, and a message of the quota.</summary>
public sealed class StreamPriceTests(DatabaseFixture fixture) : TransactionTest(fixture)
{
    private const string Finish = "select public.finish_stream([stream])";

    [Theory]
    [InlineData("stream_price", "10", null)]
    [InlineData("stream_price", "10.01", "RC005")]
    [InlineData("messages_per_hour", "2", null)]
    [InlineData("messages_per_hour", "1", "RC014")]
    [InlineData("messages_per_hour", "0", "RC014")]
    [InlineData("messages_per_hour", null, null)]
    public async Task The_allowance_is_what_finishing_then_asks_for(string setting, string? value, string? error)
    {
        await Rich();
        foreach (var who in new[] { "member", "owner" })
        {
            await Db.As(who).Do("""insert into public."Message" ("chatId", "role", "parts") values ([chat], 'user', '[]')""");
        }

        // Of another hour and of another kind.
        await Rows.Forge(Db, "Quota", """
            insert into public."Quota" ("userId", "kind", "period", "used")
            select [member]::uuid, "kind", "period" - interval '1 hour', 9 from public."Quota" where "userId" = [owner]
            union all
            select [member]::uuid, 'others', "period", 9 from public."Quota" where "userId" = [owner]
            """);
        await Rows.Set(Db, setting, value);
        Assert.Equal(error, await Db.As("member").Error("select auth.require_message_allowance()"));
        Assert.Equal(error, await Db.Error(Finish));
    }

    [Theory]
    [InlineData("1.50", "8.50")]
    [InlineData("10", "0.00")]
    [InlineData("0", null)]
    [InlineData("0.00", null)]
    [InlineData("", null)]
    [InlineData("1,50", null)]
    [InlineData("-1", null)]
    [InlineData("0.001", null)]
    [InlineData("NaN", null)]
    [InlineData("a lot", null)]
    [InlineData(null, null)]
    public async Task The_price_is_a_setting_or_nothing(string? setting, string? balance)
    {
        await Rich();
        await Rows.Set(Db, "stream_price", setting);
        await Db.As("member").Do(Finish);
        Assert.Equal(balance is null ? [] : [$"{balance} stream {await Db.Ask<Guid>("select [stream]::uuid")}"], await Db.List(
            """select concat_ws(' ', "balance", "reason") from public."CreditEntry" where "amount" < 0"""));
        Assert.Equal(["finished"], await Db.List("""select public.stream_state("finishedAt", "activeAt") from public."Stream" """));
    }

    [Theory]
    [InlineData("10.01")]
    [InlineData("999999999999999.99")]
    public async Task Without_enough_credits_the_stream_stays_open_and_has_no_message(string price)
    {
        await Rich();
        await Rows.Set(Db, "stream_price", price);
        Assert.Equal("RC005", await Db.As("member").Error(Finish));
        Assert.Equal("open", await State());
        Assert.Empty(await Db.List("""select 1 from public."Message" """));
        Assert.Equal(10m, await Db.Ask<decimal>("""select "creditBalance" from public."User" """));
    }

    [Fact]
    public async Task The_quota_of_messages_holds()
    {
        await Stand();
        await Rows.Set(Db, "messages_per_hour", "0");
        Assert.Equal("RC014", await Db.As("member").Error(Finish));
        Assert.Equal("open", await State());
    }

    private async Task<string> State()
    {
        await Db.As("member");
        return await Db.Ask<string>("""select public.stream_state("finishedAt", "activeAt") from public."Stream" where "id" = [stream]""");
    }

    private async Task Rich()
    {
        await Stand();
        await Db.As("operator").Do("select public.grant_credits([member], 10, 'welcome')");
    }

    private async Task Stand()
    {
        await Rows.Chat(Db, "organization", People.Owner);
        await Db.As("member");
        await Db.Make("stream", """insert into public."Stream" ("chatId") values ([chat])""");
        await Db.Do("select public.append_chunk([stream], 0, 'organization')");
    }
}
