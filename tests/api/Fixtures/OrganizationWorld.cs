using System.Text.Json.Nodes;

namespace RlsChat.Tests.Api.Fixtures;

/// <summary>
/// An organization, Acme, with somebody for each permission that matters to it, and the people
/// around it. Kept from one case to the next until a case has changed something.
/// </summary>
internal sealed class OrganizationWorld
{
    /// <summary>By what they are: "manage_members" holds can_manage_members and nothing else.</summary>
    public Dictionary<string, Person> People { get; } = [];

    public Guid Id { get; private set; }

    /// <summary>A role of Acme that allows nothing and that nobody has.</summary>
    public Guid Clerk { get; private set; }

    /// <summary>An open invitation of "invited" into that role.</summary>
    public Guid Invitation { get; private set; }

    /// <summary>Its token.</summary>
    public string Token { get; private set; } = "";

    /// <summary>The last result of <see cref="Read"/>; null after a change.</summary>
    public string? Known { get; set; }

    public Person this[string name] => People[name];

    /// <summary>The current world, or a new one.</summary>
    public static async Task<OrganizationWorld> Of(ApiFixture fixture) => fixture.OrganizationWorld ??= await Make(fixture);

    /// <summary>All that could change: as its administrator sees it, and the balance of "member".</summary>
    public async Task<string> Read()
    {
        var pages = await Task.WhenAll(
            new[] { "", "/members?limit=100", "/roles?limit=100", "/invitations?limit=100", "/audit?limit=100" }
                .Select(path => this["admin"].Get($"/organizations/{Id}{path}")));
        return string.Concat(pages.Select(page => page.Text)) + (await this["member"].Get("/me/credits")).Text;
    }

    /// <summary>A member as another sees them; null when they see none.</summary>
    public async Task<JsonNode?> Seen(string who, string by = "admin") =>
        (await this[by].Get($"/organizations/{Id}/members?limit=100")).Is(200).Body["items"]!.AsArray()
            .SingleOrDefault(member => member!["id"]!.GetValue<Guid>() == People[who].Id);

    /// <summary>One that a test may use up.</summary>
    public static async Task<OrganizationWorld> Make(ApiFixture fixture)
    {
        var world = new OrganizationWorld();
        foreach (var name in new[]
        {
            "admin", "member", "manage_members", "manage_roles", "manage_organization", "view_audit", "view_documents",
            "colleague", "outsider", "rival", "left", "invited", "operator",
        })
        {
            world.People[name] = await fixture.SignUp(name);
        }

        world.People["anonymous"] = fixture.Anonymous();
        var (admin, setup) = (world["admin"], fixture.Setup);
        world.Id = await setup.Found(admin);
        await setup.Found(world["rival"], "Rival");
        await setup.MakeOperator(world["operator"]);
        foreach (var name in new[] { "member", "colleague", "left" })
        {
            await setup.Admit(admin, world[name]);
        }

        foreach (var name in new[] { "manage_members", "manage_roles", "manage_organization", "view_audit", "view_documents" })
        {
            await setup.Admit(admin, world[name], await setup.RoleWith(admin, $"can_{name}"));
        }

        (await admin.Patch($"/organizations/{world.Id}/members/{world["colleague"].Id}", new { managerId = admin.Id })).Is(204);
        (await world["left"].Post($"/organizations/{world.Id}/leave", new { })).Is(204);
        world.Clerk = (await admin.Post($"/organizations/{world.Id}/roles", new { name = "clerk" })).Is(201).Id;
        await setup.Verify(world["invited"]);
        var invitation = (await admin.Post($"/organizations/{world.Id}/invitations",
            new { email = world["invited"].Email, roleId = world.Clerk })).Is(201);
        (world.Invitation, world.Token) = (invitation.Id, invitation.Body["token"]!.GetValue<string>());
        return world;
    }
}
