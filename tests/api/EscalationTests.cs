using RlsChat.Tests.Api.Fixtures;
using RlsChat.Tests.Support;

namespace RlsChat.Tests.Api;

/// <summary>People cannot grant rights that they lack: over HTTP, each attempt is refused and changes nothing.</summary>
[Attack]
public sealed class EscalationTests(ApiFixture fixture) : ApiTest(fixture)
{
    private OrganizationWorld _acme = null!;
    private string _before = "";

    public override async Task InitializeAsync()
    {
        _acme = await OrganizationWorld.Of(Fixture);
        _before = await _acme.Read();
    }

    [Theory]
    [InlineData("manage_roles", "can_manage_members")]
    [InlineData("manage_roles", "can_manage_organization")]
    [InlineData("manage_roles", "can_grant_credits")]
    [InlineData("admin", "can_grant_credits")]
    [InlineData("admin", "can_view_monitoring")]
    public async Task Putting_into_a_role_what_one_lacks(string who, string permission)
    {
        await Refused(_acme[who].Post($"/organizations/{_acme.Id}/roles", new { name = "new", permissions = new[] { permission } }));
        await Refused(_acme[who].Patch($"/roles/{_acme.Clerk}", new { permissions = new[] { permission } }));
        await Refused(_acme[who].Patch($"/roles/{_acme.Clerk}", new { name = "mine", permissions = new[] { "can_manage_roles", permission } }));
    }

    [Fact]
    public async Task Adding_to_ones_own_role() =>
        await Refused(_acme["manage_roles"].Patch($"/roles/{await RoleOf("manage_roles")}",
            new { permissions = new[] { "can_manage_roles", "can_manage_members" } }));

    [Fact]
    public async Task Touching_a_role_that_holds_what_one_lacks()
    {
        var role = await RoleOf("manage_members");
        await Refused(_acme["manage_roles"].Patch($"/roles/{role}", new { permissions = Array.Empty<string>() }));
        await Refused(_acme["manage_roles"].Patch($"/roles/{role}", new { name = "harmless" }));
        await Refused(_acme["manage_roles"].Delete($"/roles/{role}"));
    }

    [Theory]
    [InlineData("manage_roles")]
    [InlineData("view_documents")]
    [InlineData("administrator")]
    [InlineData("operator")]
    public async Task Giving_a_role_that_holds_what_one_lacks(string role)
    {
        var id = await RoleNamed(role);
        await Refused(_acme["manage_members"].Patch(Member("colleague"), new { roleId = id }));
        await Refused(_acme["manage_members"].Post($"/organizations/{_acme.Id}/invitations", new { email = "new@example.org", roleId = id }));
    }

    [Fact]
    public async Task Giving_the_operators_role_as_an_administrator()
    {
        await Refused(_acme["admin"].Patch(Member("colleague"), new { roleId = Setup.Operator }));
        await Refused(_acme["admin"].Post($"/organizations/{_acme.Id}/invitations",
            new { email = "new@example.org", roleId = Setup.Operator }));
    }

    [Theory]
    [InlineData("admin")]
    [InlineData("manage_members")]
    [InlineData("member")]
    public async Task Changing_ones_own_role_manager_or_membership(string who)
    {
        await Refused(_acme[who].Patch(Member(who), new { roleId = Setup.Administrator }));
        await Refused(_acme[who].Patch(Member(who), new { roleId = Setup.Member }));
        await Refused(_acme[who].Patch(Member(who), new { managerId = _acme["colleague"].Id }));
        await Refused(_acme[who].Delete(Member(who)));
    }

    [Theory]
    [InlineData("admin")]
    [InlineData("manage_roles")]
    [InlineData("view_documents")]
    public async Task Managing_a_colleague_who_holds_what_one_lacks(string colleague)
    {
        await Refused(_acme["manage_members"].Patch(Member(colleague), new { roleId = Setup.Member }));
        await Refused(_acme["manage_members"].Patch(Member(colleague), new { managerId = (Guid?)null }));
        await Refused(_acme["manage_members"].Delete(Member(colleague)));
    }

    [Fact]
    public async Task Becoming_a_manager_to_read_documents() =>
        await Refused(_acme["manage_members"].Patch(Member("colleague"), new { managerId = _acme["manage_members"].Id }));

    [Fact]
    public async Task Giving_a_role_of_another_organization()
    {
        var rivals = (await _acme["rival"].Get("/me")).Body["organization"]!["id"]!.GetValue<Guid>();
        var role = (await _acme["rival"].Post($"/organizations/{rivals}/roles", new { name = "spy" })).Is(201).Id;
        var before = await _acme.Read();
        (await _acme["admin"].Patch(Member("colleague"), new { roleId = role })).Is(400, "unknown_role");
        (await _acme["admin"].Post($"/organizations/{_acme.Id}/invitations", new { email = "new@example.org", roleId = role })).Is(403);
        (await _acme["admin"].Patch($"/roles/{role}", new { name = "ours" })).Is(404);
        (await _acme["admin"].Delete($"/roles/{role}")).Is(404);
        Assert.Equal(before, await _acme.Read());
        (await _acme["rival"].Delete($"/roles/{role}")).Is(204);
    }

    [Fact]
    public async Task Managing_through_the_path_of_ones_own_organization_who_is_in_another()
    {
        var rivals = (await _acme["rival"].Get("/me")).Body["organization"]!["id"]!.GetValue<Guid>();
        var before = await _acme.Read();
        (await _acme["rival"].Patch($"/organizations/{rivals}/members/{_acme["colleague"].Id}", new { roleId = Setup.Member })).Is(404);
        (await _acme["rival"].Delete($"/organizations/{rivals}/members/{_acme["colleague"].Id}")).Is(404);
        (await _acme["rival"].Patch($"/organizations/{rivals}/members/{_acme["outsider"].Id}", new { roleId = Setup.Member })).Is(404);
        Assert.Equal(before, await _acme.Read());
    }

    [Fact]
    public async Task Granting_credits_to_oneself()
    {
        foreach (var (name, person) in _acme.People)
        {
            if (name is not ("anonymous" or "operator"))
            {
                (await person.Post("/credits/grants", new { userId = person.Id, amount = 1, reason = "me" })).Is(403, "forbidden");
                Assert.Empty((await person.Get("/me/credits")).Is(200).Body["items"]!.AsArray());
            }
        }
    }

    private async Task Refused(Task<Response> attempt)
    {
        (await attempt).Is(403, "forbidden");
        Assert.Equal(_before, await _acme.Read());
    }

    private async Task<Guid> RoleNamed(string name) => name switch
    {
        "administrator" => Setup.Administrator,
        "operator" => Setup.Operator,
        _ => await RoleOf(name),
    };

    private async Task<Guid> RoleOf(string who) => (await _acme.Seen(who))!["roleId"]!.GetValue<Guid>();

    private string Member(string who) => $"/organizations/{_acme.Id}/members/{_acme[who].Id}";
}
