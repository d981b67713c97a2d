namespace RlsChat.Tests.Proof.Model;

/// <summary>
/// A step of a history: what somebody does, what the contract says comes of it (an error, or what the
/// statement answers; null: an id that only the database knows) and how the world is afterwards.
/// </summary>
internal sealed record Step(string? Who, string Sql, string? Error, string? Answer, Action<World, string> Then)
{
    /// <summary>On the connection that mints identities (rlschat_auth), not on a request's.</summary>
    public bool SigningIn { get; init; }

    /// <summary>What is asked afterwards instead of the statement's answer, by who may see everything.</summary>
    public string? Truth { get; init; }

    /// <summary>Nothing to do it with.</summary>
    public static Step Pass(string? who) => new(who, "select 'pass'", null, "pass", (_, _) => { });

    public override string ToString() => $"{Who ?? "anonymous"}{(SigningIn ? ", signing in" : "")}: {Sql}";
}

/// <summary>What there is to choose from, in the order in which it came: ids that the database makes are others each time.</summary>
internal static class Choice
{
    public static T[] InOrder<T>(this World world) where T : class, IRow =>
        [.. world.All<T>()];

    /// <summary>A row; two times in three one that it is worth it for, if there is one. Null: there are none.</summary>
    public static T? Any<T>(this World world, int number, Func<T, bool>? worth = null) where T : class, IRow
    {
        var all = world.InOrder<T>();
        var worthy = worth is null || number % 3 == 0 ? [] : all.Where(worth).ToArray();
        return worthy.Length > 0 ? Worlds.Pick(worthy, number / 3) : all.Length > 0 ? Worlds.Pick(all, number / 3) : null;
    }
}
