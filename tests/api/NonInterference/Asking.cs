using RlsChat.Tests.Api.Play;

namespace RlsChat.Tests.Api.NonInterference;

/// <summary>What every GET of the API is asked. An operation that is not here fails a test.</summary>
internal static class Asking
{
    /// <summary>Answers that go on: what is heard there, is compared as it comes.</summary>
    public static readonly string[] Streams = ["chats.events", "me.events", "streams.read"];

    /// <summary>
    /// The same whatever anybody does: about the process, the system (for who may look at it, which these people
    /// may not), or switched off here.
    /// </summary>
    public static readonly string[] Constant =
    [
        "health.live", "health.ready", "auth.github", "auth.github.callback", "monitor.policies", "monitor.tables",
        "monitor.activity", "monitor.statements", "monitor.pool", "monitor.checks", "monitor.migrations",
    ];

    /// <summary>By operation, the paths that ask about what somebody has; lists page by page.</summary>
    public static Dictionary<string, string[]> Paths(Belongings its) => new()
    {
        ["me.get"] = ["/me", "/me?include=chatCount"],
        ["me.credits"] = ["/me/credits?limit=1"],
        ["me.audit"] = ["/me/audit?limit=5"],
        ["me.sessions.list"] = ["/me/sessions"],
        ["me.accounts.list"] = ["/me/accounts"],
        ["chats.list"] = ["/chats?limit=1", "/chats", "/chats?scope=organization", "/chats?scope=public"],
        ["chats.get"] = [$"/chats/{its.Chat}", $"/chats/{its.SharedChat}"],
        ["messages.list"] = [$"/chats/{its.Chat}/messages?limit=1", $"/chats/{its.SharedChat}/messages"],
        ["messages.get"] = [$"/messages/{its.Message}", $"/messages/{its.SharedMessage}"],
        ["votes.list"] = [$"/chats/{its.Chat}/votes", $"/chats/{its.SharedChat}/votes"],
        ["streams.list"] = [$"/chats/{its.Chat}/streams?limit=1", $"/chats/{its.SharedChat}/streams"],
        ["documents.list"] = ["/documents?limit=1", "/documents"],
        ["documents.get"] = [$"/documents/{its.Paper.Id}", $"/documents/{its.SharedPaper.Id}"],
        ["versions.list"] = [$"/documents/{its.Paper.Id}/versions?limit=1", $"/documents/{its.SharedPaper.Id}/versions"],
        ["suggestions.list"] = [$"/documents/{its.Paper.Id}/suggestions?at={its.Paper.Second}", $"/documents/{its.SharedPaper.Id}/suggestions?at={its.SharedPaper.Second}"],
        ["suggestions.get"] = [$"/suggestions/{its.Paper.Suggestion}", $"/suggestions/{its.SharedPaper.Suggestion}"],
        ["organizations.get"] = [$"/organizations/{its.Organization ?? Guid.AllBitsSet}"],
        ["members.list"] = [$"/organizations/{its.Organization ?? Guid.AllBitsSet}/members?limit=1"],
        ["members.get"] = [$"/organizations/{its.Organization ?? Guid.AllBitsSet}/members/{its.Member}"],
        ["roles.list"] = [$"/organizations/{its.Organization ?? Guid.AllBitsSet}/roles?limit=1"],
        ["roles.get"] = [$"/roles/{its.Role}"],
        ["invitations.list"] = [$"/organizations/{its.Organization ?? Guid.AllBitsSet}/invitations?limit=1"],
        ["invitations.get"] = [$"/invitations/{its.Invitation}"],
        ["audit.list"] = [$"/organizations/{its.Organization ?? Guid.AllBitsSet}/audit?limit=5"],
        ["health.live"] = ["/health/live"],
        ["health.ready"] = ["/health/ready"],
        ["auth.github"] = ["/auth/github"],
        ["auth.github.callback"] = ["/auth/github/callback"],
        ["monitor.policies"] = ["/monitor/policies"],
        ["monitor.tables"] = ["/monitor/tables"],
        ["monitor.activity"] = ["/monitor/activity"],
        ["monitor.statements"] = ["/monitor/statements"],
        ["monitor.pool"] = ["/monitor/pool"],
        ["monitor.checks"] = ["/monitor/checks"],
        ["monitor.migrations"] = ["/monitor/migrations"],
    };

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

    private static async Task<List<string>> Pages(Person person, string path)
    {
        var (pages, cursor) = (new List<string>(), "");
        while (cursor is not null && pages.Count < 50)
        {
            var answer = await person.Get(cursor.Length == 0 ? path : $"{path}{(path.Contains('?') ? "&" : "?")}cursor={cursor}");
            pages.Add($"{path}\n{answer.Bytes}\n");
            cursor = answer.Status == 200 ? answer.NextCursor : null;
        }

        return pages;
    }
}
