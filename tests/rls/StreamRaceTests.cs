using RlsChat.Tests.Rls.Fixtures;
using RlsChat.Tests.Support;

namespace RlsChat.Tests.Rls;

/// <summary>Two at the same stream, or at the same credit, in one moment: what one of them does is whole, and done once.</summary>
[Attack]
[Collection(CommittingTests.Name)]
public sealed class StreamRaceTests(DatabaseFixture fixture) : IAsyncLifetime
{
    private const int Times = 200;
    private World world = null!;
    private Race race = null!;

    public async Task InitializeAsync()
    {
        world = await World.Of(fixture, "ana:admin", "op:operator");
        race = new Race(fixture, world);
        world["chat"] = await race.Alone<Guid>("ana", """insert into public."Chat" ("title") values ('race') returning "id" """);
    }

    public Task DisposeAsync() => Price(0);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_stream_is_finished_and_paid_for_once(bool inTurn)
    {
        await Price(1);
        await Grant(2 * Times);
        for (var i = 0; i < (inTurn ? 1 : Times); i++)
        {
            await Open("stream");
            var finish = ("ana", "select public.finish_stream([stream])");
            var answers = inTurn ? await race.InTurn(finish, finish) : await race.AtOnce(finish, finish);
            Assert.Equal([null, "RC016"], answers.Order());
            Assert.Equal($"{i + 1} {2 * Times - i - 1}", await Books());
        }
    }

    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public async Task A_finished_message_holds_every_appended_chunk(bool inTurn, bool finishFirst)
    {
        await Price(0);
        for (var i = 0; i < (inTurn ? 1 : Times); i++)
        {
            await Open("stream");
            var (finish, append) = (("ana", "select public.finish_stream([stream])"), ("ana", "select public.append_chunk([stream], 1, 'late')"));
            var answers = inTurn && finishFirst ? await race.InTurn(finish, append)
                : inTurn ? [.. (await race.InTurn(append, finish)).Reverse()]
                : await race.AtOnce(finish, append);
            Assert.Null(answers[0]);
            Assert.Contains(answers[1], new[] { null, "RC016" });
            Assert.Equal(answers[1] is null ? "firstlate" : "first", await race.Alone<string>("ana", """
                select m."parts" -> 0 ->> 'text' from public."Message" m join public."Stream" s on s."messageId" = m."id" where s."id" = [stream]
                """));
            Assert.Equal(answers[1] is null ? 2 : 1, await race.Alone<long>("ana", """select count(*) from public."StreamChunk" where "streamId" = [stream]"""));
            Assert.True(!inTurn || answers[1] is null != finishFirst);
        }
    }

    [Fact]
    public async Task A_stream_that_is_being_finished_is_not_abandoned()
    {
        await Price(0);
        await Open("stream");
        var answers = await race.InTurn(("ana", "select public.finish_stream([stream])"), ("ana", "select public.abandon_stream([stream])"));
        Assert.Equal((null, "RC016"), (answers[0], answers[1]));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_last_credit_finishes_one_of_two_streams(bool inTurn)
    {
        await Price(1);
        for (var i = 0; i < (inTurn ? 1 : Times); i++)
        {
            await Grant(1);
            await Open("stream", "other");
            var (one, two) = (("ana", "select public.finish_stream([stream])"), ("ana", "select public.finish_stream([other])"));
            var answers = inTurn ? await race.InTurn(one, two) : await race.AtOnce(one, two);
            Assert.Equal([null, "RC005"], answers.Order());
            Assert.Equal($"{i + 1} 0", await Books());
            Assert.Equal(1, await race.Alone<long>("ana", """select count(*) from public."Stream" where "id" in ([stream], [other]) and "finishedAt" is not null"""));
        }
    }

    [Theory]
    [InlineData("same", null)]
    [InlineData("other", "RC020")]
    public async Task Two_chunks_of_one_index_are_one_chunk(string data, string? second)
    {
        await Open("stream");
        for (var i = 1; i <= Times; i++)
        {
            var answers = await race.AtOnce(
                ("ana", $"select public.append_chunk([stream], {i}, 'same')"), ("ana", $"select public.append_chunk([stream], {i}, '{data}')"));
            Assert.Equal([null, second], answers.Order());
        }

        Assert.True(await race.Alone<bool>("ana", """
            select s."octets" = (select sum(octet_length(c."data")) from public."StreamChunk" c where c."streamId" = s."id")
            from public."Stream" s where s."id" = [stream]
            """));
    }

    /// <summary>How many messages there are, and the balance.</summary>
    private Task<string> Books() => race.Alone<string>("ana", """
        select concat_ws(' ', (select count(*) from public."Message" where "chatId" = [chat]), (select trunc("creditBalance") from public."User" where "id" = [ana]))
        """);

    private async Task Open(params string[] names)
    {
        foreach (var name in names)
        {
            world[name] = Guid.NewGuid();
        }

        await race.Alone<DateTime>("ana", string.Join(';', names.Select(name =>
            $"""insert into public."Stream" ("id", "chatId") values ([{name}], [chat]); select public.append_chunk([{name}], 0, 'first')""")));
    }

    private Task<decimal> Grant(int credits) => race.Alone<decimal>("op", $"select public.grant_credits([ana], {credits}, 'race')");

    private Task<string> Price(int credits) =>
        race.Alone<string>("rlschat_owner", $"update app_private.setting set value = '{credits}' where name = 'stream_price' returning name");
}
