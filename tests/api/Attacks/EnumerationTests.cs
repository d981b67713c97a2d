using RlsChat.Tests.Api.Play;
using RlsChat.Tests.Support;

namespace RlsChat.Tests.Api.Attacks;

/// <summary>
/// Finding out by writing whether an id is somebody's: every operation that writes and takes an id, by Mallory
/// and by nobody in particular, with Ben's id and with one that was never given. The answers are the same, but
/// for the trace, and nothing has happened.
/// </summary>
[Collection(OneBreach.Name)]
[Attack]
public sealed class EnumerationTests(Breach breach)
{
    [Fact]
    public async Task Enumeration_by_writing()
    {
        var contract = await Contract.At(breach.Address);
        var operations = contract.Operations
            .Where(o => o.Method != "GET" && o.Path.Contains('{', StringComparison.Ordinal) && !o.IsOff && !o.Path.StartsWith("/me/", StringComparison.Ordinal))
            .ToList();
        Assert.InRange(operations.Count, 20, 60);

        var (before, differences, sample) = (await breach.Truth(), new List<string>(), new Sample(contract));
        foreach (var operation in operations)
        {
            foreach (var person in new[] { breach.Mallory, new Person("anonymous", breach.Address) })
            {
                Support.Attacks.Count();
                var hidden = await sample.Send(operation, person, Sample.Valid, path: breach.Ben.Things.Paths(operation).First());
                var absent = await sample.Send(operation, person, Sample.Valid);
                if ((hidden.Status, hidden.WithoutTrace()) != (absent.Status, absent.WithoutTrace()) || hidden.Status is < 401 or > 404)
                {
                    differences.Add($"{operation.Id} by {person.Name}: {hidden.Status} {hidden.Text} and {absent.Status} {absent.Text}");
                }
            }
        }

        Assert.Empty(differences);
        Assert.Equal(before, await breach.Truth());
    }

    /// <summary>In the body, too: what a new row shall belong to.</summary>
    [Theory]
    [InlineData("/chats", """{"title": "x", "organizationId": "[id]"}""", "organization")]
    [InlineData("/documents", """{"title": "x", "organizationId": "[id]"}""", "organization")]
    [InlineData("/organizations/[mine]/invitations", """{"email": "x@example.org", "roleId": "[id]"}""", "role")]
    [InlineData("/credits/grants", """{"userId": "[id]", "amount": 1, "reason": "x"}""", "person")]
    public async Task Enumeration_by_what_a_body_names(string path, string body, string what)
    {
        var id = what switch { "organization" => breach.Ben.Organization, "role" => breach.Ben.Role, _ => breach.Ben.Person.Id };
        var address = path.Replace("[mine]", breach.MyOrganization.ToString(), StringComparison.Ordinal);
        var before = await breach.Truth();
        var hidden = await breach.Mallory.SendRaw(HttpMethod.Post, address, body.Replace("[id]", id.ToString(), StringComparison.Ordinal));
        var absent = await breach.Mallory.SendRaw(HttpMethod.Post, address, body.Replace("[id]", Guid.NewGuid().ToString(), StringComparison.Ordinal));
        Assert.InRange(hidden.Status, 400, 409);
        Assert.Equal(hidden.Status, absent.Status);
        Assert.Equal(hidden.WithoutTrace(), absent.WithoutTrace());
        Assert.Equal(before, await breach.Truth());
    }

    /// <summary>The control: the same request by Ben is answered otherwise for the one than for the other.</summary>
    [Fact]
    public async Task Who_may_see_the_row_is_told()
    {
        var ben = breach.Ben.Person;
        (await ben.Patch($"/chats/{breach.Ben.Chat}", new { title = Breach.Mark })).Is(200);
        (await ben.Patch($"/chats/{Guid.NewGuid()}", new { title = Breach.Mark })).Is(404, "not_found");
        breach.Known = null;
    }
}
