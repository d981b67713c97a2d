using RlsChat.Tests.Rls.Fixtures;

namespace RlsChat.Tests.Rls.Live;

/// <summary>Which events auth.deliver(…) takes: those between two snapshots, a page at a time, in the order of their numbers.</summary>
public sealed class DeliverPageTests(DatabaseFixture fixture) : LiveTest(fixture)
{
    [Fact]
    public async Task A_page_of_large_rows_ends_early_and_the_next_goes_on_behind_it()
    {
        await Rows.Chat(Db, "shared", "owner");
        await Says("owner", "small");
        await Follow("member", "left@chat");
        await Db.Leave("left");
        await Listen();
        for (var i = 0; i < 75; i++)
        {
            await Writes("owner", $"m{i}", """insert into public."Message" ("chatId", "role", "parts") values ([chat], 'user', to_json(array[repeat('x', 60000)]))""");
        }

        await Does("owner", """delete from public."Message" where "id" = [small]""");
        static string Lines(int from, int count) => string.Concat(Enumerable.Range(from, count).Select(i => $"message.created m{i}: member\n"));
        var first = await Hear(everybody: true);
        Assert.Equal($"{Lines(0, 70)}end not_found: left@chat", first.Lines);
        var second = await Hear(last: first.Last);
        Assert.Equal($"{Lines(70, 5)}message.deleted small in chat: member\nend not_found: left@chat", second.Lines);
        Assert.Null(second.Last);
        // Whoever comes from afar has pages of their own, one after the other: an eighth of that at a time.
        var theirs = await Hear(ours: false, last: first.Last - 1);
        Assert.Equal($"{Lines(69, 6)}message.deleted small in chat: member\nend not_found: left@chat", theirs.Lines);
        Assert.Equal($"{Lines(0, 9)}end not_found: left@chat", (await Hear(ours: false)).Lines);
    }

    [Fact]
    public async Task Large_rows_that_nobody_gets_end_no_page_early()
    {
        await Rows.Chat(Db, "personal", "owner");
        await Rows.Chat(Db, "shared", "owner", "other");
        await Follow("member");
        await Listen();
        await Does("owner", """
            insert into public."Message" ("chatId", "role", "parts")
            select [chat], 'user', to_json(array[repeat('x', 60000)]) from generate_series(1, 75)
            """);
        await Says("owner", "small", "other");
        var heard = await Hear();
        Assert.Equal(("message.created small: member", (long?)null), (heard.Lines, heard.Last));
    }

    [Fact]
    public async Task A_page_at_a_time_and_nothing_twice()
    {
        await Chat();
        await Follow("member");
        await Listen();
        foreach (var name in new[] { "a", "b", "c", "d" })
        {
            await Says("owner", name);
        }

        var ids = await Db.AsRole("rlschat_backup").List($"""select "id" from public."Event" where "id" > {Last} order by 1""");
        var first = await Hear(page: 2);
        Assert.Equal("message.created a: member\nmessage.created b: member", first.Lines);
        Assert.Equal(ids[1], $"{first.Last}");
        var second = await Hear(last: first.Last, page: 2);
        Assert.Equal("message.created c: member\nmessage.created d: member", second.Lines);
        Assert.Equal(ids[3], $"{second.Last}");
        var third = await Hear(last: second.Last, page: 2);
        Assert.Equal(("", (long?)null, (double?)null), (third.Lines, third.Last, third.Lag));
        // A page that is not full is the last.
        Assert.Null((await Hear(page: 5)).Last);
    }

    /// <summary>Snapshots around this transaction, T, in which "message" was written; "ahead" was by the one after it.</summary>
    public static readonly TheoryData<string, string, string, string> Windows = new()
    {
        { "all of it", "T:T:", "T+2:T+2:", "message, ahead" },
        { "up to this one", "T:T:", "T+1:T+1:", "message" },
        { "up to before it", "T:T:", "T:T:", "" },
        { "while this one was running", "T:T:", "T:T+2:T", "ahead" },
        { "while both were running", "T:T:", "T:T+2:T,T+1", "" },
        { "after it", "T+1:T+1:", "T+2:T+2:", "ahead" },
        { "after both", "T+2:T+2:", "T+3:T+3:", "" },
        // What was running at the last position, and is over, comes now; what is long over does not.
        { "this one, which was running", "T:T+2:T", "T+2:T+2:", "message" },
        { "the other, which was running", "T+1:T+2:T+1", "T+2:T+2:", "ahead" },
        { "both, which were running", "T:T+2:T,T+1", "T+3:T+3:", "message, ahead" },
        { "one that is running still", "T:T+2:T", "T:T+3:T", "" },
        { "one that was running, and new ones", "T:T+1:T", "T+2:T+2:", "message, ahead" },
    };

    [Theory]
    [MemberData(nameof(Windows))]
    public async Task A_window_holds_the_events_committed_between_two_snapshots(string what, string after, string upto, string expected)
    {
        await Chat();
        await Says("owner", "ahead");
        await Follow("member");
        await Rows.Forge(Db, "Event", $"""update public."Event" set "xid" = '{Xid + 1}' where "rowId" = [ahead]""");
        await Says("owner");
        // By number, which is not the order in which they were committed.
        var told = expected.Split(", ", StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal);
        var heard = await Hear(after: after, upto: upto, last: 0);
        Assert.True(string.Join('\n', told.Select(name => $"message.created {name}: member")) == heard.Lines, $"{what}: {heard.Lines}");
        Assert.Equal(expected.Length == 0, heard.Lag is null);
    }

