using Microsoft.Extensions.DependencyInjection;
using RlsChat.Api.Live;
using RlsChat.Tests.Api.Fixtures;

namespace RlsChat.Tests.Api.Live;

/// <summary>GET /streams/{id}: an answer as it is written, from any chunk on, on any instance, to who sees the chat.</summary>
[Collection(LiveApi.Name)]
public sealed class StreamFollowTests(ApiFixture fixture) : ApiTest(fixture)
{
    private ContentWorld _world = null!;
    private Guid _chat, _stream;

    public override async Task InitializeAsync()
    {
        Fixture.ContentWorld = null;
        _world = await ContentWorld.Of(Fixture);
        Fixture.ContentWorld = null;
        _chat = await _world["owner"].Begin(organizationId: _world.Organization);
        _stream = await Fixture.Setup.As<Guid>(_world["owner"], """insert into public."Stream" ("chatId") values ($1) returning "id" """, _chat);
    }

    private Task<DateTime> Append(int index, string data) => Fixture.Setup.As<DateTime>(
        _world["owner"], "select public.append_chunk($1, $2, $3)", _stream, index, data);

    private Task<Guid> Finish() => Fixture.Setup.As<Guid>(_world["owner"], """select "id" from public.finish_stream($1)""", _stream);

    private Task<Follower> Follow(string who = "member", string? lastId = null, Uri? address = null) =>
        Follower.Of(_world[who], address ?? Fixture.Address, $"/streams/{_stream}", lastId);

    private static List<(int, string)> Chunks(Follower follower) =>
        [.. follower.All.Where(heard => heard.Kind == "chunk").Select(heard => (heard.Data["index"]!.GetValue<int>(), heard.Data["data"]!.GetValue<string>()))];

    [Fact]
    public async Task Chunks_arrive_in_order_and_then_the_message()
    {
        await Append(0, "a\r\n");
        await using var follower = await Follow();
        await follower.Until(f => Chunks(f).Count == 1, "the first");
        // Whatever order they are written in.
        await Append(2, "\"ć");
        await Append(1, "b");
        await follower.Until(f => Chunks(f).Count == 3, "the others");
        var message = await Finish();
        await follower.Until(f => f.IsOver, "the end");
        Assert.Equal([(0, "a\r\n"), (1, "b"), (2, "\"ć")], Chunks(follower));
        Assert.Equal(["0", "1", "2"], follower.All.Where(heard => heard.Kind == "chunk").Select(heard => heard.Id));
        Assert.Equal(("finished", message), (follower.All[^1].Kind, follower.All[^1].Data["messageId"]!.GetValue<Guid>()));
    }

    [Fact]
    public async Task A_stream_continues_after_a_chunk_on_another_instance()
    {
        await using var other = await Fixture.Open();
        for (var i = 0; i < 200; i++)
        {
            await Append(i, $"{i} ");
        }

        await using (var follower = await Follow(lastId: "149", address: ApiFixture.AddressOf(other)))
        {
            await follower.Until(f => Chunks(f).Count == 50, "the rest");
            await Append(200, "200 ");
            await follower.Until(f => Chunks(f).Count == 51, "what is new");
            Assert.Equal(Enumerable.Range(150, 51), Chunks(follower).Select(chunk => chunk.Item1));
        }

        await Finish();
        await using var late = await Follow(lastId: "200");
        await late.Until(f => f.IsOver, "the end");
        Assert.Equal(["finished"], late.All.Select(heard => heard.Kind));
    }

    [Fact]
    public async Task A_silent_stream_is_abandoned()
    {
        await Append(0, "a");
        await using var follower = await Follow();
        await Fixture.Setup.Age("\"Stream\"", """update public."Stream" set "activeAt" = "activeAt" - interval '1 hour' """);
        await follower.Until(f => f.IsOver, "the end");
        Assert.Equal(["chunk", "abandoned"], follower.All.Select(heard => heard.Kind));
    }

