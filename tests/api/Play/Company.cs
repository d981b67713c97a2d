using System.Text.Json.Nodes;

namespace RlsChat.Tests.Api.Play;

/// <summary>
/// An organization, Acme, with somebody for each permission that matters to it, and the people
/// around it. Kept from one case to the next until a case has changed something.
/// </summary>
internal sealed class Company
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

    public Person this[string name] => People[name];

    /// <summary>The company on stage, or a new one in an empty house.</summary>
    public static async Task<Company> Of(House house)
    {
        if (house.Company is null)
        {
            await house.Empty();
            house.Company = await Make(house);
        }

        return house.Company;
    }

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
    public static async Task<Company> Make(House house)
    {
        var company = new Company();
        foreach (var name in new[]
        {
            "admin", "member", "manage_members", "manage_roles", "manage_organization", "view_audit", "view_documents",
            "colleague", "outsider", "rival", "left", "invited", "operator",
        })
        {
            company.People[name] = await house.SignUp(name);
        }

        company.People["anonymous"] = house.Anonymous();
        var (admin, backstage) = (company["admin"], house.Backstage);
        company.Id = await backstage.Found(admin);
        await backstage.Found(company["rival"], "Rival");
        await backstage.MakeOperator(company["operator"]);
        foreach (var name in new[] { "member", "colleague", "left" })
        {
            await backstage.Admit(admin, company[name]);
        }

        foreach (var name in new[] { "manage_members", "manage_roles", "manage_organization", "view_audit", "view_documents" })
        {
            await backstage.Admit(admin, company[name], await backstage.RoleWith(admin, $"can_{name}"));
        }

        (await admin.Patch($"/organizations/{company.Id}/members/{company["colleague"].Id}", new { managerId = admin.Id })).Is(204);
        (await company["left"].Post($"/organizations/{company.Id}/leave", new { })).Is(204);
        company.Clerk = (await admin.Post($"/organizations/{company.Id}/roles", new { name = "clerk" })).Is(201).Id;
        await backstage.Verify(company["invited"]);
        var invitation = (await admin.Post($"/organizations/{company.Id}/invitations",
            new { email = company["invited"].Email, roleId = company.Clerk })).Is(201);
        (company.Invitation, company.Token) = (invitation.Id, invitation.Body["token"]!.GetValue<string>());
        return company;
    }
}
