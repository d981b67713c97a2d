namespace RlsChat.Tests.Api.Fixtures;

/// <summary>
/// The people of the tests of content: an organization and the people around it. They stay from one case to the next;
/// the chats and documents of a matrix stay until a case changes them.
/// </summary>
internal sealed class ContentWorld
{
    private static readonly string[] Members =
        ["owner", "member", "manager", "director", "can_view_documents", "can_manage_documents", "can_manage_chats", "left"];

    private readonly Dictionary<string, Person> _people = [];

    public required Setup Setup { get; init; }

    public Guid Organization { get; private set; }

    public Dictionary<string, TestChat?> Chats { get; } = new() { ["personal"] = null, ["shared"] = null, ["public"] = null };

    public Dictionary<string, TestDocument?> Documents { get; } = new() { ["personal"] = null, ["shared"] = null };

    public Person this[string name] => _people[name];

    /// <summary>The current world, or a new one.</summary>
    public static async Task<ContentWorld> Of(ApiFixture fixture) => fixture.ContentWorld ??= await Make(fixture);

    /// <summary>The organization in which a row of that name stands: "shared" ones do.</summary>
    public Guid? Of(string row) => row == "shared" ? Organization : null;

    private static async Task<ContentWorld> Make(ApiFixture fixture)
    {
        var world = new ContentWorld { Setup = fixture.Setup };
        foreach (var name in (string[])["admin", .. Members, "outsider"])
        {
            world._people[name] = await fixture.SignUp(name);
        }

        world._people["anonymous"] = fixture.Anonymous();
        var (admin, setup) = (world["admin"], fixture.Setup);
        world.Organization = await setup.Found(admin);
        foreach (var name in Members)
        {
            await setup.Admit(admin, world[name], name.StartsWith("can_", StringComparison.Ordinal)
                ? await setup.RoleWith(admin, name)
                : null);
        }

        await setup.As<bool>(world["left"], "select public.leave_organization()");
        await setup.As<bool>(admin, "select public.set_member_manager($1, $2)", world["owner"].Id, world["manager"].Id);
        await setup.As<bool>(admin, "select public.set_member_manager($1, $2)", world["manager"].Id, world["director"].Id);
        return world;
    }
}
