using RlsChat.Tests.Api.Fixtures;

namespace RlsChat.Tests.Api;

/// <summary>Who may do what about an organization, over HTTP: the statuses of docs/api.md.</summary>
public sealed class OrganizationAccessTests(ApiFixture fixture) : ApiTest(fixture)
{
    // 2xx: it happened.  404: hidden, or there is none.  403: they see it, and may not.  401: nobody in particular.
    // 409: the last administrator.  410: the invitation is not theirs.
    // What is done to a member is done to "colleague", a plain member below "admin".
    private const string Table = """
        where   request        admin member manage_members manage_roles manage_organization view_audit view_documents outsider rival left invited operator anonymous
        acme    get            200   200    200            200          200                 200        200            404      404   404  404     404      401
        acme    rename         200   403    403            403          200                 403        403            404      404   404  404     404      401
        acme    delete         403   403    403            403          403                 403        403            404      404   404  404     404      401
        acme    leave          409   204    204            204          204                 204        204            404      404   404  404     404      401
        acme    members        200   200    200            200          200                 200        200            404      404   404  404     404      401
        acme    set_role       204   403    204            403          403                 403        403            404      404   404  404     404      401
        acme    set_manager    204   403    403            403          403                 403        403            404      404   404  404     404      401
        acme    clear_manager  204   403    204            403          403                 403        403            404      404   404  404     404      401
        acme    set_both       204   403    403            403          403                 403        403            404      404   404  404     404      401
        acme    remove         204   403    204            403          403                 403        403            404      404   404  404     404      401
        acme    roles          200   200    200            200          200                 200        200            404      404   404  404     404      401
        acme    add_role       201   403    403            201          403                 403        403            404      404   404  404     404      401
        acme    change_role    200   403    403            200          403                 403        403            404      404   404  404     404      401
        acme    drop_role      204   403    403            204          403                 403        403            404      404   404  404     404      401
        acme    invitations    200   200    200            200          200                 200        200            404      404   404  404     404      401
        acme    invite         201   403    201            403          403                 403        403            404      404   404  404     404      401
        acme    withdraw       204   404    204            404          404                 404        404            404      404   404  404     404      401
        acme    accept         410   410    410            410          410                 410        410            410      410   410  200     410      401
        acme    audit          200   200    200            200          200                 200        200            404      404   404  404     404      401
        absent  get            404   404    404            404          404                 404        404            404      404   404  404     404      401
        absent  rename         404   404    404            404          404                 404        404            404      404   404  404     404      401
        absent  delete         404   404    404            404          404                 404        404            404      404   404  404     404      401
        absent  leave          404   404    404            404          404                 404        404            404      404   404  404     404      401
        absent  members        404   404    404            404          404                 404        404            404      404   404  404     404      401
        absent  set_role       404   404    404            404          404                 404        404            404      404   404  404     404      401
        absent  set_both       404   404    404            404          404                 404        404            404      404   404  404     404      401
        absent  remove         404   404    404            404          404                 404        404            404      404   404  404     404      401
        absent  roles          404   404    404            404          404                 404        404            404      404   404  404     404      401
        absent  add_role       404   404    404            404          404                 404        404            404      404   404  404     404      401
        absent  change_role    404   404    404            404          404                 404        404            404      404   404  404     404      401
        absent  drop_role      404   404    404            404          404                 404        404            404      404   404  404     404      401
        absent  invitations    404   404    404            404          404                 404        404            404      404   404  404     404      401
        absent  invite         404   404    404            404          404                 404        404            404      404   404  404     404      401
        absent  withdraw       404   404    404            404          404                 404        404            404      404   404  404     404      401
        absent  accept         410   410    410            410          410                 410        410            410      410   410  410     410      401
        absent  audit          404   404    404            404          404                 404        404            404      404   404  404     404      401
        nobody  set_role       404   404    404            404          404                 404        404            404      404   404  404     404      401
        nobody  set_both       404   404    404            404          404                 404        404            404      404   404  404     404      401
        nobody  remove         404   404    404            404          404                 404        404            404      404   404  404     404      401
        self    me             200   200    200            200          200                 200        200            200      200   200  200     200      401
        self    count          200   200    200            200          200                 200        200            200      200   200  200     200      401
        self    my_audit       200   200    200            200          200                 200        200            200      200   200  200     200      401
        self    ledger         200   200    200            200          200                 200        200            200      200   200  200     200      401
        member  grant          403   403    403            403          403                 403        403            403      403   403  403     200      401
        nobody  grant          403   403    403            403          403                 403        403            403      403   403  403     404      401
        """;

