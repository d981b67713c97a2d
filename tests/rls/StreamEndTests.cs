using RlsChat.Tests.Rls.Fixtures;

namespace RlsChat.Tests.Rls;

/// <summary>How a stream ends: who makes a message of it, of which chunks and at what price, and when it is abandoned.</summary>
public sealed class StreamEndTests(DatabaseFixture fixture) : TransactionTest(fixture)
{
    private const string Finish = "select public.finish_stream([stream])";
    private const string Silent = """update public."Stream" set "activeAt" = now() at time zone 'utc' - interval '61 seconds' where "id" = [stream]""";

    // The owner is the chat's. In an organization's chat somebody else opened the stream: "member".
    public static readonly TheoryData<string, string, string, string> Access = Matrix.Of(
        ("personal", """
            who                      finish
            owner                    yes
            member                   hidden
            manager                  hidden
            can_manage_chats         hidden
            outsider                 hidden
            anonymous                denied
            """),
        ("personal public", """
            who                      finish
            owner                    yes
            member                   hidden
            loner                    hidden
            anonymous                denied
            """),
        ("organization", """
            who                      finish
            member                   yes
            owner                    hidden
            manager                  hidden
            director                 hidden
            admin                    hidden
            can_manage_chats         hidden
            can_view_documents       hidden
            can_manage_documents     hidden
            can_manage_members       hidden
            can_manage_roles         hidden
            can_manage_organization  hidden
            can_view_audit           hidden
            outsider                 hidden
            rival                    hidden
            loner                    hidden
            operator                 hidden
            anonymous                denied
            """),
        ("organization, opened by left", """
            who                      finish
            left                     hidden
            owner                    hidden
            """),
        ("organization public, opened by left", """
            who                      finish
            left                     hidden
            owner                    hidden
            """));

    [Theory]
    [MemberData(nameof(Access))]
    public async Task May(string row, string who, string verb, string expected)
    {
        await Stand(row, who);
        Assert.Equal("finish", verb);
        await Matrix.Check(Db, row, who, verb, expected, Finish, """
            select t::text from public."Stream" t
            union all select m::text from public."Message" m
            """);
    }

    [Fact]
    public async Task A_message_is_all_chunks_in_the_order_of_their_indexes()
    {
        await Stand("organization");
        await Db.Do("select public.append_chunk([stream], 3, E'\\n\"never\" \\\\ again')");
        await Db.Do("select public.append_chunk([stream], 1, 'once ')");
        await Db.Do("select public.append_chunk([stream], 2, 'ünd')");
        Assert.Equal(["assistant"], await Db.List("""select "role" from public.finish_stream([stream])"""));
        Assert.Equal(["""[{"type":"text","text":"organizationonce ünd\n\"never\" \\ again"}]"""], await Db.List(
            """
            select m."parts" from public."Stream" s join public."Message" m on m."id" = s."messageId"
            where s."id" = [stream] and s."chatId" = m."chatId" and m."userId" = [member] and s."finishedAt" = m."createdAt"
            """));
    }

