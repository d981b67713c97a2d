using System.Text.Json.Nodes;
using RlsChat.Tests.Api.Fixtures;

namespace RlsChat.Tests.Api;

/// <summary>Organizations, roles and invitations: what they do, what stops them, and what ends with them.</summary>
public sealed class MembershipTests(ApiFixture fixture) : ApiTest(fixture)
{
    [Fact]
    public async Task An_organization_from_its_founding_to_its_end()
    {
        var ana = await Fixture.SignUp("ana");
        var made = (await ana.Post("/organizations", new { name = "Acme" })).Is(201);
        Assert.Equal($"/organizations/{made.Id}", made.Location!.ToString());
        Assert.Equal(made.Text, (await ana.Get($"/organizations/{made.Id}")).Is(200).Text);
        Assert.Equal(["createdAt", "id", "name", "version"], made.Body.AsObject().Select(member => member.Key).Order());
        Assert.Equal("Acme", (await ana.Get("/me")).Body["organization"]!["name"]!.GetValue<string>());
        Assert.Equal("New", (await ana.Patch($"/organizations/{made.Id}", new { name = "New" })).Is(200).Body["name"]!.GetValue<string>());
        var shared = await ana.Begin(organizationId: made.Id);

        (await ana.Delete($"/organizations/{made.Id}")).Is(204);
        (await ana.Get($"/organizations/{made.Id}")).Is(404);
        Assert.Null((await ana.Get("/me")).Body["organization"]);
        Assert.Null((await ana.Get($"/chats/{shared}")).Is(200).Body["organizationId"]);
        (await ana.Post("/organizations", new { name = "Next" })).Is(201);
    }

    [Fact]
    public async Task Anonymous_founds_nothing() =>
        (await Fixture.Anonymous().Post("/organizations", new { name = "Acme" })).Is(401, "unauthenticated");

    [Fact]
    public async Task Who_is_in_an_organization_founds_and_joins_no_other()
    {
        var acme = await OrganizationWorld.Make(Fixture);
        (await acme["member"].Post("/organizations", new { name = "Second" })).Is(409, "already_in_organization");
        var token = await Invite(acme["rival"], await OrganizationOf(acme["rival"]), acme["member"].Email, Setup.Member);
        (await acme["member"].Post("/invitations/accept", new { token })).Is(409, "already_in_organization");
        (await acme["operator"].Post("/organizations", new { name = "Third" })).Is(409, "operator_conflict");
        Assert.Equal(acme.Id, await OrganizationOf(acme["member"]));
    }

    [Fact]
    public async Task Leaving_is_leaving_that_organization_and_no_other()
    {
        var acme = await OrganizationWorld.Make(Fixture);
        var rivals = await OrganizationOf(acme["rival"]);
        (await acme["member"].Post($"/organizations/{rivals}/leave", new { })).Is(404, "not_found");
        (await acme["rival"].Post($"/organizations/{acme.Id}/leave", new { })).Is(404, "not_found");
        Assert.Equal(acme.Id, await OrganizationOf(acme["member"]));
        Assert.Equal(rivals, await OrganizationOf(acme["rival"]));
    }

    [Fact]
    public async Task The_last_administrator_stays_while_others_do_and_takes_the_organization_along_as_the_last()
    {
        var (ana, ben, organization) = await Two();
        (await ana.Post($"/organizations/{organization}/leave", new { })).Is(409, "last_administrator");
        (await ana.Delete($"/organizations/{organization}")).Is(403, "forbidden");
        (await ben.Post($"/organizations/{organization}/leave", new { })).Is(204);
        (await ana.Post($"/organizations/{organization}/leave", new { })).Is(204);
        (await ana.Get($"/organizations/{organization}")).Is(404);
    }

    [Fact]
    public async Task The_last_administrator_is_neither_demoted_nor_removed_by_another_who_could()
    {
        var (ana, ben, organization) = await Two();
        var twin = await Role(ana, organization, "twin",
            "can_view_documents", "can_manage_documents", "can_manage_chats", "can_manage_members", "can_manage_roles",
            "can_manage_organization", "can_view_audit");
        (await ana.Patch(Member(organization, ben), new { roleId = twin })).Is(204);
        (await ben.Patch(Member(organization, ana), new { roleId = Setup.Member })).Is(409, "last_administrator");
        (await ben.Delete(Member(organization, ana))).Is(409, "last_administrator");
        (await ben.Patch(Member(organization, ben), new { roleId = Setup.Administrator })).Is(403, "forbidden");
        Assert.Equal(7, (await ana.Get("/me")).Body["permissions"]!.AsArray().Count);
    }