    [Fact]
    public async Task Stalled_followers_delay_nobody_and_are_dropped()
    {
        // As JSON each of its characters is six: 6 MB for each follower, more than buffers hold on the way.
        const int Pieces = 15;
        await Fixture.Setup.As<long>(_world["owner"],
            $"select count(public.append_chunk($1, i, repeat(chr(1), 65536))) from generate_series(0, {Pieces - 1}) i", _stream);
        var stalled = await Task.WhenAll(Enumerable.Range(0, 10)
            .Select(_ => Follower.Open(_world["member"], Fixture.Address, $"/streams/{_stream}", isNarrow: true)));
        var (outsider, open) = (_world["outsider"], Fixture.App.Services.GetRequiredService<Subscriptions>());
        Fixture.Patience.Reader = TimeSpan.FromMinutes(5);
        var chat = await outsider.Begin();
        await using var bystander = await Follower.Of(outsider, Fixture.Address, "/me/events");
        Assert.Equal(stalled.Length + 1, open.Count);
        for (var i = 0; i < 3; i++)
        {
            var message = await outsider.Say(chat);
            await bystander.Hears("message.created", message);
        }

        (await outsider.Post("/auth/logout", new { refreshToken = outsider.RefreshToken })).Is(204);
        await bystander.Until(f => f.IsOver, "the end");
        await Wait.Until(() => Task.FromResult(open.Count == stalled.Length));
        (Fixture.Patience.Reader, Fixture.Patience.End) = (TimeSpan.Zero, TimeSpan.FromSeconds(1));
        await Wait.Until(() => Task.FromResult(open.Count == 0));
        Fixture.Patience.Reader = TimeSpan.FromMinutes(5);
        foreach (var response in stalled)
        {
            await using var follower = Follower.Late(response);
            await follower.Until(f => f.IsOver, "it was closed");
            // The received chunks are in order, and the stream continues there.
            var (has, last) = (Chunks(follower), follower.LastId);
            Assert.Equal(Enumerable.Range(0, has.Count), has.Select(chunk => chunk.Item1));
            Assert.InRange(has.Count, 0, Pieces - 1);
            await using var again = await Follow(lastId: last);
            await again.Until(f => Chunks(f).Count == Pieces - has.Count, "the rest");
        }
    }

    [Theory]
    [InlineData("leaves")]
    [InlineData("is deleted")]
    [InlineData("signs out")]
    public async Task A_follower_who_loses_access_gets_no_more(string how)
    {
        await using var follower = await Follow();
        await Append(0, "a");
        await follower.Until(f => Chunks(f).Count == 1, "the first");
        var member = _world["member"];
        switch (how)
        {
            case "leaves":
                await Fixture.Setup.As<bool>(member, "select public.leave_organization()");
                break;
            case "signs out":
                (await member.Post("/auth/logout", new { refreshToken = member.RefreshToken })).Is(204);
                break;
            default:
                await Fixture.Setup.As<Guid>(_world["owner"], """delete from public."Stream" where "id" = $1 returning "id" """, _stream);
                break;
        }

        if (how != "is deleted")
        {
            await Append(1, "b");
        }

        await follower.Until(f => f.IsOver, "the end");
        Assert.Single(Chunks(follower));
        Assert.Equal(how == "signs out" ? "session_ended" : "not_found", follower.End);
    }

    [Fact]
    public async Task Only_people_who_see_the_chat_can_follow_a_stream()
    {
        foreach (var who in new[] { "outsider", "left", "anonymous" })
        {
            using var refused = await Follower.Open(_world[who], Fixture.Address, $"/streams/{_stream}");
            Assert.Equal(404, (int)refused.StatusCode);
        }

        using var malformed = await Follower.Open(_world["owner"], Fixture.Address, $"/streams/{_stream}", "-1");
        Assert.Equal(400, (int)malformed.StatusCode);
    }
}
