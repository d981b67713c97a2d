namespace RlsChat.Tests.Api.Fixtures;

/// <summary>
/// The people of the matrices and the chats between them. Kept from one case to the next until a
/// case has changed something.
/// </summary>
internal sealed class ChatWorld
{
    public Dictionary<string, Person> People { get; } = [];

    /// <summary>A chat and a message in it.</summary>
    public Dictionary<string, (Guid Chat, Guid Message)> Chats { get; } = [];

    /// <summary>The current world, or a new one in an empty database.</summary>
    public static async Task<ChatWorld> Of(ApiFixture fixture)
    {
        if (fixture.ChatWorld is null)
        {
            await fixture.Empty();
            fixture.ChatWorld = await Make(fixture);
        }

        return fixture.ChatWorld;
    }

    /// <summary>What its owner sees of a chat and its messages.</summary>
    public async Task<string> Read(string chat)
    {
        var (id, _) = Chats[chat];
        var (itself, messages) = (await People["owner"].Get($"/chats/{id}"), await People["owner"].Get($"/chats/{id}/messages"));
        return itself.Status == 404 ? "absent" : itself.Text + messages.Text;
    }

    private static async Task<ChatWorld> Make(ApiFixture fixture)
    {
        var world = new ChatWorld();
        foreach (var name in new[] { "founder", "owner", "author", "member", "permitted", "outsider", "gone" })
        {
            world.People[name] = await fixture.SignUp(name);
        }

        var (founder, owner, author) = (world.People["founder"], world.People["owner"], world.People["author"]);
        world.People["anonymous"] = fixture.Anonymous();
        var organization = await fixture.Setup.Found(founder);
        var manages = await fixture.Setup.RoleWith(founder, "can_manage_chats");
        foreach (var name in new[] { "owner", "author", "member", "gone" })
        {
            await fixture.Setup.Admit(founder, world.People[name]);
        }

        await fixture.Setup.Admit(founder, world.People["permitted"], manages);
        await fixture.Setup.As<bool>(world.People["gone"], "select public.leave_organization()");

        var personal = await owner.Begin("personal");
        world.Chats["personal"] = (personal, await owner.Say(personal));
        var shared = await owner.Begin("shared", organizationId: organization);
        world.Chats["shared"] = (shared, await author.Say(shared));
        var open = await owner.Begin("public", "public");
        world.Chats["public"] = (open, await owner.Say(open));
        world.Chats["absent"] = (Guid.NewGuid(), Guid.NewGuid());
        return world;
    }
}
