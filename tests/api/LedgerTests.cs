using System.Text.Json.Nodes;
using RlsChat.Tests.Api.Fixtures;

namespace RlsChat.Tests.Api;

/// <summary>The two ledgers, credits and audit, and the pages of all lists about an organization.</summary>
public sealed class LedgerTests(ApiFixture fixture) : ApiTest(fixture)
{
    [Fact]
    public async Task Credits_are_granted_by_an_operator_and_seen_by_whom_they_are_for()
    {
        var (ana, ben, op) = (await Fixture.SignUp("ana"), await Fixture.SignUp("ben"), await Fixture.SignUp("operator"));
        await Fixture.Setup.MakeOperator(op);
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
    public async Task A_balance_that_no_number_holds_is_refused()
    {
        var (ana, op) = (await Fixture.SignUp("ana"), await Fixture.SignUp("operator"));
        await Fixture.Setup.MakeOperator(op);
        var most = new { userId = ana.Id, amount = 999_999_999_999_999_999.99m, reason = "all" };
        (await op.Post("/credits/grants", most)).Is(200);
        (await op.Post("/credits/grants", most)).Is(400, "invalid_input");
        Assert.Single((await ana.Get("/me/credits")).Body["items"]!.AsArray());
    }

    [Fact]
    public async Task The_audit_shows_an_auditor_everything_there_and_anybody_else_their_own()
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
    public async Task What_concerns_a_person_stays_readable_to_them_after_leaving()
    {
        var acme = await OrganizationWorld.Make(Fixture);
        var left = acme["left"];
        (await left.Get($"/organizations/{acme.Id}/audit")).Is(404);
        var mine = await Events(left, "/me/audit?limit=100");
        Assert.All(mine, happened => Assert.True(Concerns(happened, left), Text(happened)));
        Assert.Contains(mine, happened =>
            happened["action"]!.GetValue<string>() == "member_left" && happened["organizationId"]!.GetValue<Guid>() == acme.Id);
        Assert.Contains(mine, happened => happened["action"]!.GetValue<string>() == "account_created");
    }

    [Fact]
    public async Task The_count_of_chats_is_of_those_that_are_theirs_now_and_only_on_demand()
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

    [Theory]
    [InlineData("/organizations/{id}/members", 8)]
    [InlineData("/organizations/{id}/roles", 9)]
    [InlineData("/organizations/{id}/invitations", 9)]
    [InlineData("/organizations/{id}/audit", 0)]
    [InlineData("/me/audit", 0)]
    [InlineData("/me/credits", 12)]
    public async Task Pages_show_every_row_once(string list, int expected)
    {
        var acme = await OrganizationWorld.Make(Fixture);
        for (var i = 1; i <= 12; i++)
        {
            (await acme["operator"].Post("/credits/grants", new { userId = acme["admin"].Id, amount = i, reason = "grant" })).Is(200);
        }

        var path = list.Replace("{id}", acme.Id.ToString(), StringComparison.Ordinal);
        var all = (await acme["admin"].Get($"{path}?limit=100")).Is(200);
        Assert.Null(all.NextCursor);
        var ids = Ids(all);
        Assert.InRange(ids.Length, Math.Max(expected, 8), expected == 0 ? 100 : expected);
        Assert.Equal(ids.Distinct(), ids);
        var seen = new List<string>();
        for (string? cursor = ""; cursor is not null;)
        {
            var page = (await acme["admin"].Get(cursor.Length == 0 ? $"{path}?limit=3" : $"{path}?limit=3&cursor={cursor}")).Is(200);
            Assert.InRange(Ids(page).Length, 1, 3);
            seen.AddRange(Ids(page));
            cursor = page.NextCursor;
        }

        Assert.Equal(ids, seen);
    }

    private static string[] Ids(Response page) => [.. page.Body["items"]!.AsArray().Select(item => item!["id"]!.ToJsonString())];

    private static async Task<JsonNode[]> Events(Person person, string path) =>
        [.. (await person.Get(path)).Is(200).Body["items"]!.AsArray().Select(happened => happened!)];

    private static bool Concerns(JsonNode happened, Person person) =>
        happened["actorId"]?.GetValue<Guid>() == person.Id || happened["subjectId"]?.GetValue<Guid>() == person.Id;

    private static string Text(JsonNode happened) => happened.ToJsonString();
}
