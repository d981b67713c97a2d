namespace RlsChat.Tests.Api.Play;

/// <summary>
/// The people of the matrices of content: one organization and who stands around it. They stay from
/// one case to the next; what the case is about, each makes anew.
/// </summary>
internal sealed class Troupe
{
    private static readonly string[] Members =
        ["owner", "member", "manager", "director", "can_view_documents", "can_manage_documents", "can_manage_chats", "left"];

    private readonly Dictionary<string, Person> _people = [];

    public Guid Organization { get; private set; }

    public Person this[string name] => _people[name];

    /// <summary>The troupe on stage, or a new one in an empty house.</summary>
    public static async Task<Troupe> Of(House house)
    {
        if (house.Troupe is null)
        {
            await house.Empty();
            house.Troupe = await Make(house);
        }

        return house.Troupe;
    }

    /// <summary>The organization in which a row of that name stands: "shared" ones do.</summary>
    public Guid? Of(string row) => row == "shared" ? Organization : null;

    private static async Task<Troupe> Make(House house)
    {
        var troupe = new Troupe();
        foreach (var name in (string[])["admin", .. Members, "outsider"])
        {
            troupe._people[name] = await house.SignUp(name);
        }

        troupe._people["anonymous"] = house.Anonymous();
        var (admin, backstage) = (troupe["admin"], house.Backstage);
        troupe.Organization = await backstage.Found(admin);
        foreach (var name in Members)
        {
            await backstage.Admit(admin, troupe[name], name.StartsWith("can_", StringComparison.Ordinal)
                ? await backstage.RoleWith(admin, name)
                : null);
        }

        await backstage.As<bool>(troupe["left"], "select public.leave_organization()");
        await backstage.As<bool>(admin, "select public.set_member_manager($1, $2)", troupe["owner"].Id, troupe["manager"].Id);
        await backstage.As<bool>(admin, "select public.set_member_manager($1, $2)", troupe["manager"].Id, troupe["director"].Id);
        return troupe;
    }
}
