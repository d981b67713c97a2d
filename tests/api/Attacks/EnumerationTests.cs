using RlsChat.Tests.Api.Fixtures;
using RlsChat.Tests.Support;

namespace RlsChat.Tests.Api.Attacks;

/// <summary>
/// Finding out by writing whether an id exists: every operation that writes and takes an id, by everybody outside Ben's
/// organization, with Ben's id and with one that was never given. The responses are the same, but for the trace, and
/// nothing changes.
/// </summary>
[Collection(SharedBreachedApi.Name)]
[Attack]
[Trait("Covers", "EveryEndpoint")]
public sealed class EnumerationTests(BreachedApi api)
{
    [Fact]
    public async Task Enumeration_by_writing()
    {
        var contract = await Contract.At(api.Address);
        var operations = contract.Operations
            .Where(o => o.Method != "GET" && o.Path.Contains('{', StringComparison.Ordinal) && !o.IsOff && !o.Path.StartsWith("/me/", StringComparison.Ordinal))
            .ToList();
        Assert.InRange(operations.Count, 20, 60);

        Person[] outside = [api.Mallory, new("anonymous", api.Address), await api.SignUp("loner"), api.Ben.Gone, api.Ben.Invited, api.Ben.Operator];
        var (before, differences, sample) = (await api.Truth(), new List<string>(), new Sample(contract));
        foreach (var operation in operations)
        {
            foreach (var person in outside)
            {
                Support.Attacks.Count();
                var hidden = await sample.Send(operation, person, Sample.Valid, path: api.Ben.Resources.Paths(operation).First());
                var absent = await sample.Send(operation, person, Sample.Valid);
                if ((hidden.Status, hidden.WithoutTrace()) != (absent.Status, absent.WithoutTrace()) || hidden.Status is < 401 or > 404)
                {
                    differences.Add($"{operation.Id} by {person.Name}: {hidden.Status} {hidden.Text} and {absent.Status} {absent.Text}");
                }
            }
        }

        Assert.Empty(differences);
        Assert.Equal(before, await api.Truth());
    }

    /// <summary>In the body, too: what a new row shall belong to.</summary>
    [Theory]
    [InlineData("/chats", """{"title": "x", "organizationId": "[id]"}""", "organization")]
    [InlineData("/documents", """{"title": "x", "organizationId": "[id]"}""", "organization")]
    [InlineData("/organizations/[mine]/invitations", """{"email": "x@example.org", "roleId": "[id]"}""", "role")]
    [InlineData("/credits/grants", """{"userId": "[id]", "amount": 1, "reason": "x"}""", "person")]
    public async Task Enumeration_by_what_a_body_names(string path, string body, string what)
    {
        var id = what switch { "organization" => api.Ben.Organization, "role" => api.Ben.Role, _ => api.Ben.Person.Id };
        var address = path.Replace("[mine]", api.MyOrganization.ToString(), StringComparison.Ordinal);
        var before = await api.Truth();
        var hidden = await api.Mallory.SendRaw(HttpMethod.Post, address, body.Replace("[id]", id.ToString(), StringComparison.Ordinal));
        var absent = await api.Mallory.SendRaw(HttpMethod.Post, address, body.Replace("[id]", Guid.NewGuid().ToString(), StringComparison.Ordinal));
        Assert.InRange(hidden.Status, 400, 409);
        Assert.Equal(hidden.Status, absent.Status);
        Assert.Equal(hidden.WithoutTrace(), absent.WithoutTrace());
        Assert.Equal(before, await api.Truth());
    }

    /// <summary>Whatever rights a person has, an id that was never given is not found. Monitoring is forbidden, whatever the id.</summary>
    [Fact]
    public async Task Enumeration_by_an_administrator()
    {
        var contract = await Contract.At(api.Address);
        var before = await api.Truth();
        foreach (var operation in contract.Operations.Where(o => o.Path.Contains('{', StringComparison.Ordinal) && !o.IsOff
            && !o.Path.StartsWith("/me/", StringComparison.Ordinal) && !o.Path.StartsWith("/monitor/", StringComparison.Ordinal)))
        {
            (await new Sample(contract).Send(operation, api.Ben.Person, Sample.Valid)).Is(404, "not_found");
        }

        Assert.Equal(before, await api.Truth());
    }

    /// <summary>The control: the same request by Ben is answered otherwise for the one than for the other.</summary>
    [Fact]
    public async Task The_owner_of_the_row_is_told()
    {
        var ben = api.Ben.Person;
        (await ben.Patch($"/chats/{api.Ben.Chat}", new { title = BreachedApi.Mark })).Is(200);
        (await ben.Patch($"/chats/{Guid.NewGuid()}", new { title = BreachedApi.Mark })).Is(404, "not_found");
        api.Known = null;
    }
}
