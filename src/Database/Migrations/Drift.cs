namespace RlsChat.Database;

/// <summary>One definition that is not what the last migration left.</summary>
/// <param name="Kind">For example policy, grant, function, owner.</param>
/// <param name="Name">The object, for example <c>public."Chat".users_own_chats</c>.</param>
/// <param name="Stored">What the last migration left; null when the object is not ours.</param>
/// <param name="Current">What the catalogue says now; null when the object is gone.</param>
public sealed record Drift(string Kind, string Name, string? Stored, string? Current)
{
    /// <summary>The difference in words.</summary>
    public string Words => (Stored, Current) switch
    {
        (null, _) => $"is not from these files: {Short(Current)}",
        (_, null) => $"is missing: {Short(Stored)}",
        _ => $"differs: {Difference(Stored, Current)}",
    };

    private static string Short(string? text)
    {
        var line = string.Join(' ', (text ?? "").Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        return line.Length <= 160 ? line : line[..157] + "…";
    }

    // Shows both texts from shortly before the first difference: definitions of functions are long.
    private static string Difference(string stored, string current)
    {
        var same = stored.Zip(current).TakeWhile(pair => pair.First == pair.Second).Count();
        var from = Math.Max(0, same - 20);
        var dots = from > 0 ? "…" : "";
        return $"is \"{dots}{Short(current[from..])}\", was \"{dots}{Short(stored[from..])}\"";
    }
}