    [Fact]
    public async Task What_it_returns_is_the_message()
    {
        await Stand("organization");
        var returned = await Db.List("""select m::text from public.finish_stream([stream], 'tool', '11111111-1111-4111-8111-111111111111') m""");
        await Db.AsRole("rlschat_backup");
        Assert.Equal(returned, await Db.List("""select m::text from public."Message" m where m."id" = '11111111-1111-4111-8111-111111111111'"""));
        Assert.Contains(",tool,", Assert.Single(returned), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("select public.finish_stream([stream], 'author')", "23514")]
    [InlineData("select public.finish_stream([stream], null)", "23502")]
    [InlineData("select public.finish_stream([stream], 'user', [other])", "23505")]
    public async Task A_message_that_cannot_be_leaves_the_stream_open(string finish, string error)
    {
        await Stand("organization");
        Db.Remember("other", await Db.Ask<Guid>("""insert into public."Message" ("chatId", "role", "parts") values ([chat], 'user', '[]') returning "id" """));
        Assert.Equal(error, await Db.Error(finish));
        Assert.Null(await Db.Error(Finish));
    }

    [Fact]
    public async Task Every_index_up_to_the_last_is_there()
    {
        await Stand("organization");
        await Db.Do("select public.append_chunk([stream], 2, 'c')");
        Assert.Equal("RC018", await Db.Error(Finish));
        await Db.Do("select public.append_chunk([stream], 1, 'b')");
        Assert.Null(await Db.Error(Finish));

        Db.Remember("stream", await Db.Ask<Guid>("""insert into public."Stream" ("chatId") values ([chat]) returning "id" """));
        Assert.Equal("RC018", await Db.Error(Finish));
        await Db.Do("select public.append_chunk([stream], 1, 'b')");
        Assert.Equal("RC018", await Db.Error(Finish));
        await Db.Do("select public.append_chunk([stream], 2147483647, 'z')");
        Assert.Equal("RC018", await Db.Error(Finish));
    }

    [Fact]
    public async Task The_same_chunk_once_more_changes_nothing()
    {
        await Stand("organization");
        var first = await Db.Ask<DateTime>("select public.append_chunk([stream], 1, 'once')");
        await Db.AsRole("rlschat_backup");
        var before = await Db.List("""select s::text from public."Stream" s where "id" = [stream]""");
        await Db.As("member");
        Assert.Equal(first, await Db.Ask<DateTime>("select public.append_chunk([stream], 1, 'once')"));
        Assert.Equal("RC020", await Db.Error("select public.append_chunk([stream], 1, 'twice')"));
        await Db.AsRole("rlschat_backup");
        Assert.Equal(before, await Db.List("""select s::text from public."Stream" s where "id" = [stream]"""));
    }

    [Fact]
    public async Task Of_two_streams_each_has_its_own_chunks_and_its_own_end()
    {
        await Stand("organization");
        Db.Remember("second", await Db.Ask<Guid>("""insert into public."Stream" ("chatId") values ([chat]) returning "id" """));
        await Db.Do("select public.append_chunk([second], 0, 'another ')");
        Assert.Equal(["""[{"type":"text","text":"organization"}]"""], await Db.List("""select "parts" from public.finish_stream([stream])"""));

        await Db.Do("select public.append_chunk([second], 1, 'voice')");
        Assert.Null(await Db.Error("select public.append_chunk([second], 0, 'another ')"));
        Assert.Equal(["finished 12", "open 13"], await Db.List(
            """select concat_ws(' ', public.stream_state("finishedAt", "activeAt"), "octets") from public."Stream" order by "octets" """));
        Assert.Equal(["""[{"type":"text","text":"another voice"}]"""], await Db.List("""select "parts" from public.finish_stream([second])"""));
    }

    [Fact]
    public async Task What_is_finished_stays_as_it_is()
    {
        await Stand("organization");
        Assert.Equal("open", await State());
        await Db.Do(Finish);
        Assert.Equal("finished", await State());
        await RefusesEverything("RC016");

        // Silence makes no difference to it, nor that the message has gone.
        await Rows.Forge(Db, "Stream", Silent);
        Assert.Equal("finished", await State());
        await RefusesEverything("RC016");
        await Db.Do("""delete from public."Message" """);
        Assert.Equal(["finished true"], await Db.List("""select concat_ws(' ', public.stream_state("finishedAt", "activeAt"), ("messageId" is null)::text) from public."Stream" """));
        await RefusesEverything("RC016");
    }

    [Fact]
    public async Task What_was_silent_for_too_long_is_abandoned()
    {
        await Stand("organization");
        await Rows.Forge(Db, "Stream", Silent.Replace("61", "59", StringComparison.Ordinal));
        Assert.Equal("open", await State());
        Assert.Null(await Db.Error(Finish));
        await Db.Do("select public.append_chunk([stream], 1, 'here again')");
        Assert.Equal(["true"], await Db.List("""select ("activeAt" = (now() at time zone 'utc')::timestamp(3))::text from public."Stream" """));

        await Rows.Forge(Db, "Stream", Silent);
        Assert.Equal("abandoned", await State());
        await RefusesEverything("RC017");
    }

    [Fact]
    public async Task A_client_cannot_keep_it_open_by_its_own_clock()
    {
        await Stand("organization");
        Db.Remember("stream", await Db.Ask<Guid>("""insert into public."Stream" ("chatId", "createdAt") values ([chat], '9999-12-31') returning "id" """));
        await Rows.Forge(Db, "Stream", Silent);
        Assert.Equal("abandoned", await State());
    }

    [Theory]
    [InlineData("5", 4, 6)]
    [InlineData("999999", 999998, 1000000)]
    [InlineData("", 59, 61)]
    [InlineData("0", 59, 61)]
    [InlineData("-5", 59, 61)]
    [InlineData("1e3", 59, 61)]
    [InlineData("soon", 59, 61)]
    [InlineData("1000000", 59, 61)]
    [InlineData(null, 59, 61)]
    public async Task The_silence_is_a_setting_or_a_minute(string? setting, int open, int abandoned)
    {
        await Stand("organization");
        await Set("stream_silence_seconds", setting);
        foreach (var (seconds, state) in new[] { (open, "open"), (abandoned, "abandoned") })
        {
            await Rows.Forge(Db, "Stream", Silent.Replace("61", $"{seconds}", StringComparison.Ordinal));
            Assert.Equal(state, await State());
        }
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
        await Set("stream_price", setting);
        await Db.As("member");
        await Db.Do(Finish);
        Assert.Equal(balance is null ? [] : [$"{balance} stream {await Db.Ask<Guid>("select [stream]::uuid")}"], await Db.List(
            """select concat_ws(' ', "balance", "reason") from public."CreditEntry" where "amount" < 0"""));
        Assert.Equal(["finished"], await Db.List("""select public.stream_state("finishedAt", "activeAt") from public."Stream" """));
    }

    [Theory]
    [InlineData("10.01")]
    [InlineData("999999999999999.99")]
    public async Task Who_cannot_pay_has_no_message_and_an_open_stream(string price)
    {
        await Rich();
        await Set("stream_price", price);
        await Db.As("member");
        Assert.Equal("RC005", await Db.Error(Finish));
        Assert.Equal("open", await State());
        Assert.Empty(await Db.List("""select 1 from public."Message" """));
        Assert.Equal(10m, await Db.Ask<decimal>("""select "creditBalance" from public."User" """));
    }

    [Fact]
    public async Task Streams_hold_no_more_than_a_message()
    {
        await Stand("organization");
        await Db.Do("""delete from public."Stream" """);
        await Db.As(People.Owner);
        await Db.Do("""delete from public."Stream" """);
        await Db.As("member");
        Db.Remember("stream", await Db.Ask<Guid>("""insert into public."Stream" ("chatId") values ([chat]) returning "id" """));
        const int frame = 27; // [{"type":"text","text":""}]
        await Db.Do("select public.append_chunk([stream], i, repeat('x', 65536)) from generate_series(0, 14) i");
        Assert.Equal("RC019", await Db.Error("select public.append_chunk([stream], 15, repeat('x', 65536)) union all select public.append_chunk([stream], 16, 'x')"));
        await Db.Do($"select public.append_chunk([stream], 15, repeat('x', {65536 - frame}))");
        Assert.Null(await Db.Error(Finish));
        await Db.Do("select public.append_chunk([stream], 16, 'x')");
        Assert.Equal("RC019", await Db.Error(Finish));
    }

    [Fact]
    public async Task The_quota_of_messages_holds()
    {
        await Stand("organization");
        await Set("messages_per_hour", "0");
        await Db.As("member");
        Assert.Equal("RC014", await Db.Error(Finish));
        Assert.Equal("open", await State());
    }

    [Fact]
    public async Task Only_who_may_append_learns_that_it_has_ended()
    {
        await Stand("organization");
        await Db.Do(Finish);
        foreach (var who in People.Everyone.Except(["member"]))
        {
            await Db.As(who);
            Assert.Equal("42501", await Db.Error("""insert into public."StreamChunk" ("streamId", "index", "data") values ([stream], 9, 'x')"""));
        }
    }

    private async Task RefusesEverything(string error)
    {
        await Db.As("member");
        foreach (var sql in new[]
        {
            """insert into public."StreamChunk" ("streamId", "index", "data") values ([stream], 9, 'x')""",
            "select public.append_chunk([stream], 9, 'x')",
            "select public.append_chunk([stream], 0, 'organization')",
            "select public.append_chunk([stream], 0, 'other')",
            Finish,
        })
        {
            var answer = await Db.Error(sql);
            Assert.True(answer == error, $"{sql} should be {error}, is {answer}");
        }
    }

    private async Task<string> State()
    {
        await Db.As("member");
        return await Db.Ask<string>("""select public.stream_state("finishedAt", "activeAt") from public."Stream" where "id" = [stream]""");
    }

    private async Task Set(string name, string? value)
    {
        await Db.AsRole("rlschat_owner");
        await Db.Do($"delete from app_private.setting where name = '{name}'");
        if (value is not null)
        {
            await Db.Do($"insert into app_private.setting values ('{name}', '{value}')");
        }
    }

    private async Task Rich()
    {
        await Stand("organization");
        await Db.As("operator");
        await Db.Do("select public.grant_credits([member], 10, 'welcome')");
    }

    private async Task Stand(string row, string who = "")
    {
        await Rows.Chat(Db, row, People.Owner);
        await Db.As(row.StartsWith("personal", StringComparison.Ordinal) ? People.Owner
            : row.EndsWith("left", StringComparison.Ordinal) ? "left" : "member");
        Db.Remember("stream", await Db.Ask<Guid>("""insert into public."Stream" ("chatId") values ([chat]) returning "id" """));
        await Db.Do($"select public.append_chunk([stream], 0, '{row}')");
        await Rows.Left(Db, row, who);
    }
}
