using RlsChat.Tests.Api.Fixtures;

namespace RlsChat.Tests.Api;

/// <summary>What is not well-formed about an organization is refused, by the name of the field, and changes nothing.</summary>
public sealed class OrganizationInputTests(ApiFixture fixture) : ApiTest(fixture)
{
    private const string Uuid = "11111111-1111-4111-8111-111111111111";
    private const string Roles = "/organizations/{org}/roles", Invitations = "/organizations/{org}/invitations";
    private const string Member = "/organizations/{org}/members/{member}";

    public static readonly TheoryData<string, string, string, string> Bodies = new()
    {
        { "POST", "/organizations", "{}", "name" },
        { "POST", "/organizations", """{"name": ""}""", "name" },
        { "POST", "/organizations", """{"name": 1}""", "name" },
        { "POST", "/organizations", """{"name": "nul \u0000"}""", "name" },
        { "POST", "/organizations", $$"""{"name": "{{new string('x', 256)}}"}""", "name" },
        { "POST", "/organizations", $$"""{"name": "a", "id": "{{Uuid}}"}""", "id" },
        { "PATCH", "/organizations/{org}", "{}", "name" },
        { "PATCH", "/organizations/{org}", """{"name": null}""", "name" },
        { "PATCH", "/organizations/{org}", """{"name": "a", "version": 1}""", "version" },
        { "PATCH", "/organizations/x", """{"name": "a"}""", "id" },
        { "POST", "/organizations/x/leave", "", "id" },
        { "PATCH", Member, "{}", "body" },
        { "PATCH", Member, """{"roleId": null}""", "body" },
        { "PATCH", Member, """{"roleId": "x"}""", "roleId" },
        { "PATCH", Member, """{"roleId": 1}""", "roleId" },
        { "PATCH", Member, """{"managerId": "x"}""", "managerId" },
        { "PATCH", Member, """{"managerId": 1}""", "managerId" },
        { "PATCH", Member, """{"managerId": null, "organizationId": null}""", "organizationId" },
        { "PATCH", Member, """{"creditBalance": 1}""", "creditBalance" },
        { "PATCH", "/organizations/x/members/{member}", """{"managerId": null}""", "id" },
        { "PATCH", "/organizations/{org}/members/x", """{"managerId": null}""", "userId" },
        { "POST", Roles, "{}", "name" },
        { "POST", Roles, """{"name": ""}""", "name" },
        { "POST", Roles, $$"""{"name": "{{new string('x', 51)}}"}""", "name" },
        { "POST", Roles, """{"name": "a", "permissions": ["can_fly"]}""", "permissions" },
        { "POST", Roles, """{"name": "a", "permissions": ["CAN_VIEW_AUDIT"]}""", "permissions" },
        { "POST", Roles, """{"name": "a", "permissions": [null]}""", "permissions" },
        { "POST", Roles, """{"name": "a", "permissions": "can_view_audit"}""", "permissions" },
        { "POST", Roles, """{"name": "a", "permissions": {"can_view_audit": true}}""", "permissions" },
        { "POST", Roles, $$"""{"name": "a", "organizationId": "{{Uuid}}"}""", "organizationId" },
        { "POST", "/organizations/x/roles", """{"name": "a"}""", "id" },
        { "PATCH", "/roles/{role}", "{}", "body" },
        { "PATCH", "/roles/{role}", """{"name": ""}""", "name" },
        { "PATCH", "/roles/{role}", """{"permissions": ["can_fly"]}""", "permissions" },
        { "PATCH", "/roles/{role}", """{"organizationId": null}""", "organizationId" },
        { "PATCH", "/roles/x", """{"name": "a"}""", "id" },
        { "POST", Invitations, "{}", "email roleId" },
        { "POST", Invitations, $$"""{"email": "ana", "roleId": "{{Uuid}}"}""", "email" },
        { "POST", Invitations, """{"email": "a@example.org"}""", "roleId" },
        { "POST", Invitations, """{"email": "a@example.org", "roleId": "x"}""", "roleId" },
        { "POST", Invitations, $$"""{"email": "a@example.org", "roleId": "{{Uuid}}", "expires": "2099-01-01T00:00:00.000Z"}""", "expires" },
        { "POST", "/organizations/x/invitations", $$"""{"email": "a@example.org", "roleId": "{{Uuid}}"}""", "id" },
        { "POST", "/invitations/accept", "{}", "token" },
        { "POST", "/invitations/accept", """{"token": ""}""", "token" },
        { "POST", "/invitations/accept", """{"token": "nul \u0000"}""", "token" },
        { "POST", "/invitations/accept", """{"token": "a", "email": "a@example.org"}""", "email" },
        { "POST", "/credits/grants", "{}", "userId amount reason" },
        { "POST", "/credits/grants", """{"userId": "{member}", "amount": 0, "reason": "a"}""", "amount" },
        { "POST", "/credits/grants", """{"userId": "{member}", "amount": -1, "reason": "a"}""", "amount" },
        { "POST", "/credits/grants", """{"userId": "{member}", "amount": 0.001, "reason": "a"}""", "amount" },
        { "POST", "/credits/grants", """{"userId": "{member}", "amount": 1000000000000000000, "reason": "a"}""", "amount" },
        { "POST", "/credits/grants", """{"userId": "{member}", "amount": 1e40, "reason": "a"}""", "amount" },
        { "POST", "/credits/grants", """{"userId": "{member}", "amount": "1", "reason": "a"}""", "amount" },
        { "POST", "/credits/grants", """{"userId": "{member}", "amount": NaN, "reason": "a"}""", "body" },
        { "POST", "/credits/grants", """{"userId": "{member}", "amount": 1, "reason": ""}""", "reason" },
        { "POST", "/credits/grants", """{"userId": "x", "amount": 1, "reason": "a"}""", "userId" },
        { "POST", "/credits/grants", """{"userId": "{member}", "amount": 1, "reason": "a", "grantedBy": null}""", "grantedBy" },
    };

