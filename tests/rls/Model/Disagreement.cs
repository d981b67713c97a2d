using System.Globalization;
using RlsChat.Tests.Rls.Stage;
using Xunit.Sdk;

namespace RlsChat.Tests.Rls.Model;

/// <summary>Asks the database what the model has answered, and fails with the first few differences.</summary>
internal static class Disagreement
{
    public static void Find(Database database, string? who, IReadOnlyList<Case> cases)
    {
        var answers = database.Ask(who, [.. cases.Select(c => (c.Sql, c.Truth))]);
        var found = cases.Zip(answers, (c, a) => c.Against(a)).OfType<string>().ToList();
        Cells.CountOfTheModel(cases.Sum(c => c.Cells), cases.Count);
        if (found.Count > 0)
        {
            throw new XunitException($"{found.Count} statements disagree:\n{string.Join('\n', found.Take(5))}");
        }
    }
}

/// <summary>What the environment says of a run.</summary>
internal static class Seeds
{
    public static string? Given => Environment.GetEnvironmentVariable("RLSCHAT_MODEL_SEED") is { Length: > 0 } seed ? seed : null;

    public static int Worlds =>
        int.TryParse(Environment.GetEnvironmentVariable("RLSCHAT_MODEL_WORLDS"), NumberStyles.None, CultureInfo.InvariantCulture, out var worlds)
            ? worlds : 24;
}

/// <summary>A world in a failure's message: the rows, one a line.</summary>
internal static class Print
{
    public static string World(World world) => string.Join('\n', world.Rows.Where(r => r is not Role { Org: null }).Select(r => r switch
    {
        Role role => $"Role {role.Key} of {role.Org}: {string.Join(' ', role.Permissions)}",
        _ => r.ToString(),
    }));
}
