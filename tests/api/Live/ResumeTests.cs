using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using RlsChat.Api.Configuration;
using RlsChat.Api.Live;
using RlsChat.Tests.Api.Fixtures;

namespace RlsChat.Tests.Api.Live;

/// <summary>Last-Event-ID: what can be gone on from, what cannot, and that nothing is lost or repeated on the way.</summary>
[Collection(LiveApi.Name)]
public sealed class ResumeTests(ApiFixture fixture) : ApiTest(fixture)
{
    private Person _owner = null!;
    private Guid _chat;

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        _owner = await Fixture.SignUp("owner");
        _chat = await _owner.Begin();
    }

    private async Task<string> Position()
    {
        await using var follower = await Follower.Of(_owner, Fixture.Address, "/me/events");
        return follower.LastId!;
    }

    [Fact]
    public async Task A_subscription_continues_after_the_id()
    {
        var before = await Position();
        var missed = new[] { await _owner.Say(_chat), await _owner.Say(_chat), await _owner.Say(_chat) };
        await using var follower = await Follower.Of(_owner, Fixture.Address, "/me/events", before);
        await follower.Hears("message.created", missed[2]);
        Assert.Equal(missed, follower.All.Select(heard => heard.Row));
        // Every one of its events is a place to go on from.
        await using var later = await Follower.Of(_owner, Fixture.Address, $"/chats/{_chat}/events?lastEventId={follower.All[1].Id}");
        await later.Hears("message.created", missed[2]);
        Assert.Equal(missed[2..], later.All.Select(heard => heard.Row));
    }

    [Theory]
    [InlineData("too old")]
    [InlineData("of another database")]
    [InlineData("of another server")]
    [InlineData("of another timeline")]
    [InlineData("of the future")]
    [InlineData("among too much")]
    public async Task Reset_is_sent_when_the_missed_events_are_not_known(string how)
    {
        var position = RlsChat.Api.Http.Position.Parse(await Position())!;
        var (server, database, timeline) = position.Place.Split('-') is [var s, var d, var t] ? (s, d, t) : throw new FormatException(position.Place);
        var missed = await _owner.Say(_chat);
        // The control: changed in nothing, it is good.
        await using var good = await Follower.Of(_owner, Fixture.Address, "/me/events", position.ToString());
        await good.Hears("message.created", missed);
        if (how == "among too much")
        {
            await Fixture.Setup.Age("\"Event\"", """
                insert into public."Event" ("kind", "rowId") select 'chat.updated', gen_random_uuid() from generate_series(1, 50001)
                """);
        }

        var other = how switch
        {
            "too old" => position with { At = position.At - (23 * 3600) - 60 },
            "of another database" => position with { Place = $"{server}-{long.Parse(database) + 1}-{timeline}" },
            "of another server" => position with { Place = $"1{server}-{database}-{timeline}" },
            "of another timeline" => position with { Place = $"{server}-{database}-{long.Parse(timeline) + 1}" },
            "among too much" => position with { UpTo = RlsChat.Api.Http.Position.Parse(await Position())!.After, Last = 1 },
            _ => position with { After = "900000000000:900000000000:" },
        };
        await using var follower = await Follower.Of(_owner, Fixture.Address, "/me/events", other.ToString());
        // It starts again, from an id that is valid.
        var next = await _owner.Say(_chat);
        await follower.Hears("message.created", next);
        Assert.Equal(["reset", "message.created"], follower.All.Select(heard => heard.Kind));
        await using var again = await Follower.Of(_owner, Fixture.Address, "/me/events", follower.All[0].Id);
        await again.Hears("message.created", next);
        Assert.Equal([next], again.All.Select(heard => heard.Row));
    }

    [Fact]
    public async Task A_stalled_subscription_is_dropped_and_continues_without_a_loss()
    {
        const int Messages = 500;
        Fixture.Patience.End = TimeSpan.FromSeconds(1);
        // A client that has not read "ready" has this position all the same.
        var stalled = await Follower.Open(_owner, Fixture.Address, $"/chats/{_chat}/events", await Position());
        // More than buffers hold on the way: 30 MB.
        await Flood(Messages);
        await using var quick = await Follower.Of(_owner, Fixture.Address, $"/chats/{_chat}/events");
        var open = Fixture.App.Services.GetRequiredService<Subscriptions>();
        await Wait.Until(() => Task.FromResult(open.Count == 1));
        // Others are served meanwhile.
        var last = await _owner.Say(_chat);
        await quick.Hears("message.created", last);

        await using var follower = Follower.Late(stalled);
        await follower.Until(f => f.IsOver, "it was closed");
        var seen = follower.All.Where(heard => heard.Kind == "message.created").Select(heard => heard.Row).ToList();
        Assert.InRange(seen.Count, 0, Messages - 1);
        await using var again = await Follower.Of(_owner, Fixture.Address, $"/chats/{_chat}/events", follower.LastId);
        await again.Hears("message.created", last);
        seen.AddRange(again.All.Select(heard => heard.Row));
        Assert.Equal(Messages + 1, seen.Count);
        Assert.Equal(seen.Count, seen.Distinct().Count());
    }

    [Fact]
    public async Task A_subscription_that_ends_while_others_catch_up_delays_nobody()
    {
        var subscriptions = Fixture.App.Services.GetRequiredService<Subscriptions>();
        var before = RlsChat.Api.Http.Position.Parse(await Position());
        var missed = await _owner.Say(_chat);
        for (var i = 0; i < 20; i++)
        {
            var gone = Owner(before);
            Assert.True(subscriptions.TryAdd(gone));
            subscriptions.Remove(gone);
            await using var follower = await Follower.Of(_owner, Fixture.Address, "/me/events", before!.ToString());
            await follower.Hears("message.created", missed);
        }
    }

    [Fact]
    public async Task A_page_of_large_events_ends_early_and_the_next_continues_there()
    {
        var start = RlsChat.Api.Http.Position.Parse(await Position())!;
        var missed = await Flood(75);
        await using var connection = new NpgsqlConnection(Fixture.App.Services.GetRequiredService<Settings>().Live.ConnectionString);
        await connection.OpenAsync();
        var subscription = new SubscriptionArrays([Owner(start)]);
        var first = await Outbox.Deliver(connection, start, subscription, everybody: true, default);
        Assert.Equal(first.Rows[^1].Id, first.Last);
        var rest = await Outbox.Deliver(
            connection, start with { UpTo = first.UpTo, Last = first.Last!.Value }, subscription, everybody: true, default);
        Assert.Null(rest.Last);
        Assert.Equal((70, 5), (first.Rows.Count, rest.Rows.Count));
        Assert.Equal(missed, first.Rows.Concat(rest.Rows)
            .Select(news => JsonDocument.Parse(news.Payload!).RootElement.GetProperty("id").GetGuid()));

        // Through delivery too nothing is lost.
        await using var follower = await Follower.Of(_owner, Fixture.Address, "/me/events", start.ToString());
        await follower.Hears("message.created", missed[^1]);
        Assert.Equal(missed, follower.All.Select(heard => heard.Row));
    }

    [Fact]
    public async Task Current_subscriptions_come_before_lagging_ones()
    {
        const int Messages = 600;
        var before = await Position();
        await Flood(Messages);
        var other = await Fixture.SignUp("other");
        var chat = await other.Begin();
        await using var bystander = await Follower.Of(other, Fixture.Address, "/me/events");
        var late = new[] { await Follower.Open(_owner, Fixture.Address, "/me/events", before), await Follower.Open(_owner, Fixture.Address, "/me/events", before) };
        await using var first = Follower.Late(late[0]);
        await using var second = Follower.Late(late[1]);
        await first.Until(f => f.All.Count > 0, "the first");
        await bystander.Hears("message.created", await other.Say(chat));
        Assert.InRange(first.All.Count, 1, Messages - 1);
        await first.Until(f => f.All.Count(heard => heard.Kind == "message.created") == Messages, "all of it");
        await second.Until(f => f.All.Count(heard => heard.Kind == "message.created") == Messages, "all of it");
    }

    [Theory]
    [InlineData("without room")]
    [InlineData("at the end of a stream")]
    public async Task A_slow_subscription_ends_when_access_is_lost(string how)
    {
        Fixture.Patience.Reader = TimeSpan.FromMinutes(5);
        Subscription slow;
        if (how == "without room")
        {
            slow = Owner(RlsChat.Api.Http.Position.Parse(await Position()));
            await Flood(50);
        }
        else
        {
            slow = Owner(null, await Answer());
        }

        var open = Fixture.App.Services.GetRequiredService<Subscriptions>();
        Assert.True(open.TryAdd(slow));
        await Wait.Until(() => Task.FromResult(slow.IsOver || !slow.HasRoom));
        // The control: as long as they have access nothing ends.
        await Task.Delay(500);
        Assert.Null(slow.Ended);
        (await _owner.Post("/auth/logout", new { refreshToken = _owner.RefreshToken })).Is(204);
        await Wait.Until(() => Task.FromResult(slow.Ended is not null));
        Assert.Equal("session_ended", slow.Ended);
        open.Remove(slow);
    }

    [Fact]
    public async Task A_follower_of_a_finished_stream_that_reads_nothing_is_dropped()
    {
        Fixture.Patience.Reader = TimeSpan.FromSeconds(1);
        var (slow, open) = (Owner(null, await Answer()), Fixture.App.Services.GetRequiredService<Subscriptions>());
        Assert.True(open.TryAdd(slow));
        await Wait.Until(() => Task.FromResult(slow.Ended is not null));
        Assert.Equal("slow", slow.Ended);
        open.Remove(slow);
    }

    /// <summary>So many messages, as large as an event tells them; their ids, in order.</summary>
    private async Task<Guid[]> Flood(int messages) => (await Fixture.Setup.As<Guid[]>(_owner,
        """
        with written as (
          insert into public."Message" ("chatId", "role", "parts")
          select $1, 'user', to_json(array[repeat('x', 60000)]) from generate_series(1, $2) returning "id")
        select array_agg("id") from written
        """, _chat, messages))!;

    /// <summary>A stream that was written and finished.</summary>
    private async Task<Guid> Answer()
    {
        var stream = (await _owner.Post($"/chats/{_chat}/streams", new { })).Is(201).Id;
        (await _owner.Post($"/streams/{stream}/chunks", new { index = 0, data = "x" })).Is(200);
        (await _owner.Post($"/streams/{stream}/finish", new { })).Is(201);
        return stream;
    }

    private Subscription Owner(RlsChat.Api.Http.Position? from, Guid? stream = null) => new()
    {
        Chat = stream is null ? null : _chat,
        Stream = stream,
        Index = -1,
        Person = _owner.Id,
        Digest = SHA256.HashData(Encoding.UTF8.GetBytes(Claims.SessionOf(_owner.AccessToken))),
        From = from,
        Patience = Fixture.Patience,
        Cut = () => { },
        Drained = () => { },
    };
}
