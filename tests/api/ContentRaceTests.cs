using RlsChat.Tests.Api.Fixtures;
using RlsChat.Tests.Support;

namespace RlsChat.Tests.Api;

/// <summary>Two clients at the same moment, again and again.</summary>
[Attack]
[Collection(RaceApi.Name)]
public sealed class ContentRaceTests(ApiFixture fixture) : ApiTest(fixture)
{
    private const int Times = 200;

    /// <summary>One person with two clients: both are answered, there is one vote, and one of the two values stands.</summary>
    [Fact]
    public async Task Two_votes_of_one_person_at_once_are_one_vote()
    {
        var (ana, again) = await TwoClients();
        var chat = await ana.Begin();
        var message = await ana.Say(chat);
        for (var i = 0; i < Times; i++)
        {
            var answers = await Task.WhenAll(
                ana.Put($"/messages/{message}/vote", new { value = "up" }), again.Put($"/messages/{message}/vote", new { value = "down" }));
            Assert.Equal(answers[0].Is(200).Id, answers[1].Is(200).Id);
            var vote = Assert.Single((await ana.Get($"/chats/{chat}/votes")).Is(200).Body["items"]!.AsArray());
            Assert.Contains(vote!.ToJsonString(), answers.Select(response => response.Body.ToJsonString()));
            (await ana.Delete($"/messages/{message}/vote")).Is(204);
        }
    }

    /// <summary>The one who comes second, however little, is told what everyone is told of another's id: 403.</summary>
    [Fact]
    public async Task A_document_id_claimed_by_two_people_belongs_to_one()
    {
        var (ana, ben) = (await Fixture.SignUp("ana"), await Fixture.SignUp("ben"));
        var wins = new Dictionary<Person, int> { [ana] = 0, [ben] = 0 };
        for (var i = 0; i < Times; i++)
        {
            var id = Guid.NewGuid();
            var (first, second) = i % 2 == 0 ? (ana, ben) : (ben, ana);
            var answers = await Task.WhenAll(Claim(first, id), Claim(second, id));
            var won = Array.FindIndex(answers, response => response.Status == 201);
            var (winner, loser) = won == 0 ? (first, second) : (second, first);
            answers[won].Is(201);
            answers[1 - won].Is(403, "forbidden");
            wins[winner]++;
            var version = Assert.Single((await winner.Get($"/documents/{id}/versions")).Is(200).Body["items"]!.AsArray());
            Assert.Equal(winner.Name, version!["title"]!.GetValue<string>());
            (await loser.Get($"/documents/{id}")).Is(404);
        }

        Assert.All(wins.Values, count => Assert.InRange(count, 1, Times - 1));
    }

    [Fact]
    public async Task Two_versions_of_one_person_at_once_are_two_versions()
    {
        var (ana, again) = await TwoClients();
        var id = (await ana.Post("/documents", new { title = "plan" })).Is(201).Id;
        for (var i = 0; i < Times; i++)
        {
            foreach (var response in await Task.WhenAll(Version(ana), Version(again)))
            {
                response.Is(201);
            }
        }

        Assert.Equal(1 + 2 * Times, (await Pages.Of(ana, $"/documents/{id}/versions?limit=100", page => page.Ids)).Count);

        Task<Response> Version(Person person) => person.Post($"/documents/{id}/versions", new { content = "more" });
    }

    private static Task<Response> Claim(Person person, Guid id) => person.Post("/documents", new { id, title = person.Name });

    private async Task<(Person, Person)> TwoClients()
    {
        var ana = await Fixture.SignUp("ana");
        var again = new Person("ana elsewhere", Fixture.Address) { Email = ana.Email };
        again.Take((await again.Post("/auth/login", new { email = ana.Email, password = Person.Password })).Is(200));
        return (ana, again);
    }
}
