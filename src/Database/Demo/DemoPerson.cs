namespace RlsChat.Database;

/// <summary>A person of the demo world, whose password is public.</summary>
/// <param name="Name">Name.</param>
/// <param name="Email">Their address.</param>
/// <param name="Is">A short description.</param>
public sealed record DemoPerson(string Name, string Email, string Is)
{
    /// <summary>Their password.</summary>
    public string Password => $"{Name.ToLowerInvariant()}-demo-1";

    /// <summary>Administers Acme.</summary>
    public static DemoPerson Ana { get; } = new("Ana", "ana@acme.example", "administers Acme");

    /// <summary>Manages Cleo at Acme.</summary>
    public static DemoPerson Ben { get; } = new("Ben", "ben@acme.example", "member of Acme, Cleo's manager");

    /// <summary>A member of Acme.</summary>
    public static DemoPerson Cleo { get; } = new("Cleo", "cleo@acme.example", "member of Acme");

    /// <summary>Administers Globex.</summary>
    public static DemoPerson Dan { get; } = new("Dan", "dan@globex.example", "administers Globex");

    /// <summary>In no organization.</summary>
    public static DemoPerson Eve { get; } = new("Eve", "eve@example.org", "in no organization");

    /// <summary>Operates the system: sees its policies and its state, and no rows of other people.</summary>
    public static DemoPerson Olga { get; } = new("Olga", "olga@rlschat.example", "operator: sees policies and health, nobody's rows");

    /// <summary>All of them.</summary>
    public static IReadOnlyList<DemoPerson> All { get; } = [Ana, Ben, Cleo, Dan, Eve, Olga];
}