    public static readonly TheoryData<string, string, string> Paths = new()
    {
        { "GET", "/organizations/x", "id" },
        { "DELETE", "/organizations/x", "id" },
        { "GET", "/organizations/x/members", "id" },
        { "GET", "/organizations/{org}/members?limit=0", "limit" },
        { "GET", "/organizations/{org}/members?cursor=x", "cursor" },
        { "DELETE", "/organizations/{org}/members/x", "userId" },
        { "DELETE", "/organizations/x/members/{member}", "id" },
        { "GET", "/organizations/x/roles", "id" },
        { "GET", "/organizations/{org}/roles?limit=101", "limit" },
        { "DELETE", "/roles/x", "id" },
        { "GET", "/organizations/x/invitations", "id" },
        { "GET", "/organizations/{org}/invitations?cursor=", "cursor" },
        { "DELETE", "/invitations/x", "id" },
        { "GET", "/organizations/x/audit", "id" },
        { "GET", "/organizations/{org}/audit?limit=x", "limit" },
        { "GET", "/me/audit?limit=0&cursor=x", "limit cursor" },
        { "GET", "/me/credits?limit=-1", "limit" },
        { "GET", "/me?include=chats", "include" },
        { "GET", "/me?include=", "include" },
    };

    private OrganizationWorld _acme = null!;

    public override async Task InitializeAsync() => _acme = await OrganizationWorld.Of(Fixture);

    [Theory]
    [MemberData(nameof(Bodies))]
    public async Task A_bad_body_is_refused(string method, string path, string body, string fields)
    {
        var before = await _acme.Read();
        (await Who(path).SendRaw(new HttpMethod(method), There(path), There(body))).Refuses(fields.Split(' '));
        Assert.Equal(before, await _acme.Read());
    }

    [Theory]
    [MemberData(nameof(Paths))]
    public async Task A_bad_path_is_refused(string method, string path, string fields)
    {
        var before = await _acme.Read();
        (await Who(path).Send(new HttpMethod(method), There(path))).Refuses(fields.Split(' '));
        Assert.Equal(before, await _acme.Read());
    }

    /// <summary>Somebody who may, so that only the form stands in the way.</summary>
    private Person Who(string path) => path switch
    {
        "/organizations" => _acme["outsider"],
        "/invitations/accept" => _acme["invited"],
        "/credits/grants" => _acme["operator"],
        _ => _acme["admin"],
    };

    private string There(string text) => text
        .Replace("{org}", _acme.Id.ToString(), StringComparison.Ordinal)
        .Replace("{member}", _acme["member"].Id.ToString(), StringComparison.Ordinal)
        .Replace("{role}", _acme.Clerk.ToString(), StringComparison.Ordinal);
}
