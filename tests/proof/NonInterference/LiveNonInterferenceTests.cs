using RlsChat.Tests.Api.Fixtures;
using RlsChat.Tests.Api.Live;
using RlsChat.Tests.Support;

namespace RlsChat.Tests.Proof.NonInterference;

/// <summary>Event streams carry nothing about people that the subscriber cannot see.</summary>
[Trait("Covers", "EveryEndpoint")]
[Collection(EndpointApi.Name)]
public sealed class LiveNonInterferenceTests(ApiFixture fixture) : ApiTest(fixture)
{
    [Fact]
    public async Task Live_streams_carry_nothing_of_hidden_activity()
    {
        var (ana, colleague, rival) = (await Fixture.SignUp("ana"), await Fixture.SignUp("colleague"), await Fixture.SignUp("rival"));
        await Fixture.Setup.Verify(rival);
        var anas = await Belongings.Of(Fixture, ana, organization: true);
        var open = await ana.Begin("for everybody", "public");
        await Fixture.Setup.Admit(ana, colleague);
        var rivals = await Belongings.Of(Fixture, rival, organization: true);

        await using var itself = await Follower.Of(rival, Fixture.Address, "/me/events");
        await using var mine = await Follower.Of(ana, Fixture.Address, "/me/events");
        await using var personal = await Follower.Of(ana, Fixture.Address, $"/chats/{anas.Chat}/events");
        await using var shared = await Follower.Of(colleague, Fixture.Address, $"/chats/{anas.SharedChat}/events");
        await using var everybody = await Follower.Of(Fixture.Anonymous(), Fixture.Address, $"/chats/{open}/events");
        await using var response = await Follower.Of(ana, Fixture.Address, $"/streams/{anas.Stream}");
        Follower[] listeners = [mine, personal, shared, everybody];

        await rivals.Change();
        await rivals.Trespass(anas);
        var theirs = await Belongings.Of(Fixture, colleague, organization: false);
        await theirs.Change();
        await theirs.Trespass(anas);
        (await rival.Delete($"/organizations/{rivals.Organization}")).Is(204);
        (await rival.Delete("/me")).Is(204);

        // Events come in order: when these have come, nothing before them is still on its way.
        var words = new[] { await ana.Say(anas.Chat), await ana.Say(anas.SharedChat), await ana.Say(open) };
        await mine.Hears("message.created", words[2]);
        await personal.Hears("message.created", words[0]);
        await shared.Hears("message.created", words[1]);
        await everybody.Hears("message.created", words[2]);
        var strange = listeners.SelectMany(listener => listener.All)
            .Where(heard => heard.Kind != "message.created" || !words.Contains(heard.Row)).ToList();
        Figures.Add("noninterference.answers", listeners.Length + 1);
        Figures.Add("noninterference.differences", strange.Count);
        Assert.True(strange.Count == 0, string.Join('\n', strange));
        Assert.Equal(["chunk"], response.All.Select(heard => heard.Kind));
        Assert.NotEmpty(itself.All);
    }
}
