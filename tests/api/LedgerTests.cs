using System.Text.Json.Nodes;
using RlsChat.Tests.Api.Fixtures;

namespace RlsChat.Tests.Api;

/// <summary>The two ledgers, credits and audit, and the pages of all lists about an organization.</summary>
public sealed class LedgerTests(ApiFixture fixture) : ApiTest(fixture)
{
    [Fact]
    public async Task An_operator_grants_credits_and_the_recipient_sees_them()
    {
        var (ana, ben, op) = (await Fixture.SignUp("ana"), await Fixture.SignUp("ben"), await Fixture.Operator());
        var granted = (await op.Post("/credits/grants", new { userId = ana.Id, amount = 12.5, reason = "welcome" })).Is(200);
        Assert.Equal($$"""{"userId":"{{ana.Id}}","amount":12.50,"balance":12.50}""", granted.Text);
        (await op.Post("/credits/grants", new { userId = ana.Id, amount = 0.01, reason = "more" })).Is(200);

        var items = (await ana.Get("/me/credits")).Is(200).Body["items"]!.AsArray();
        Assert.Equal(["0.01/12.51/more", "12.50/12.50/welcome"],
            items.Select(entry => $"{entry!["amount"]!.ToJsonString()}/{entry["balance"]!.ToJsonString()}/{entry["reason"]!}"));
        Assert.All(items, entry => Assert.Equal(op.Id, entry!["grantedBy"]!.GetValue<Guid>()));
        Assert.Equal("12.51", (await ana.Get("/me")).Body["creditBalance"]!.ToJsonString());
        Assert.Empty((await ben.Get("/me/credits")).Is(200).Body["items"]!.AsArray());
        Assert.Empty((await op.Get("/me/credits")).Is(200).Body["items"]!.AsArray());
    }

    [Fact]
    public async Task A_balance_out_of_range_is_refused()
    {
        var (ana, op) = (await Fixture.SignUp("ana"), await Fixture.Operator());
        var most = new { userId = ana.Id, amount = 999_999_999_999_999_999.99m, reason = "all" };
        (await op.Post("/credits/grants", most)).Is(200);
        (await op.Post("/credits/grants", most)).Is(400, "invalid_input");
        Assert.Single((await ana.Get("/me/credits")).Body["items"]!.AsArray());
    }

    [Fact]
    public async Task An_auditor_sees_all_audit_events_and_others_their_own()
    {
        var acme = await OrganizationWorld.Make(Fixture);
        var everything = await Events(acme["view_audit"], $"/organizations/{acme.Id}/audit?limit=100");
        Assert.Equal(everything.Select(Text), (await Events(acme["admin"], $"/organizations/{acme.Id}/audit?limit=100")).Select(Text));
        foreach (var action in new[] { "organization_created", "member_invited", "invitation_accepted", "member_joined",
            "role_created", "manager_changed", "member_left" })
        {
            Assert.Contains(everything, happened => happened["action"]!.GetValue<string>() == action);
        }

        Assert.All(everything, happened => Assert.Equal(acme.Id, happened["organizationId"]!.GetValue<Guid>()));
        Assert.DoesNotContain(everything, happened => Text(happened).Contains(acme["rival"].Id.ToString(), StringComparison.Ordinal));

        var own = await Events(acme["member"], $"/organizations/{acme.Id}/audit?limit=100");
        Assert.Equal(everything.Where(happened => Concerns(happened, acme["member"])).Select(Text), own.Select(Text));
        Assert.NotEmpty(own);
    }

    [Fact]
    public async Task The_count_of_chats_is_current_and_only_on_request()
    {
        var (ana, ben) = (await Fixture.SignUp("ana"), await Fixture.SignUp("ben"));
        var organization = await Fixture.Setup.Found(ana);
        await Fixture.Setup.Admit(ana, ben);
        await ana.Begin(visibility: "public");
        Assert.Equal(0, (await ben.Get("/me?include=chatCount")).Is(200).Body["chatCount"]!.GetValue<long>());
        await ben.Begin();
        await ben.Begin(organizationId: organization);
        Assert.Equal(2, (await ben.Get("/me?include=chatCount")).Is(200).Body["chatCount"]!.GetValue<long>());
        (await ben.Post($"/organizations/{organization}/leave", new { })).Is(204);
        Assert.Equal(1, (await ben.Get("/me?include=chatCount")).Is(200).Body["chatCount"]!.GetValue<long>());
        Assert.False((await ben.Get("/me")).Is(200).Body.AsObject().ContainsKey("chatCount"));
    }

    [Fact]
    public async Task Pages_of_lists_about_an_organization_hold_each_row_once()
    {
        var acme = await OrganizationWorld.Make(Fixture);
        for (var i = 1; i <= 12; i++)
        {
            (await acme["operator"].Post("/credits/grants", new { userId = acme["admin"].Id, amount = i, reason = "grant" })).Is(200);
        }

        var audited = (8, 100);
        foreach (var (list, (least, most)) in new[]
        {
            ("/organizations/{id}/members", (8, 8)), ("/organizations/{id}/roles", (9, 9)), ("/organizations/{id}/invitations", (9, 9)),
            ("/organizations/{id}/audit", audited), ("/me/audit", audited), ("/me/credits", (12, 12)),
        })
        {
            var path = list.Replace("{id}", acme.Id.ToString(), StringComparison.Ordinal);
            var all = (await acme["admin"].Get($"{path}?limit=100")).Is(200);
            Assert.Null(all.NextCursor);
            Assert.InRange(Ids(all).Length, least, most);
            Assert.Equal(Ids(all).Distinct(), Ids(all));
            Assert.Equal(Ids(all), await Pages.Of(acme["admin"], $"{path}?limit=3", page => Ids(page).Length <= 3 ? Ids(page) : []));
        }
    }

    private static string[] Ids(Response page) => [.. page.Body["items"]!.AsArray().Select(item => item!["id"]!.ToJsonString())];

    private static async Task<JsonNode[]> Events(Person person, string path) =>
        [.. (await person.Get(path)).Is(200).Body["items"]!.AsArray().Select(happened => happened!)];

    private static bool Concerns(JsonNode happened, Person person) =>
        happened["actorId"]?.GetValue<Guid>() == person.Id || happened["subjectId"]?.GetValue<Guid>() == person.Id;

    private static string Text(JsonNode happened) => happened.ToJsonString();
}
