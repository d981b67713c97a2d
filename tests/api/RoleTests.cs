using System.Text.Json.Nodes;
using RlsChat.Tests.Api.Fixtures;

namespace RlsChat.Tests.Api;

/// <summary>Roles of an organization: what they hold, who has them, and what ends with them.</summary>
public sealed class RoleTests(ApiFixture fixture) : ApiTest(fixture)
{
    [Fact]
    public async Task A_role_is_created_changed_given_and_deleted_when_nobody_has_it()
    {
        var (ana, ben, organization) = await Fixture.Two();
        var made = (await ana.Post($"/organizations/{organization}/roles",
            new { name = "auditor", permissions = new[] { "can_view_documents", "can_view_audit", "can_view_audit" } })).Is(201);
        Assert.Equal("""["can_view_audit","can_view_documents"]""", made.Body["permissions"]!.ToJsonString());
        Assert.Equal(organization, made.Body["organizationId"]!.GetValue<Guid>());
        (await ana.Post($"/organizations/{organization}/roles", new { name = "auditor" })).Is(409, "conflict");

        var renamed = (await ana.Patch($"/roles/{made.Id}", new { name = "reader" })).Is(200);
        Assert.Equal("""["can_view_audit","can_view_documents"]""", renamed.Body["permissions"]!.ToJsonString());
        var emptied = (await ana.Patch($"/roles/{made.Id}", new { permissions = new[] { "can_view_audit" } })).Is(200);
        Assert.Equal("reader", emptied.Body["name"]!.GetValue<string>());
        Assert.Equal("""["can_view_audit"]""", emptied.Body["permissions"]!.ToJsonString());

        (await ana.Patch(ben.In(organization), new { roleId = made.Id })).Is(204);
        Assert.Equal("""["can_view_audit"]""", (await ben.Get("/me")).Body["permissions"]!.ToJsonString());
        (await ana.Delete($"/roles/{made.Id}")).Is(409, "in_use");
        (await ana.Patch(ben.In(organization), new { roleId = Setup.Member })).Is(204);
        (await ana.Delete($"/roles/{made.Id}")).Is(204);
        (await ana.Delete($"/roles/{made.Id}")).Is(404);
    }

    [Fact]
    public async Task Roles_are_listed_with_the_built_in_ones_which_nobody_can_change()
    {
        var acme = await OrganizationWorld.Make(Fixture);
        var roles = (await acme["member"].Get($"/organizations/{acme.Id}/roles")).Is(200);
        Assert.Equal([Setup.Member, Setup.Administrator, Setup.Operator], roles.Ids.Order().Take(3));
        Assert.Contains(acme.Clerk, roles.Ids);
        Assert.Equal(3 + 6, roles.Ids.Length);
        foreach (var role in new[] { Setup.Member, Setup.Administrator, Setup.Operator })
        {
            (await acme["admin"].Patch($"/roles/{role}", new { name = "mine" })).Is(403);
            (await acme["admin"].Delete($"/roles/{role}")).Is(403);
            (await acme["outsider"].Delete($"/roles/{role}")).Is(404);
        }

        Assert.Equal(roles.Text, (await acme["member"].Get($"/organizations/{acme.Id}/roles")).Text);
    }

    [Fact]
    public async Task The_known_permissions_are_those_of_the_database()
    {
        var ana = await Fixture.SignUp("ana");
        var organization = (await ana.Post("/organizations", new { name = "Acme" })).Id;
        var roles = (await ana.Get($"/organizations/{organization}/roles")).Body["items"]!.AsArray();
        Assert.Equal(RlsChat.Api.Endpoints.Roles.Permissions.Order(), roles.SelectMany(Permissions).Order());
    }

    [Fact]
    public async Task A_right_ends_with_the_role_at_the_next_request()
    {
        var acme = await OrganizationWorld.Make(Fixture);
        var (admin, manages, audits) = (acme["admin"], acme["manage_members"], acme["view_audit"]);
        Assert.Contains(acme.Invitation, (await manages.Get($"/organizations/{acme.Id}/invitations")).Ids);
        (await admin.Patch(manages.In(acme.Id), new { roleId = Setup.Member })).Is(204);
        Assert.Empty((await manages.Get($"/organizations/{acme.Id}/invitations")).Is(200).Ids);
        (await manages.Delete($"/invitations/{acme.Invitation}")).Is(404);
        (await manages.Delete(acme["colleague"].In(acme.Id))).Is(403);

        // The same, when it is taken out of the role that somebody goes on having.
        Assert.Contains(await Actors(audits, $"/organizations/{acme.Id}/audit?limit=100"), actor => actor != audits.Id);
        var role = (await acme.Seen("view_audit"))!["roleId"]!.GetValue<Guid>();
        (await admin.Patch($"/roles/{role}", new { permissions = Array.Empty<string>() })).Is(200);
        foreach (var happened in (await audits.Get($"/organizations/{acme.Id}/audit?limit=100")).Is(200).Body["items"]!.AsArray())
        {
            Assert.Contains(audits.Id.ToString(), happened!.ToJsonString(), StringComparison.Ordinal);
        }
    }

    private static async Task<Guid?[]> Actors(Person person, string path) =>
        [.. (await person.Get(path)).Is(200).Body["items"]!.AsArray().Select(happened => happened!["actorId"]?.GetValue<Guid>())];

    private static IEnumerable<string> Permissions(JsonNode? role) =>
        role!["permissions"]!.AsArray().Select(permission => permission!.GetValue<string>());
}
