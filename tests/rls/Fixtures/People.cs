namespace RlsChat.Tests.Rls.Fixtures;

/// <summary>
/// The people of the tests, by the names that the access matrix gives them. Acme is the organization
/// that the rows under test belong to; everybody else stands outside it.
/// </summary>
public static class People
{
    /// <summary>Nobody: no identity, database role <c>anonymous</c>.</summary>
    public const string Anonymous = "anonymous";

    /// <summary>Created the row; a plain member of Acme, below <c>manager</c>.</summary>
    public const string Owner = "owner";

    /// <summary>Everyone who signs in, and the organization they are a member of, if any.</summary>
    public static readonly IReadOnlyList<(string Who, string? Organization)> All =
    [
        ("admin", "Acme"), (Owner, "Acme"), ("member", "Acme"), ("manager", "Acme"), ("director", "Acme"),
        ("left", "Acme"), .. Permissions.Select(p => (p, (string?)"Acme")),
        ("outsider", "Globex"), ("rival", "Globex"), ("loner", null), ("operator", null),
    ];

    /// <summary>Everyone who signs in, and the anonymous visitor.</summary>
    public static IEnumerable<string> Everyone => [.. All.Select(p => p.Who), Anonymous];

    /// <summary>Those for whom a line of a matrix stands: one person, or a group.</summary>
    public static IEnumerable<string> Group(string name) => name switch
    {
        "colleagues" => All.Where(p => p.Organization == "Acme" && p.Who != "left").Select(p => p.Who),
        "strangers" => All.Where(p => p.Organization != "Acme" || p.Who == "left").Select(p => p.Who),
        "others" => All.Select(p => p.Who),
        _ => [name],
    };

    /// <summary>The permissions of an organization's roles; each has a person in Acme who holds it alone.</summary>
    public static IEnumerable<string> Permissions =>
    [
        "can_view_documents", "can_manage_documents", "can_manage_chats", "can_manage_members",
        "can_manage_roles", "can_manage_organization", "can_view_audit",
    ];
}
