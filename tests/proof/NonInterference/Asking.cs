using System.Text.Json.Nodes;
using RlsChat.Tests.Api.Fixtures;

namespace RlsChat.Tests.Proof.NonInterference;

/// <summary>The requests to every GET of the API, made from its description.</summary>
internal static class Asking
{
    /// <summary>
    /// The same whatever anybody does: about the process, the system (for who may look at it, which these people
    /// may not), or switched off here.
    /// </summary>
    public static readonly string[] Constant =
    [
        "health.live", "health.ready", "auth.github", "auth.github.callback", "monitor.policies", "monitor.tables",
        "monitor.activity", "monitor.statements", "monitor.pool", "monitor.standbys", "monitor.denials", "monitor.checks", "monitor.migrations",
        "monitor.reach",
    ];

    /// <summary>
    /// By operation, the paths that ask about what somebody has: with each word that a parameter can be, at a moment
    /// of which there is something, and page by page.
    /// </summary>
    public static Dictionary<string, string[]> Paths(Belongings its) => its.Contract.Operations
        .Where(operation => operation.Method == "GET" && !operation.GoesOn)
        .ToDictionary(operation => operation.Id!, operation => its.Resources.Paths(operation)
            .SelectMany(path => Queries(operation, its).Select(query => query.Length == 0 ? path : $"{path}?{query}")).ToArray());

    /// <summary>The same of the operations whose answers go on.</summary>
    public static IEnumerable<string> Streams(Belongings its) => its.Contract.Operations.Where(operation => operation.GoesOn).SelectMany(its.Resources.Paths);

    /// <summary>Every byte that somebody gets to these questions, by operation.</summary>
    public static async Task<Dictionary<string, string>> All(Person person, Belongings about)
    {
        var answers = new Dictionary<string, string>();
        foreach (var (operation, paths) in Paths(about))
        {
            answers[operation] = string.Concat((await Task.WhenAll(paths.Select(path => Pages(person, path)))).SelectMany(pages => pages));
        }

        return answers;
    }

    /// <summary>The operations to which two askings differ.</summary>
    public static string[] Differences(Dictionary<string, string> one, Dictionary<string, string> other) =>
        [.. one.Keys.Where(operation => one[operation] != other[operation])];

    private static IEnumerable<string> Queries(Operation operation, Belongings its)
    {
        var parameters = operation.Parameters.Where(parameter => (string)parameter["in"]! == "query").ToDictionary(
            parameter => (string)parameter["name"]!, parameter => parameter["schema"]!);
        var page = parameters.ContainsKey("limit") ? "limit=3" : "";
        return parameters
            .SelectMany(parameter => parameter.Value["enum"] is JsonArray words ? words.Select(word => $"{parameter.Key}={word}")
                : (string?)parameter.Value["format"] == "date-time" ? [$"{parameter.Key}={its.TestDocument.Second}", $"{parameter.Key}={its.SharedPaper.Second}"]
                : [])
            .Prepend("").Select(query => string.Join('&', new[] { query, page }.Where(part => part.Length > 0)));
    }

    private static async Task<List<string>> Pages(Person person, string path)
    {
        var (pages, cursor) = (new List<string>(), "");
        while (cursor is not null && pages.Count < 50)
        {
            var response = await person.Get(cursor.Length == 0 ? path : $"{path}{(path.Contains('?') ? "&" : "?")}cursor={cursor}");
            pages.Add($"{path}\n{response.Bytes}\n");
            cursor = response.Status == 200 ? response.NextCursor : null;
        }

        return pages;
    }
}