    [Fact]
    public async Task Members_are_seen_with_role_and_manager_and_without_balance_or_password()
    {
        var acme = await OrganizationWorld.Make(Fixture);
        var seen = (await acme.Seen("colleague", by: "member"))!.AsObject();
        Assert.Equal(["email", "id", "managerId", "role", "roleId"], seen.Select(member => member.Key).Order());
        Assert.Equal(acme["colleague"].Email, seen["email"]!.GetValue<string>());
        Assert.Equal("member", seen["role"]!.GetValue<string>());
        Assert.Equal(acme["admin"].Id, seen["managerId"]!.GetValue<Guid>());
        Assert.Null(await acme.Seen("left"));
        Assert.Null(await acme.Seen("rival"));
        Assert.Null(await acme.Seen("invited"));
        Assert.NotNull(await acme.Seen("admin"));
    }

    [Fact]
    public async Task Role_and_manager_change_together_or_not_at_all()
    {
        var acme = await OrganizationWorld.Make(Fixture);
        var (admin, colleague) = (acme["admin"], Member(acme.Id, acme["colleague"]));
        var before = await acme.Read();
        (await admin.Patch(colleague, new { roleId = acme.Clerk, managerId = acme["rival"].Id })).Is(400, "not_a_colleague");
        (await admin.Patch(colleague, new { roleId = acme.Clerk, managerId = acme["colleague"].Id })).Is(409, "manager_cycle");
        (await admin.Patch(colleague, new { roleId = Guid.NewGuid(), managerId = acme["member"].Id })).Is(400, "unknown_role");
        (await acme["manage_members"].Patch(colleague, new { roleId = acme.Clerk, managerId = acme["member"].Id })).Is(403, "forbidden");
        Assert.Equal(before, await acme.Read());

        (await admin.Patch(colleague, new { roleId = acme.Clerk, managerId = acme["member"].Id })).Is(204);
        var seen = await acme.Seen("colleague");
        Assert.Equal("clerk", seen!["role"]!.GetValue<string>());
        Assert.Equal(acme["member"].Id, seen["managerId"]!.GetValue<Guid>());
        (await admin.Patch(colleague, new { roleId = Setup.Member })).Is(204);
        Assert.Equal(acme["member"].Id, (await acme.Seen("colleague"))!["managerId"]!.GetValue<Guid>());
        (await admin.Patch(colleague, new { managerId = (Guid?)null })).Is(204);
        Assert.Null((await acme.Seen("colleague"))!["managerId"]);
    }

    [Fact]
    public async Task Nobody_is_above_themselves_at_any_distance()
    {
        var acme = await OrganizationWorld.Make(Fixture);
        var admin = acme["admin"];
        (await admin.Patch(Member(acme.Id, acme["member"]), new { managerId = acme["colleague"].Id })).Is(204);
        (await admin.Patch(Member(acme.Id, acme["colleague"]), new { managerId = acme["member"].Id })).Is(409, "manager_cycle");
        Assert.Equal(admin.Id, (await acme.Seen("colleague"))!["managerId"]!.GetValue<Guid>());
    }

    [Fact]
    public async Task Who_is_removed_leaves_their_chats_to_their_manager_and_has_nothing_left_at_the_next_request()
    {
        var acme = await OrganizationWorld.Make(Fixture);
        var (admin, colleague) = (acme["admin"], acme["colleague"]);
        var (shared, personal) = (await colleague.Begin(organizationId: acme.Id), await colleague.Begin());
        (await admin.Delete(Member(acme.Id, colleague))).Is(204);
        Assert.Equal(admin.Id, (await acme["member"].Get($"/chats/{shared}")).Is(200).Body["userId"]!.GetValue<Guid>());
        (await colleague.Get($"/chats/{shared}")).Is(404);
        (await colleague.Get($"/chats/{personal}")).Is(200);
        await SeesNothing(colleague, acme.Id);
        (await admin.Delete(Member(acme.Id, colleague))).Is(404);
    }

