using System.Text.Json.Nodes;
using RlsChat.Tests.Api.Fixtures;

namespace RlsChat.Tests.Api;

/// <summary>An operator's token that reads in a person's name. What the database refuses: ImpersonationTests of tests/rls.</summary>
public sealed class ImpersonationTests(ApiFixture fixture) : ApiTest(fixture)
{
    [Fact]
    public async Task An_operator_reads_in_a_persons_name_and_the_person_learns_of_it()
    {
        var (ana, ben, op) = (await Fixture.SignUp("ana"), await Fixture.SignUp("ben"), await Fixture.Operator());
        var chat = (await ana.Post("/chats", new { title = "of ana" })).Is(201).Body["id"]!.GetValue<Guid>();
        var wanted = new { userId = ana.Id, reason = "She cannot find a chat" };
        (await ben.Post("/impersonations", wanted)).Is(403);
        (await op.Post("/impersonations", new { userId = ana.Id, reason = " " })).Refuses("reason");
        (await op.Post("/impersonations", new { userId = Guid.NewGuid(), reason = "x" })).Is(404);
        var opened = (await op.Post("/impersonations", wanted)).Is(200).Body;
        Assert.Equal(900, opened["expiresIn"]!.GetValue<int>());

        var looking = ana.At(ana.Address);
        looking.Bear(opened["accessToken"]!.GetValue<string>());
        Assert.Equal(ana.Id, (await looking.Get("/me")).Is(200).Body["id"]!.GetValue<Guid>());
        Assert.Equal(["of ana"], (await looking.Get("/chats")).Is(200).Body["items"]!.AsArray().Select(item => item!["title"]!.GetValue<string>()));
        Assert.Empty((await looking.Get($"/chats/{chat}/messages")).Is(200).Body["items"]!.AsArray());
        (await looking.Get($"/chats/{Guid.NewGuid()}/messages")).Is(404);

        (await looking.Post("/chats", new { title = "x" })).Is(403, "forbidden");
        (await looking.With("Idempotency-Key", "once", HttpMethod.Post, "/chats", new { title = "x" })).Is(403, "forbidden");
        (await looking.Delete($"/chats/{chat}")).Is(403, "forbidden");
        (await looking.Post("/impersonations", new { userId = ben.Id, reason = "x" })).Is(403, "forbidden");
        // Monitoring asks the person's permissions, and live delivery knows no such session.
        (await looking.Get("/monitor/policies")).Is(403);
        Assert.Contains("session_ended", (await looking.Get("/me/events")).Is(200).Text, StringComparison.Ordinal);

        var told = (await ana.Get("/me/audit")).Is(200).Body["items"]!.AsArray()
            .Single(happened => happened!["action"]!.GetValue<string>() == "impersonated")!;
        Assert.Equal(op.Id, told["actorId"]!.GetValue<Guid>());
        Assert.Equal(wanted.reason, told["details"]!["reason"]!.GetValue<string>());

        (await op.Delete($"/me/sessions/{await Session(op)}")).Is(204);
        (await looking.Get("/me")).Is(401);
    }

    private static async Task<JsonNode> Session(Person person) =>
        (await person.Get("/me/sessions")).Is(200).Body["items"]!.AsArray().Single()!["id"]!;
}