    public static readonly TheoryData<string, string, string, int> Access = Matrix.Of(Table);

    private OrganizationWorld _world = null!;

    public override async Task InitializeAsync()
    {
        // Whoever was refused changed nothing; whoever was not is alone with their case.
        _world = await OrganizationWorld.Of(Fixture);
    }

    [Theory]
    [MemberData(nameof(Access))]
    public async Task The_matrix(string where, string request, string who, int status)
    {
        var before = await _world.Read();
        var response = await Ask(_world[who], where, request);
        response.Is(status);
        if (status >= 400)
        {
            Assert.Equal(before, await _world.Read());
        }
        else if (request is not ("get" or "members" or "roles" or "invitations" or "audit" or "me" or "count" or "my_audit" or "ledger"))
        {
            Assert.NotEqual(before, await _world.Read());
            Fixture.OrganizationWorld = null;
        }
    }

    [Theory]
    [InlineData("outsider")]
    [InlineData("rival")]
    [InlineData("left")]
    [InlineData("invited")]
    [InlineData("operator")]
    public async Task Hidden_and_absent_are_answered_in_the_same_words(string who)
    {
        foreach (var request in new[] { "get", "rename", "delete", "leave", "members", "set_role", "remove", "roles", "add_role",
            "change_role", "drop_role", "invitations", "invite", "withdraw", "audit" })
        {
            Assert.Equal(
                (await Ask(_world[who], "absent", request)).WithoutTrace(), (await Ask(_world[who], "acme", request)).WithoutTrace());
        }
    }

    private Task<Response> Ask(Person person, string where, string request)
    {
        var absent = Guid.NewGuid();
        var organization = $"/organizations/{(where == "absent" ? absent : _world.Id)}";
        var member = $"{organization}/members/{(where == "nobody" ? absent : _world["colleague"].Id)}";
        var role = $"/roles/{(where == "absent" ? absent : _world.Clerk)}";
        return request switch
        {
            "get" => person.Get(organization),
            "rename" => person.Patch(organization, new { name = "changed" }),
            "delete" => person.Delete(organization),
            "leave" => person.Post($"{organization}/leave", new { }),
            "members" => person.Get($"{organization}/members"),
            "set_role" => person.Patch(member, new { roleId = _world.Clerk }),
            "set_manager" => person.Patch(member, new { managerId = _world["member"].Id }),
            "clear_manager" => person.Patch(member, new { managerId = (Guid?)null }),
            "set_both" => person.Patch(member, new { roleId = _world.Clerk, managerId = _world["member"].Id }),
            "remove" => person.Delete(member),
            "roles" => person.Get($"{organization}/roles"),
            "add_role" => person.Post($"{organization}/roles", new { name = "new" }),
            "change_role" => person.Patch(role, new { name = "changed" }),
            "drop_role" => person.Delete(role),
            "invitations" => person.Get($"{organization}/invitations"),
            "invite" => person.Post($"{organization}/invitations", new { email = "new@example.org", roleId = _world.Clerk }),
            "withdraw" => person.Delete($"/invitations/{(where == "absent" ? absent : _world.Invitation)}"),
            "accept" => person.Post("/invitations/accept", new { token = where == "absent" ? absent.ToString() : _world.Token }),
            "audit" => person.Get($"{organization}/audit"),
            "me" => person.Get("/me"),
            "count" => person.Get("/me?include=chatCount"),
            "my_audit" => person.Get("/me/audit"),
            "ledger" => person.Get("/me/credits"),
            "grant" => person.Post("/credits/grants",
                new { userId = where == "nobody" ? absent : _world[where].Id, amount = 5, reason = "welcome" }),
            _ => throw new ArgumentException(request),
        };
    }
}
