using RlsChat.Tests.Api.Fixtures;

namespace RlsChat.Tests.Api;

/// <summary>Organizations and their members: joining, leaving, roles and managers.</summary>
public sealed class MembershipTests(ApiFixture fixture) : ApiTest(fixture)
{
    [Fact]
    public async Task An_organization_is_created_renamed_and_deleted()
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
    public async Task A_member_cannot_create_or_join_another_organization()
    {
        var acme = await OrganizationWorld.Make(Fixture);
        (await acme["member"].Post("/organizations", new { name = "Second" })).Is(409, "already_in_organization");
        var token = await acme["rival"].Invite(await OrganizationOf(acme["rival"]), acme["member"].Email, Setup.Member);
        (await acme["member"].Post("/invitations/accept", new { token })).Is(409, "already_in_organization");
        (await acme["operator"].Post("/organizations", new { name = "Third" })).Is(409, "operator_conflict");
        Assert.Equal(acme.Id, await OrganizationOf(acme["member"]));
    }

    [Fact]
    public async Task A_person_leaves_only_their_own_organization()
    {
        var acme = await OrganizationWorld.Make(Fixture);
        var rivals = await OrganizationOf(acme["rival"]);
        (await acme["member"].Post($"/organizations/{rivals}/leave", new { })).Is(404, "not_found");
        (await acme["rival"].Post($"/organizations/{acme.Id}/leave", new { })).Is(404, "not_found");
        Assert.Equal(acme.Id, await OrganizationOf(acme["member"]));
        Assert.Equal(rivals, await OrganizationOf(acme["rival"]));
        (await acme["member"].Post($"/organizations/{acme.Id}/leave", new { })).Is(204);
        var me = (await acme["member"].Get("/me")).Is(200).Body;
        Assert.Null(me["organization"]);
        Assert.Empty(me["permissions"]!.AsArray());
    }

    [Fact]
    public async Task The_last_administrator_cannot_leave_others_and_deletes_the_organization_by_leaving_last()
    {
        var (ana, ben, organization) = await Fixture.Two();
        (await ana.Post($"/organizations/{organization}/leave", new { })).Is(409, "last_administrator");
        (await ana.Delete($"/organizations/{organization}")).Is(403, "forbidden");
        (await ben.Post($"/organizations/{organization}/leave", new { })).Is(204);
        (await ana.Post($"/organizations/{organization}/leave", new { })).Is(204);
        (await ana.Get($"/organizations/{organization}")).Is(404);
    }

    [Fact]
    public async Task The_last_administrator_is_neither_demoted_nor_removed()
    {
        var (ana, ben, organization) = await Fixture.Two();
        var twin = await Role(ana, organization, "twin",
            "can_view_documents", "can_manage_documents", "can_manage_chats", "can_manage_members", "can_manage_roles",
            "can_manage_organization", "can_view_audit");
        (await ana.Patch(ben.In(organization), new { roleId = twin })).Is(204);
        (await ben.Patch(ana.In(organization), new { roleId = Setup.Member })).Is(409, "last_administrator");
        (await ben.Delete(ana.In(organization))).Is(409, "last_administrator");
        (await ben.Patch(ben.In(organization), new { roleId = Setup.Administrator })).Is(403, "forbidden");
        Assert.Equal(7, (await ana.Get("/me")).Body["permissions"]!.AsArray().Count);
    }

    [Fact]
    public async Task A_member_is_shown_with_role_and_manager_and_without_balance()
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
        var (admin, colleague) = (acme["admin"], acme["colleague"].In(acme.Id));
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

    private static async Task<Guid> Role(Person person, Guid organization, string name, params string[] permissions) =>
        (await person.Post($"/organizations/{organization}/roles", new { name, permissions })).Is(201).Id;

    private static async Task<Guid> OrganizationOf(Person person) =>
        (await person.Get("/me")).Is(200).Body["organization"]!["id"]!.GetValue<Guid>();
}
