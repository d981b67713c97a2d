using RlsChat.Tests.Api.Play;

namespace RlsChat.Tests.Api.NonInterference;

/// <summary>
/// One of everything that a person can have: personal, and in an organization where they are its administrator.
/// What is made of it, is made by requests.
/// </summary>
internal sealed class Belongings(House house, Person person)
{
    private int _changes;

    public Person Person => person;
    public Contract Contract { get; private init; } = null!;
    public Things Things { get; private init; } = null!;
    public Guid Chat { get; private set; }
    public Guid Message { get; private set; }
    public Guid Stream { get; private set; }
    public Paper Paper { get; private set; } = Paper.Absent(person);

    /// <summary>The organization, and what is in it; null for who has none.</summary>
    public Guid? Organization { get; private set; }
    public Guid SharedChat { get; private set; }
    public Guid SharedMessage { get; private set; }
    public Guid SharedStream { get; private set; }
    public Paper SharedPaper { get; private set; } = Paper.Absent(person);
    public Guid Member
    {
        get => Things["members"][0];
        set => Things["members"] = [value];
    }

    public Guid Role { get; private set; }
    public Guid Invitation { get; private set; }

    public static async Task<Belongings> Of(House house, Person person, bool organization)
    {
        var contract = await Contract.At(house.Address);
        var belongings = new Belongings(house, person) { Contract = contract, Things = new Things(contract, person), Member = person.Id };
        (belongings.Chat, belongings.Message, belongings.Stream) = await belongings.Talk(null);
        belongings.Paper = await Paper.By(person, null, person);
        if (organization)
        {
            await belongings.Found();
        }

        var things = belongings.Things;
        things["chats"] = [belongings.Chat, belongings.SharedChat];
        things["messages"] = [belongings.Message, belongings.SharedMessage];
        things["streams"] = [belongings.Stream, belongings.SharedStream];
        things["documents"] = [belongings.Paper.Id, belongings.SharedPaper.Id];
        things["suggestions"] = [belongings.Paper.Suggestion, belongings.SharedPaper.Suggestion];
        things["organizations"] = [belongings.Organization ?? Guid.AllBitsSet];
        things["roles"] = [belongings.Role];
        things["invitations"] = [belongings.Invitation];
        await things.MakeOthers();
        return belongings;
    }

    /// <summary>Changes each of them, or of the personal ones, and makes more of each kind.</summary>
    public async Task Change(bool personal = false)
    {
        var (news, organization) = ($"news {_changes++}", personal ? null : Organization);
        foreach (var (chat, message, stream, paper) in organization is null
            ? [(Chat, Message, Stream, Paper)]
            : new[] { (Chat, Message, Stream, Paper), (SharedChat, SharedMessage, SharedStream, SharedPaper) })
        {
            (await person.Patch($"/chats/{chat}", new { title = news })).Is(200);
            (await person.Patch($"/messages/{message}", new { parts = new[] { news } })).Is(200);
            (await person.Put($"/messages/{message}/vote", new { value = _changes % 2 == 0 ? "up" : "down" })).Is(200);
            await person.Say(chat, news);
            (await person.Post($"/chats/{chat}/streams", new { })).Is(201);
            (await person.Post($"/streams/{stream}/finish", new { })).Is(201);
            (await person.Patch($"/suggestions/{paper.Suggestion}", new { suggestedText = news })).Is(200);
            (await person.Post($"/documents/{paper.Id}/versions", new { content = news })).Is(201);
            (await person.Post($"/documents/{paper.Id}/suggestions", new { originalText = "words", suggestedText = news })).Is(201);
        }

        await Things.ChangeOthers();
        await Things.MakeOthers();
        await Talk(organization);
        await Paper.By(person, organization, person);
        (await new Person(person.Name, house.Address).Post("/auth/login", new { email = person.Email, password = Person.Password })).Is(200);
        await house.Backstage.SignIn<Guid>("select auth.sign_in_oauth('github', $1, 'read:user', $2, true)", person.Email + news, person.Email);
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
            (HttpMethod.Post, $"/documents/{other.Paper.Id}/versions", new { content = "mine" }), (HttpMethod.Delete, $"/documents/{other.SharedPaper.Id}", null),
            (HttpMethod.Post, $"/documents/{other.SharedPaper.Id}/suggestions", new { originalText = "a", suggestedText = "mine" }),
            (HttpMethod.Patch, $"/suggestions/{other.Paper.Suggestion}", new { isResolved = true }), (HttpMethod.Delete, $"/roles/{other.Role}", null),
            (HttpMethod.Patch, $"/organizations/{other.Organization}", new { name = "mine" }), (HttpMethod.Delete, $"/invitations/{other.Invitation}", null),
            (HttpMethod.Post, $"/organizations/{other.Organization}/roles", new { name = "mine" }),
            (HttpMethod.Delete, $"/organizations/{other.Organization}/members/{other.Person.Id}", null),
            (HttpMethod.Post, "/chats", new { id = other.Chat, title = "mine" }), (HttpMethod.Post, "/documents", new { id = other.Paper.Id, title = "mine" }),
        })
        {
            var answer = await person.With("Idempotency-Key", "one", method, path, body);
            Assert.True(answer.Status is 400 or 403 or 404 or 409, $"{person.Name}: {method} {path} is {answer.Status}: {answer.Text}");
        }

        Assert.All(await other.Things.Trespass(person), answer => Assert.Contains(answer.Status, (int[])[400, 403, 404, 409]));
    }

    private async Task Found()
    {
        Organization = await house.Backstage.Found(person);
        (SharedChat, SharedMessage, SharedStream) = await Talk(Organization);
        SharedPaper = await Paper.By(person, Organization, person);
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
