using RlsChat.Tests.Rls.Fixtures;

namespace RlsChat.Tests.Rls;

/// <summary>How a stream ends: of which chunks its message is made, and when it is abandoned. The price: StreamPriceTests. Who may: StreamChunkTests.</summary>
public sealed class StreamEndTests(DatabaseFixture fixture) : TransactionTest(fixture)
{
    private const string Finish = "select public.finish_stream([stream])";
    private const string Abandon = "select public.abandon_stream([stream])";
    private const string Silent = """update public."Stream" set "activeAt" = now() at time zone 'utc' - interval '61 seconds' where "id" = [stream]""";

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
    public async Task Finishing_returns_the_message()
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
        await Db.Make("other", """insert into public."Message" ("chatId", "role", "parts") values ([chat], 'user', '[]')""");
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

        await Db.Make("stream", """insert into public."Stream" ("chatId") values ([chat])""");
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
        var before = await Db.AsRole("rlschat_backup").List("""select s::text from public."Stream" s where "id" = [stream]""");
        Assert.Equal(first, await Db.As("member").Ask<DateTime>("select public.append_chunk([stream], 1, 'once')"));
        Assert.Equal("RC020", await Db.Error("select public.append_chunk([stream], 1, 'twice')"));
        Assert.Equal(before, await Db.AsRole("rlschat_backup").List("""select s::text from public."Stream" s where "id" = [stream]"""));
    }

    [Fact]
    public async Task Two_streams_have_their_own_chunks_and_their_own_ends()
    {
        await Stand("organization");
        await Db.Make("second", """insert into public."Stream" ("chatId") values ([chat])""");
        await Db.Do("select public.append_chunk([second], 0, 'another ')");
        Assert.Equal(["""[{"type":"text","text":"organization"}]"""], await Db.List("""select "parts" from public.finish_stream([stream])"""));

        await Db.Do("select public.append_chunk([second], 1, 'voice')");
        Assert.Null(await Db.Error("select public.append_chunk([second], 0, 'another ')"));
        Assert.Equal(["finished 12", "open 13"], await Db.List(
            """select concat_ws(' ', public.stream_state("finishedAt", "activeAt"), "octets") from public."Stream" order by "octets" """));
        Assert.Equal(["""[{"type":"text","text":"another voice"}]"""], await Db.List("""select "parts" from public.finish_stream([second])"""));
    }

    [Fact]
    public async Task A_finished_stream_does_not_change()
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
    public async Task Who_appends_is_told_how_that_stream_ended_and_not_another_of_theirs()
    {
        await Stand("organization");
        await Db.Make("second", """insert into public."Stream" ("chatId") values ([chat])""");
        await Db.Do(Finish);
        await Rows.Forge(Db, "Stream", Silent.Replace("[stream]", "[second]", StringComparison.Ordinal));
        await Db.As("member");
        Assert.Equal("RC016", await Db.Error("""insert into public."StreamChunk" ("streamId", "index", "data") values ([stream], 1, 'x')"""));
        Assert.Equal("RC017", await Db.Error("""insert into public."StreamChunk" ("streamId", "index", "data") values ([second], 1, 'x')"""));
    }

    [Fact]
    public async Task A_stream_that_is_silent_for_too_long_is_abandoned()
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

    [Theory]
    [InlineData(null)]
    [InlineData("999999")]
    public async Task Its_opener_can_abandon_it_at_once_and_its_chunks_stay(string? silence)
    {
        await Stand("organization");
        await Rows.Set(Db, "stream_silence_seconds", silence);
        await Db.As("member").Make("another", """insert into public."Stream" ("chatId") values ([chat])""");
        Assert.Equal(["abandoned"], await Db.List("""select public.stream_state("finishedAt", "activeAt") from public.abandon_stream([stream])"""));
        Assert.Equal("abandoned", await State());
        Assert.Equal(["organization"], await Db.List("""select "data" from public."StreamChunk" where "streamId" = [stream]"""));
        Assert.Equal(["open"], await Db.List("""select public.stream_state("finishedAt", "activeAt") from public."Stream" where "id" = [another]"""));
        await RefusesEverything("RC017");
        // Nor do those that have ended stand in the way of the next.
        await Db.Do("select public.abandon_stream([another])");
        await Db.Make("third", """insert into public."Stream" ("chatId") values ([chat])""");
        Assert.Single(await Db.List("select s.\"id\" from public.abandon_stream([third]) s"));
    }

    [Fact]
    public async Task A_client_cannot_keep_it_open_by_its_own_clock()
    {
        await Stand("organization");
        await Db.Make("stream", """insert into public."Stream" ("chatId", "createdAt") values ([chat], '9999-12-31')""");
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
        await Rows.Set(Db, "stream_silence_seconds", setting);
        foreach (var (seconds, state) in new[] { (open, "open"), (abandoned, "abandoned") })
        {
            await Rows.Forge(Db, "Stream", Silent.Replace("61", $"{seconds}", StringComparison.Ordinal));
            Assert.Equal(state, await State());
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
            Abandon,
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

    private async Task Stand(string row, string who = "")
    {
        await Rows.Chat(Db, row, People.Owner);
        await Db.As(row.StartsWith("personal", StringComparison.Ordinal) ? People.Owner
            : row.EndsWith("left", StringComparison.Ordinal) ? "left" : "member");
        await Db.Make("stream", """insert into public."Stream" ("chatId") values ([chat])""");
        await Db.Do($"select public.append_chunk([stream], 0, '{row}')");
        await Rows.Left(Db, row, who);
    }
}
