using RlsChat.Tests.Api.Fixtures;

namespace RlsChat.Tests.Proof.NonInterference;

/// <summary>
/// One of everything that a person can have: personal, and in an organization where they are its administrator.
/// Everything is created by requests.
/// </summary>
internal sealed class Belongings(ApiFixture fixture, Person person)
{
    private int _changes;

    public Person Person => person;
    public Contract Contract { get; private init; } = null!;
    public Resources Resources { get; private init; } = null!;
    public Guid Chat { get; private set; }
    public Guid Message { get; private set; }
    public Guid Stream { get; private set; }
    public TestDocument TestDocument { get; private set; } = TestDocument.Absent(person);

    /// <summary>The organization, and what is in it; null for who has none.</summary>
    public Guid? Organization { get; private set; }
    public Guid SharedChat { get; private set; }
    public Guid SharedMessage { get; private set; }
    public Guid SharedStream { get; private set; }
    public TestDocument SharedPaper { get; private set; } = TestDocument.Absent(person);
    public Guid Member
    {
        get => Resources["members"][0];
        set => Resources["members"] = [value];
    }

    public Guid Role { get; private set; }
    public Guid Invitation { get; private set; }

    public static async Task<Belongings> Of(ApiFixture fixture, Person person, bool organization)
    {
        var contract = await Contract.At(fixture.Address);
        var belongings = new Belongings(fixture, person) { Contract = contract, Resources = new Resources(contract, person), Member = person.Id };
        (belongings.Chat, belongings.Message, belongings.Stream) = await belongings.Talk(null);
        belongings.TestDocument = await TestDocument.By(person, null, person);
        if (organization)
        {
            await belongings.Found();
        }

        var resources = belongings.Resources;
        resources["chats"] = [belongings.Chat, belongings.SharedChat];
        resources["messages"] = [belongings.Message, belongings.SharedMessage];
        resources["streams"] = [belongings.Stream, belongings.SharedStream];
        resources["documents"] = [belongings.TestDocument.Id, belongings.SharedPaper.Id];
        resources["suggestions"] = [belongings.TestDocument.Suggestion, belongings.SharedPaper.Suggestion];
        resources["organizations"] = [belongings.Organization ?? Guid.AllBitsSet];
        resources["roles"] = [belongings.Role];
        resources["invitations"] = [belongings.Invitation];
        resources["people"] = [person.Id];
        await resources.MakeOthers();
        return belongings;
    }

    /// <summary>Changes each of them, or of the personal ones, and makes more of each kind.</summary>
    public async Task Change(bool personal = false)
    {
        var (news, organization) = ($"news {_changes++}", personal ? null : Organization);
        foreach (var (chat, message, stream, testDocument) in organization is null
            ? [(Chat, Message, Stream, TestDocument)]
            : new[] { (Chat, Message, Stream, TestDocument), (SharedChat, SharedMessage, SharedStream, SharedPaper) })
        {
            (await person.Patch($"/chats/{chat}", new { title = news })).Is(200);
            (await person.Patch($"/messages/{message}", new { parts = new[] { news } })).Is(200);
            (await person.Put($"/messages/{message}/vote", new { value = _changes % 2 == 0 ? "up" : "down" })).Is(200);
            await person.Say(chat, news);
            (await person.Post($"/chats/{chat}/streams", new { })).Is(201);
            (await person.Post($"/streams/{stream}/finish", new { })).Is(201);
            (await person.Patch($"/suggestions/{testDocument.Suggestion}", new { suggestedText = news })).Is(200);
            (await person.Post($"/documents/{testDocument.Id}/versions", new { content = news })).Is(201);
            (await person.Post($"/documents/{testDocument.Id}/suggestions", new { originalText = "words", suggestedText = news })).Is(201);
        }

        await Resources.ChangeOthers();
        await Resources.MakeOthers();
        await Talk(organization);
        await TestDocument.By(person, organization, person);
        (await new Person(person.Name, fixture.Address).Post("/auth/login", new { email = person.Email, password = Person.Password })).Is(200);
        await fixture.Setup.SignIn<Guid>("select auth.sign_in_oauth('github', $1, 'read:user', $2, true)", person.Email + news, person.Email);
        if (organization is not null)
        {
            (await person.Patch($"/organizations/{organization}", new { name = news })).Is(200);
            (await person.Delete($"/invitations/{Invitation}")).Is(204);
            (await person.Patch($"/roles/{Role}", new { name = news })).Is(200);
            (await person.Post($"/organizations/{organization}/roles", new { name = news + " more" })).Is(201);
            (await person.Post($"/organizations/{organization}/invitations", new { email = $"{Guid.NewGuid():N}@example.org", roleId = Role })).Is(201);
        }
    }