    [Fact]
    public async Task Without_an_end_it_is_what_is_committed_now()
    {
        // One statement, because the next would have another snapshot.
        Assert.True(await Db.AsRole("rlschat_live").Ask<bool>(
            """
            select split_part(d."payload", ' ', 1) = pg_current_snapshot()::text and p.snapshot::text = pg_current_snapshot()::text
            from auth.deliver(pg_current_snapshot(), null, 0, 10, true, false, '{}', '{}', '{}') d, auth.position() p
            where d."kind" = 'position'
            """));
    }

    [Fact]
    public async Task It_says_for_how_long_the_oldest_waited()
    {
        await Chat();
        await Follow("member");
        await Listen();
        await Rows.Forge(Db, "Event", """
            insert into public."Event" ("kind", "rowId", "chatId", "createdAt") values
              ('chat.updated', [chat], [chat], now() at time zone 'utc' - interval '1 minute'),
              ('chat.updated', [chat], [chat], now() at time zone 'utc' - interval '1 hour')
            """);
        Assert.InRange((await Hear()).Lag!.Value, 3_600_000, 3_900_000);
    }

    /// <summary>How far a snapshot goes that holds so many events more than "T+10:T+10:"; two are of T+10, one of T+12, three of T+15.</summary>
    [Theory]
    [InlineData("T+10:T+10:", "T+20:T+20:", 6, "T+20:T+20:")]
    [InlineData("T+10:T+10:", "T+20:T+20:", 5, "T+15:T+15:")]
    [InlineData("T+10:T+10:", "T+20:T+20:", 3, "T+15:T+15:")]
    [InlineData("T+10:T+10:", "T+20:T+20:", 2, "T+12:T+12:")]
    // At least one transaction, however much it did.
    [InlineData("T+10:T+10:", "T+20:T+20:", 1, "T+11:T+11:")]
    [InlineData("T+11:T+11:", "T+20:T+20:", 0, "T+12:T+12:")]
    [InlineData("T+15:T+15:", "T+20:T+20:", 2, "T+16:T+16:")]
    [InlineData("T+15:T+15:", "T+20:T+20:", 3, "T+20:T+20:")]
    // Who is running stays so.
    [InlineData("T+10:T+10:", "T+11:T+20:T+11,T+14,T+16", 3, "T+11:T+15:T+11,T+14")]
    [InlineData("T+10:T+10:", "T+16:T+20:T+16", 3, "T+15:T+15:")]
    // What comes after the end does not count.
    [InlineData("T+10:T+10:", "T+15:T+15:", 2, "T+12:T+12:")]
    [InlineData("T+10:T+10:", "T+15:T+15:", 3, "T+15:T+15:")]
    [InlineData("T+10:T+10:", "T+13:T+13:", 3, "T+13:T+13:")]
    public async Task A_step_holds_so_many_events(string after, string upto, int most, string expected)
    {
        await Chat();
        await Forge("values (10), (10), (12), (15), (15), (15)");
        await Db.AsRole("rlschat_test_functions");
        Assert.Equal(
            await Db.Ask<string>($"select ({Snapshot(expected)}::pg_snapshot)::text"),
            await Db.Ask<string>($"select app_private.as_far_as({Snapshot(after)}, {Snapshot(upto)}, {most})::text"));
    }

    [Fact]
    public async Task Lagging_subscribers_catch_up_in_steps_and_miss_nothing()
    {
        await Chat();
        // Three for each transaction, and 5,000 of one; of two it was known that they were running.
        await Forge("select 10 + i / 3 from generate_series(1, 9000) i union all select 2000 from generate_series(1, 5000)");
        await Follow("member");
        var (after, upto, last, heard, ends) = ("T+12:T+20:T+12,T+15", "T+100000:T+100000:", 0L, 0, new List<string>());
        do
        {
            var page = await Hear(ours: false, after: after, upto: upto, last: last, page: 1000);
            heard += page.Lines.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length;
            (after, upto, last) = page.Last is { } more ? (after, page.UpTo, more) : (page.UpTo, "T+100000:T+100000:", 0);
            if (last == 0)
            {
                ends.Add(page.UpTo);
            }
        }
        while (last != 0 || ends[^1] != ends.ElementAtOrDefault(ends.Count - 2));
        // Of T+10 to T+19 what was over is behind: all but the six of those two.
        Assert.Equal(14_000 - 29 + 6, heard);
        Assert.InRange(ends.Count, 4, 6);
        Assert.Equal(ends.Count - 1, ends.Distinct().Count());
    }

    [Fact]
    public async Task A_place_among_more_than_can_be_paged_through_is_refused()
    {
        await Chat();
        await Follow("member");
        await Forge("select 10 + i from generate_series(1, 50001) i");
        Assert.Equal("", (await Hear(ours: false, after: "T+12:T+12:", upto: "T+100000:T+100000:", last: long.MaxValue)).Lines);
        var refused = await Assert.ThrowsAsync<Npgsql.PostgresException>(() => Hear(ours: false, after: "T+5:T+5:", upto: "T+100000:T+100000:", last: long.MaxValue));
        Assert.Equal(Npgsql.PostgresErrorCodes.ProgramLimitExceeded, refused.SqlState);
    }

    /// <summary>Events of the chat, of the transactions that come so long after this one.</summary>
    private async Task Forge(string transactions) => await Rows.Forge(Db, "Event",
        $"""insert into public."Event" ("kind", "rowId", "chatId", "xid") select 'chat.updated', [chat], [chat], ({Xid} + x)::text::xid8 from ({transactions}) as t (x)""");

    private async Task Chat()
    {
        await Rows.Chat(Db, "shared", "owner");
        await Says("owner", "before");
        await Rows.Forge(Db, "Event", """delete from public."Event" where "rowId" in ([chat], [before])""");
    }
}
