using System.Diagnostics;
using RlsChat.Tests.Api.Fixtures;

namespace RlsChat.Tests.Api.Live;

/// <summary>A live stream is open as soon as it is allowed, and the time that a request may take does not end it.</summary>
[Collection(LiveApi.Name)]
public sealed class OpeningTests(ApiFixture fixture) : ApiTest(fixture)
{
    [Fact]
    public async Task A_live_stream_outlives_the_request_timeout()
    {
        await using var api = await Fixture.Open("--REQUEST_TIMEOUT=1");
        var owner = await Fixture.SignUp("owner");
        var chat = await owner.Begin();
        await using var events = await InTime($"/chats/{chat}/events");
        await using var mine = await InTime("/me/events");
        var stream = (await owner.Post($"/chats/{chat}/streams", new { })).Is(201).Id;
        await using var answer = await InTime($"/streams/{stream}");
        await Task.Delay(1300);
        var message = await owner.Say(chat);
        (await owner.Post($"/streams/{stream}/chunks", new { index = 0, data = "late" })).Is(200);
        await events.Hears("message.created", message);
        await mine.Hears("message.created", message);
        await answer.Until(f => f.All.Any(heard => heard.Kind == "chunk"), "the chunk");

        // On a busy machine it may take longer than that to open one: it is tried again.
        async Task<Follower> InTime(string path)
        {
            HttpResponseMessage? response = null;
            await Wait.Until(async () =>
            {
                response?.Dispose();
                response = await Follower.Open(owner, ApiFixture.AddressOf(api), path);
                return response.StatusCode != System.Net.HttpStatusCode.GatewayTimeout;
            });
            Assert.True(response!.IsSuccessStatusCode);
            return await Follower.Late(response).Begun(path);
        }
    }

    [Theory]
    [InlineData("owner", 20)]
    [InlineData("anonymous", 100)]
    public async Task A_person_and_an_address_have_a_limit_of_live_streams(string who, int most)
    {
        var (owner, other) = (await Fixture.SignUp("owner"), await Fixture.SignUp("other"));
        var path = $"/chats/{await owner.Begin(visibility: "public")}/events";
        var person = who == "owner" ? owner : new Person("anonymous", Fixture.Address);
        var followers = await Task.WhenAll(Enumerable.Range(0, most).Select(_ => Follower.Of(person, Fixture.Address, path)));
        (await person.Get(path)).Is(429, "too_many_streams");
        // The same address, and another person.
        await using (await Follower.Of(other, Fixture.Address, path))
        {
            (await person.Get(path)).Is(429, "too_many_streams");
        }

        // There is room again for one who leaves.
        await followers[0].DisposeAsync();
        await Wait.Until(async () =>
        {
            using var again = await Follower.Open(person, Fixture.Address, path);
            return again.IsSuccessStatusCode;
        });
        foreach (var follower in followers[1..])
        {
            await follower.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_live_stream_is_open_before_its_first_event()
    {
        var owner = await Fixture.SignUp("owner");
        var chat = await owner.Begin();
        var stream = (await owner.Post($"/chats/{chat}/streams", new { })).Is(201).Id;
        var started = Stopwatch.GetTimestamp();
        using var response = await Follower.Open(owner, Fixture.Address, $"/streams/{stream}");
        Assert.True(response.IsSuccessStatusCode);
        // The first heartbeat comes within 15 seconds.
        Assert.True(Stopwatch.GetElapsedTime(started) < TimeSpan.FromSeconds(10), "it was not answered before the first heartbeat");
    }
}
