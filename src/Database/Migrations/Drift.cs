using System.Text.Json.Nodes;

namespace RlsChat.Database;

/// <summary>One definition that is not what the last migration left.</summary>
/// <param name="Kind">For example policy, column, function, role.</param>
/// <param name="Name">The object, for example <c>public."Chat" users_own_chats</c>.</param>
/// <param name="Stored">Its parts as the last migration left them, as JSON; null when the object is not ours.</param>
/// <param name="Current">Its parts as the catalogue has them now; null when the object is gone.</param>
public sealed record Drift(string Kind, string Name, string? Stored, string? Current)
{
    /// <summary>The difference in words.</summary>
    public string Words => (Stored, Current) switch
    {
        (null, _) => "is not from these files",
        (_, null) => "is missing",
        _ => "differs",
    };

    /// <summary>The parts that differ.</summary>
    public IReadOnlyList<Difference> Differences => Between(Stored, Current);

    /// <summary>The parts that differ between two definitions; null where there is none.</summary>
    public static IReadOnlyList<Difference> Between(string? stored, string? current)
    {
        var (then, now) = (Parts(stored), Parts(current));
        return
        [
            .. then.Keys.Union(now.Keys)
                .Select(part => new Difference(part, then.GetValueOrDefault(part), now.GetValueOrDefault(part)))
                .Where(difference => difference.Expected != difference.Installed),
        ];
    }

    // The fingerprints of earlier versions are no JSON.
    private static Dictionary<string, string?> Parts(string? definition) => definition switch
    {
        null => [],
        ['{', ..] => JsonNode.Parse(definition)!.AsObject().ToDictionary(part => part.Key, part => part.Value?.ToString()),
        _ => new() { ["definition"] = definition },
    };
}
