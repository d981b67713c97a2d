using RlsChat.Tests.Api.Fixtures;
using RlsChat.Tests.Support;

namespace RlsChat.Tests.Api;

/// <summary>Two at the same moment, 200 times over: exactly one wins, and the other is told why not.</summary>
[Attack]
[Collection(RaceApi.Name)]
public sealed class RaceTests(ApiFixture fixture) : ApiTest(fixture)
{
    private const int Repetitions = 200;

    [Fact]
    public async Task One_invitation_is_accepted_once()
    {
        var (ana, ben) = (await Fixture.SignUp("ana"), await Fixture.SignUp("ben"));
        await Fixture.Setup.Verify(ben);
        var organization = (await ana.Post("/organizations", new { name = "Acme" })).Is(201).Id;
        for (var i = 0; i < Repetitions; i++)
        {
            var token = await ana.Invite(organization, ben.Email, Setup.Member);
            await OneWins(200, (410, "invitation_invalid"),
                ben.Post("/invitations/accept", new { token }), ben.Post("/invitations/accept", new { token }));
            Assert.Equal(2, (await ana.Get($"/organizations/{organization}/members")).Is(200).Ids.Length);
            (await ben.Post($"/organizations/{organization}/leave", new { })).Is(204);
        }
    }

    [Fact]
    public async Task Of_the_last_two_administrators_one_leaves()
    {
        var (ana, ben, cleo) = (await Fixture.SignUp("ana"), await Fixture.SignUp("ben"), await Fixture.SignUp("cleo"));
        var organization = (await ana.Post("/organizations", new { name = "Acme" })).Is(201).Id;
        await Fixture.Setup.Admit(ana, cleo);
        await Fixture.Setup.Admit(ana, ben, Setup.Administrator);
        await Fixture.Setup.Verify(ana);
        for (var i = 0; i < Repetitions; i++)
        {
            var leave = $"/organizations/{organization}/leave";
            var first = await OneWins(204, (409, "last_administrator"), ana.Post(leave, new { }), ben.Post(leave, new { }));
            var (gone, stays) = first ? (ana, ben) : (ben, ana);
            (await gone.Get($"/organizations/{organization}")).Is(404);
            (await stays.Get($"/organizations/{organization}")).Is(200);
            (await gone.Post("/invitations/accept", new { token = await stays.Invite(organization, gone.Email, Setup.Administrator) })).Is(200);
        }
    }

    [Fact]
    public async Task An_organization_is_not_deleted_under_who_joins_it()
    {
        var (ana, ben) = (await Fixture.SignUp("ana"), await Fixture.SignUp("ben"));
        await Fixture.Setup.Verify(ben);
        for (var i = 0; i < Repetitions; i++)
        {
            var organization = (await ana.Post("/organizations", new { name = "Acme" })).Is(201).Id;
            var token = await ana.Invite(organization, ben.Email, Setup.Member);
            var answers = await Task.WhenAll(
                ana.Delete($"/organizations/{organization}"), ben.Post("/invitations/accept", new { token }));
            if (answers[0].Status == 204)
            {
                answers[1].Is(410, "invitation_invalid");
                Assert.Null((await ben.Get("/me")).Is(200).Body["organization"]);
            }
            else
            {
                // A member who had joined before is visible (403); one who joins meanwhile still references it (409).
                Assert.Contains(answers[0].Status, new[] { 403, 409 });
                answers[1].Is(200);
                Assert.Equal(2, (await ana.Get($"/organizations/{organization}/members")).Is(200).Ids.Length);
                (await ben.Post($"/organizations/{organization}/leave", new { })).Is(204);
                (await ana.Delete($"/organizations/{organization}")).Is(204);
            }
        }
    }

    /// <summary>Of two clients of one person: one message, one price, and the other is told why not.</summary>
    [Fact]
    public async Task A_stream_is_finished_once()
    {
        var (ana, op) = (await Fixture.SignUp("ana"), await Fixture.Operator());
        await using var price = await Fixture.Setup.Turn("stream_price", "1");
        (await op.Post("/credits/grants", new { userId = ana.Id, amount = Repetitions * 2, reason = "race" })).Is(200);
        for (var i = 0; i < Repetitions; i++)
        {
            var chat = await ana.Begin();
            var stream = await Stream(ana, chat);
            await OneWins(201, (409, "stream_finished"),
                ana.Post($"/streams/{stream}/finish", new { }), ana.Post($"/streams/{stream}/finish", new { }));
            Assert.Single((await ana.Get($"/chats/{chat}/messages")).Is(200).Ids);
            Assert.Equal($"{2 * Repetitions - i - 1}.00", (await ana.Get("/me")).Is(200).Body["creditBalance"]!.ToJsonString());
        }
    }

    [Fact]
    public async Task The_last_credit_finishes_one_stream()
    {
        var (ana, op) = (await Fixture.SignUp("ana"), await Fixture.Operator());
        await using var price = await Fixture.Setup.Turn("stream_price", "1");
        for (var i = 0; i < Repetitions; i++)
        {
            (await op.Post("/credits/grants", new { userId = ana.Id, amount = 1, reason = "one" })).Is(200);
            var chat = await ana.Begin();
            var (one, two) = (await Stream(ana, chat), await Stream(ana, chat));
            await OneWins(201, (409, "insufficient_credits"),
                ana.Post($"/streams/{one}/finish", new { }), ana.Post($"/streams/{two}/finish", new { }));
            Assert.Single((await ana.Get($"/chats/{chat}/messages")).Is(200).Ids);
            Assert.Equal("0.00", (await ana.Get("/me")).Is(200).Body["creditBalance"]!.ToJsonString());
        }
    }

    /// <summary>Finishing holds the stream and asks for the chat, deleting the chat goes the other way: neither is a 500.</summary>
    [Fact]
    public async Task A_stream_is_finished_while_its_chat_is_deleted()
    {
        var ana = await Fixture.SignUp("ana");
        for (var i = 0; i < Repetitions; i++)
        {
            var chat = await ana.Begin();
            var stream = await Stream(ana, chat);
            var answers = await Task.WhenAll(ana.Post($"/streams/{stream}/finish", new { }), ana.Delete($"/chats/{chat}"));
            // 403: it was seen when the statement began, and nobody's to finish any more.
            Assert.Contains(answers[0].Status, new[] { 201, 403, 404 });
            answers[1].Is(204);
        }
    }

    private static async Task<Guid> Stream(Person person, Guid chat)
    {
        var stream = (await person.Post($"/chats/{chat}/streams", new { })).Is(201).Id;
        (await person.Post($"/streams/{stream}/chunks", new { index = 0, data = "words" })).Is(200);
        return stream;
    }

    /// <summary>One of two answers is the win and the other the refusal; whether the first won.</summary>
    private static async Task<bool> OneWins(int win, (int Status, string Code) refusal, Task<Response> first, Task<Response> second)
    {
        var answers = await Task.WhenAll(first, second);
        var won = answers[0].Status == win;
        answers[won ? 0 : 1].Is(win);
        answers[won ? 1 : 0].Is(refusal.Status, refusal.Code);
        return won;
    }
}
