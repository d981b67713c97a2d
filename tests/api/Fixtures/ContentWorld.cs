namespace RlsChat.Tests.Api.Fixtures;

/// <summary>
/// The people of the matrices of content: one organization and who stands around it. They stay from
/// one case to the next; what the case is about, each makes anew.
/// </summary>
internal sealed class ContentWorld
{
    private static readonly string[] Members =
        ["owner", "member", "manager", "director", "can_view_documents", "can_manage_documents", "can_manage_chats", "left"];

    private readonly Dictionary<string, Person> _people = [];

    public Guid Organization { get; private set; }

    public Person this[string name] => _people[name];

    /// <summary>The current world, or a new one in an empty database.</summary>
    public static async Task<ContentWorld> Of(ApiFixture fixture)
    {
        if (fixture.ContentWorld is null)
        {
            await fixture.Empty();
            fixture.ContentWorld = await Make(fixture);
        }

        return fixture.ContentWorld;
    }

    /// <summary>The organization in which a row of that name stands: "shared" ones do.</summary>
    public Guid? Of(string row) => row == "shared" ? Organization : null;

    private static async Task<ContentWorld> Make(ApiFixture fixture)
    {
        var world = new ContentWorld();
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
