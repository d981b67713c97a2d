using RlsChat.Tests.Api.Fixtures;

namespace RlsChat.Tests.Api;

/// <summary>Who may do what about an organization, over HTTP: the statuses of docs/api.md.</summary>
public sealed class OrganizationAccessTests(ApiFixture fixture) : ApiTest(fixture)
{
    // 2xx: it happened.  404: hidden, or absent.  403: visible, but not allowed.  401: no person.
    // 409: the last administrator.  410: the invitation is not theirs.
    // The member in the requests is "colleague", a plain member below "admin".
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
        nobody  set_role       404   404    404            404          404                 404        404            404      404   404  404     404      401
        nobody  set_both       404   404    404            404          404                 404        404            404      404   404  404     404      401
        nobody  remove         404   404    404            404          404                 404        404            404      404   404  404     404      401
        member  grant          403   403    403            403          403                 403        403            403      403   403  403     200      401
        nobody  grant          403   403    403            403          403                 403        403            403      403   403  403     404      401
        """;

    private static readonly string[] Reads = ["get", "members", "roles", "invitations", "audit"];

    public static readonly TheoryData<string, string, string, int> Access = Matrix.Of(Table);

    private OrganizationWorld _world = null!;

    public override async Task InitializeAsync() => _world = await OrganizationWorld.Of(Fixture);

    [Theory]
    [MemberData(nameof(Access))]
    public async Task Of_organizations(string where, string request, string who, int status)
    {
        var before = _world.Known ??= await _world.Read();
        (await Ask(_world[who], where, request)).Is(status);
        _world.Known = await _world.Read();
        Assert.Equal(status >= 400 || Reads.Contains(request), before == _world.Known);
        if (status < 400 && request is "set_role" or "set_manager" or "set_both" or "clear_manager")
        {
            (await _world["admin"].Patch(_world["colleague"].In(_world.Id), new { roleId = Setup.Member, managerId = _world["admin"].Id })).Is(204);
            _world.Known = null;
        }
        else if (status < 400 && request is "leave" or "remove" or "drop_role" or "withdraw" or "accept")
        {
            Fixture.OrganizationWorld = null;
        }
    }

    private Task<Response> Ask(Person person, string where, string request)
    {
        var absent = Guid.NewGuid();
        var organization = $"/organizations/{_world.Id}";
        var member = $"{organization}/members/{(where == "nobody" ? absent : _world["colleague"].Id)}";
        var role = $"/roles/{_world.Clerk}";
        return request switch
        {
            "get" => person.Get(organization),
            "rename" => person.Patch(organization, new { name = $"changed {absent}" }),
            "delete" => person.Delete(organization),
            "leave" => person.Post($"{organization}/leave", new { }),
            "members" => person.Get($"{organization}/members"),
            "set_role" => person.Patch(member, new { roleId = _world.Clerk }),
            "set_manager" => person.Patch(member, new { managerId = _world["member"].Id }),
            "clear_manager" => person.Patch(member, new { managerId = (Guid?)null }),
            "set_both" => person.Patch(member, new { roleId = _world.Clerk, managerId = _world["member"].Id }),
            "remove" => person.Delete(member),
            "roles" => person.Get($"{organization}/roles"),
            "add_role" => person.Post($"{organization}/roles", new { name = $"{absent}" }),
            "change_role" => person.Patch(role, new { name = $"changed {absent}" }),
            "drop_role" => person.Delete(role),
            "invitations" => person.Get($"{organization}/invitations"),
            "invite" => person.Post($"{organization}/invitations", new { email = $"{absent}@example.org", roleId = _world.Clerk }),
            "withdraw" => person.Delete($"/invitations/{_world.Invitation}"),
            "accept" => person.Post("/invitations/accept", new { token = _world.Token }),
            "audit" => person.Get($"{organization}/audit"),
            "grant" => person.Post("/credits/grants",
                new { userId = where == "nobody" ? absent : _world[where].Id, amount = 5, reason = "welcome" }),
            _ => throw new ArgumentException(request),
        };
    }
}
