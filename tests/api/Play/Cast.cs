namespace RlsChat.Tests.Api.Play;

/// <summary>
/// The people of the matrices and the chats between them. Kept from one case to the next until a
/// case has changed something.
/// </summary>
internal sealed class Cast
{
    public Dictionary<string, Person> People { get; } = [];

    /// <summary>A chat and a message in it.</summary>
    public Dictionary<string, (Guid Chat, Guid Message)> Chats { get; } = [];

    /// <summary>The cast on stage, or a new one in an empty house.</summary>
    public static async Task<Cast> Of(House house)
    {
        if (house.Cast is null)
        {
            await house.Empty();
            house.Cast = await Make(house);
        }

        return house.Cast;
    }

    /// <summary>What its owner sees of a chat and its messages.</summary>
    public async Task<string> Read(string chat)
    {
        var (id, _) = Chats[chat];
        var (itself, messages) = (await People["owner"].Get($"/chats/{id}"), await People["owner"].Get($"/chats/{id}/messages"));
        return itself.Status == 404 ? "absent" : itself.Text + messages.Text;
    }

    private static async Task<Cast> Make(House house)
    {
        var cast = new Cast();
        foreach (var name in new[] { "founder", "owner", "author", "member", "permitted", "outsider", "gone" })
        {
            cast.People[name] = await house.SignUp(name);
        }

        var (founder, owner, author) = (cast.People["founder"], cast.People["owner"], cast.People["author"]);
        cast.People["anonymous"] = house.Anonymous();
        var organization = await house.Backstage.Found(founder);
        var manages = await house.Backstage.RoleWith(founder, "can_manage_chats");
        foreach (var name in new[] { "owner", "author", "member", "gone" })
        {
            await house.Backstage.Admit(founder, cast.People[name]);
        }

        await house.Backstage.Admit(founder, cast.People["permitted"], manages);
        await house.Backstage.As<bool>(cast.People["gone"], "select public.leave_organization()");

        var personal = await owner.Begin("personal");
        cast.Chats["personal"] = (personal, await owner.Say(personal));
        var shared = await owner.Begin("shared", organizationId: organization);
        cast.Chats["shared"] = (shared, await author.Say(shared));
        var open = await owner.Begin("public", "public");
        cast.Chats["public"] = (open, await owner.Say(open));
        cast.Chats["absent"] = (Guid.NewGuid(), Guid.NewGuid());
        return cast;
    }
}