    [Fact]
    public async Task Who_leaves_has_nothing_left_at_the_next_request()
    {
        var acme = await OrganizationWorld.Make(Fixture);
        var member = acme["member"];
        var shared = await member.Begin(organizationId: acme.Id);
        (await member.Get($"/organizations/{acme.Id}/members")).Is(200);
        (await member.Post($"/organizations/{acme.Id}/leave", new { })).Is(204);
        await SeesNothing(member, acme.Id);
        (await member.Get($"/chats/{shared}")).Is(404);
        (await member.Post($"/organizations/{acme.Id}/leave", new { })).Is(404);
        Assert.Empty((await member.Get("/me")).Body["permissions"]!.AsArray());
    }

    [Fact]
    public async Task A_right_goes_with_the_role_at_the_next_request()
    {
        var acme = await OrganizationWorld.Make(Fixture);
        var (admin, manages, audits) = (acme["admin"], acme["manage_members"], acme["view_audit"]);
        Assert.Contains(acme.Invitation, (await manages.Get($"/organizations/{acme.Id}/invitations")).Ids);
        (await admin.Patch(Member(acme.Id, manages), new { roleId = Setup.Member })).Is(204);
        Assert.Empty((await manages.Get($"/organizations/{acme.Id}/invitations")).Is(200).Ids);
        (await manages.Delete($"/invitations/{acme.Invitation}")).Is(404);
        (await manages.Delete(Member(acme.Id, acme["colleague"]))).Is(403);

        // The same, when it is taken out of the role that somebody goes on having.
        Assert.Contains(await Actors(audits, $"/organizations/{acme.Id}/audit?limit=100"), actor => actor != audits.Id);
        var role = (await acme.Seen("view_audit"))!["roleId"]!.GetValue<Guid>();
        (await admin.Patch($"/roles/{role}", new { permissions = Array.Empty<string>() })).Is(200);
        foreach (var happened in (await audits.Get($"/organizations/{acme.Id}/audit?limit=100")).Is(200).Body["items"]!.AsArray())
        {
            Assert.Contains(audits.Id.ToString(), happened!.ToJsonString(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_role_is_made_changed_given_and_dropped_when_nobody_has_it()
    {
        var (ana, ben, organization) = await Two();
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

        (await ana.Patch(Member(organization, ben), new { roleId = made.Id })).Is(204);
        Assert.Equal("""["can_view_audit"]""", (await ben.Get("/me")).Body["permissions"]!.ToJsonString());
        (await ana.Delete($"/roles/{made.Id}")).Is(409, "in_use");
        (await ana.Patch(Member(organization, ben), new { roleId = Setup.Member })).Is(204);
        (await ana.Delete($"/roles/{made.Id}")).Is(204);
        (await ana.Delete($"/roles/{made.Id}")).Is(404);
    }

    [Fact]
    public async Task Roles_are_listed_with_the_built_in_ones_which_nobody_changes()
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
    public async Task The_permissions_that_are_known_are_those_of_the_database()
    {
        var ana = await Fixture.SignUp("ana");
        var organization = (await ana.Post("/organizations", new { name = "Acme" })).Id;
        var roles = (await ana.Get($"/organizations/{organization}/roles")).Body["items"]!.AsArray();
        Assert.Equal(RlsChat.Api.Endpoints.Roles.Permissions.Order(), roles.SelectMany(Permissions).Order());
    }

    [Fact]
    public async Task An_invitation_from_its_making_to_its_end()
    {
        var (ana, ben) = (await Fixture.SignUp("ana"), await Fixture.SignUp("ben"));
        var organization = (await ana.Post("/organizations", new { name = "Acme" })).Id;
        var made = (await ana.Post($"/organizations/{organization}/invitations", new { email = ben.Email, roleId = Setup.Member })).Is(201);
        var token = made.Body["token"]!.GetValue<string>();
        Assert.Matches("^[A-Za-z0-9_-]{43}$", token);
        var listed = (await ana.Get($"/organizations/{organization}/invitations")).Is(200);
        Assert.Equal([made.Id], listed.Ids);
        Assert.DoesNotContain(token, listed.Text, StringComparison.Ordinal);
        Assert.Equal(["acceptedAt", "createdAt", "email", "expires", "id", "invitedBy", "roleId"],
            listed.Body["items"]![0]!.AsObject().Select(member => member.Key).Order());

        (await ben.Post("/invitations/accept", new { token })).Is(410, "invitation_invalid");
        await Fixture.Setup.Verify(ben);
        var joined = (await ben.Post("/invitations/accept", new { token })).Is(200);
        Assert.Equal(organization, joined.Body["organizationId"]!.GetValue<Guid>());
        (await ben.Get($"/organizations/{organization}")).Is(200);
        Assert.NotNull((await ana.Get($"/organizations/{organization}/invitations")).Body["items"]![0]!["acceptedAt"]);
        (await ben.Post("/invitations/accept", new { token })).Is(410, "invitation_invalid");
    }

    [Fact]
    public async Task A_token_is_good_for_whom_it_is_meant_while_it_is_open_and_the_inviter_may()
    {
        var acme = await OrganizationWorld.Make(Fixture);
        var (admin, invited) = (acme["admin"], acme["invited"]);
        await Fixture.Setup.Verify(acme["outsider"]);
        (await acme["outsider"].Post("/invitations/accept", new { token = acme.Token })).Is(410, "invitation_invalid");

        // A second invitation takes the place of the first; a withdrawn one is none.
        var second = await Invite(admin, acme.Id, invited.Email.ToUpperInvariant(), Setup.Member);
        (await invited.Post("/invitations/accept", new { token = acme.Token })).Is(410, "invitation_invalid");
        var open = (await admin.Get($"/organizations/{acme.Id}/invitations")).Body["items"]!.AsArray()
            .Single(invitation => invitation!["acceptedAt"] is null)!["id"]!.GetValue<Guid>();
        (await admin.Delete($"/invitations/{open}")).Is(204);
        (await invited.Post("/invitations/accept", new { token = second })).Is(410, "invitation_invalid");

        // The inviter has lost what the invitation gives.
        var third = await Invite(acme["manage_members"], acme.Id, invited.Email, Setup.Member);
        (await admin.Patch(Member(acme.Id, acme["manage_members"]), new { roleId = Setup.Member })).Is(204);
        (await invited.Post("/invitations/accept", new { token = third })).Is(410, "invitation_invalid");
        Assert.Null((await invited.Get("/me")).Body["organization"]);
    }

    [Fact]
    public async Task Who_may_not_manage_members_sees_no_invitation()
    {
        var acme = await OrganizationWorld.Make(Fixture);
        foreach (var (who, sees) in new[] { ("admin", true), ("manage_members", true), ("member", false), ("manage_roles", false), ("view_audit", false) })
        {
            Assert.Equal(sees, (await acme[who].Get($"/organizations/{acme.Id}/invitations")).Is(200).Ids.Contains(acme.Invitation));
        }
    }

    private static async Task SeesNothing(Person person, Guid organization)
    {
        foreach (var path in new[] { "", "/members", "/roles", "/invitations", "/audit" })
        {
            (await person.Get($"/organizations/{organization}{path}")).Is(404, "not_found");
        }

        Assert.Null((await person.Get("/me")).Is(200).Body["organization"]);
    }

    private static async Task<Guid?[]> Actors(Person person, string path) =>
        [.. (await person.Get(path)).Is(200).Body["items"]!.AsArray().Select(happened => happened!["actorId"]?.GetValue<Guid>())];

    private async Task<(Person Ana, Person Ben, Guid Organization)> Two()
    {
        var (ana, ben) = (await Fixture.SignUp("ana"), await Fixture.SignUp("ben"));
        var organization = (await ana.Post("/organizations", new { name = "Acme" })).Is(201).Id;
        await Fixture.Setup.Verify(ben);
        var token = await Invite(ana, organization, ben.Email, Setup.Member);
        (await ben.Post("/invitations/accept", new { token })).Is(200);
        return (ana, ben, organization);
    }

    private static async Task<string> Invite(Person inviter, Guid organization, string email, Guid roleId) =>
        (await inviter.Post($"/organizations/{organization}/invitations", new { email, roleId })).Is(201).Body["token"]!.GetValue<string>();

    private static async Task<Guid> Role(Person person, Guid organization, string name, params string[] permissions) =>
        (await person.Post($"/organizations/{organization}/roles", new { name, permissions })).Is(201).Id;

    private static async Task<Guid> OrganizationOf(Person person) =>
        (await person.Get("/me")).Is(200).Body["organization"]!["id"]!.GetValue<Guid>();

    private static IEnumerable<string> Permissions(JsonNode? role) =>
        role!["permissions"]!.AsArray().Select(permission => permission!.GetValue<string>());

    private static string Member(Guid organization, Person person) => $"/organizations/{organization}/members/{person.Id}";
}