    /// <summary>Tries at each of another's what its owner may do: nothing of it succeeds.</summary>
    public async Task Trespass(Belongings other)
    {
        foreach (var (method, path, body) in new (HttpMethod, string, object?)[]
        {
            (HttpMethod.Patch, $"/chats/{other.Chat}", new { title = "mine" }), (HttpMethod.Delete, $"/chats/{other.SharedChat}", null),
            (HttpMethod.Post, $"/chats/{other.Chat}/messages", new { role = "user", parts = new[] { "mine" } }),
            (HttpMethod.Patch, $"/messages/{other.Message}", new { parts = new[] { "mine" } }), (HttpMethod.Delete, $"/messages/{other.SharedMessage}", null),
            (HttpMethod.Put, $"/messages/{other.Message}/vote", new { value = "down" }), (HttpMethod.Post, $"/chats/{other.Chat}/streams", new { }),
            (HttpMethod.Post, $"/streams/{other.SharedStream}/chunks", new { index = 0, data = "mine" }), (HttpMethod.Delete, $"/streams/{other.Stream}", null),
            (HttpMethod.Post, $"/documents/{other.TestDocument.Id}/versions", new { content = "mine" }), (HttpMethod.Delete, $"/documents/{other.SharedPaper.Id}", null),
            (HttpMethod.Post, $"/documents/{other.SharedPaper.Id}/suggestions", new { originalText = "a", suggestedText = "mine" }),
            (HttpMethod.Patch, $"/suggestions/{other.TestDocument.Suggestion}", new { isResolved = true }), (HttpMethod.Delete, $"/roles/{other.Role}", null),
            (HttpMethod.Patch, $"/organizations/{other.Organization}", new { name = "mine" }), (HttpMethod.Delete, $"/invitations/{other.Invitation}", null),
            (HttpMethod.Post, $"/organizations/{other.Organization}/roles", new { name = "mine" }),
            (HttpMethod.Delete, $"/organizations/{other.Organization}/members/{other.Person.Id}", null),
            (HttpMethod.Post, "/chats", new { id = other.Chat, title = "mine" }), (HttpMethod.Post, "/documents", new { id = other.TestDocument.Id, title = "mine" }),
        })
        {
            var response = await person.With("Idempotency-Key", "one", method, path, body);
            Assert.True(response.Status is 400 or 403 or 404 or 409, $"{person.Name}: {method} {path} is {response.Status}: {response.Text}");
        }

        Assert.All(await other.Resources.Trespass(person), response => Assert.Contains(response.Status, (int[])[400, 403, 404, 409]));
    }

    private async Task Found()
    {
        Organization = await fixture.Setup.Found(person);
        (SharedChat, SharedMessage, SharedStream) = await Talk(Organization);
        SharedPaper = await TestDocument.By(person, Organization, person);
        Role = (await person.Post($"/organizations/{Organization}/roles", new { name = "clerk" })).Is(201).Id;
        Invitation = (await person.Post($"/organizations/{Organization}/invitations", new { email = $"{Guid.NewGuid():N}@example.org", roleId = Role })).Is(201).Id;
    }

    private async Task<(Guid Chat, Guid Message, Guid Stream)> Talk(Guid? organization)
    {
        var chat = await person.Begin(organizationId: organization);
        var message = await person.Say(chat);
        (await person.Put($"/messages/{message}/vote", new { value = "up" })).Is(200);
        var stream = (await person.Post($"/chats/{chat}/streams", new { })).Is(201).Id;
        (await person.Post($"/streams/{stream}/chunks", new { index = 0, data = "words" })).Is(200);
        return (chat, message, stream);
    }
}
