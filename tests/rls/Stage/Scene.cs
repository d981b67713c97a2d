using Npgsql;

namespace RlsChat.Tests.Rls.Stage;

/// <summary>The chats and documents of a matrix: what its row's name says, somebody made.</summary>
public static class Scene
{
    /// <summary>The whole cast, and nobody.</summary>
    public static IEnumerable<string> Everyone => [.. Cast.People.Select(p => p.Who), Cast.Anonymous];

    /// <summary>
    /// Makes a chat and remembers it. "public" and "personal" in the row's name mean what they say;
    /// what is not personal belongs to its maker's organization.
    /// </summary>
    public static async Task Chat(Play play, string row, string who, string name = "chat")
    {
        await play.As(who);
        play.Remember(name, await play.Ask<Guid>(
            $"""
            insert into public."Chat" ("title", "visibility", "organizationId")
            values ('{row}', '{(row.Contains("public", StringComparison.Ordinal) ? "public" : "private")}',
              {(row.Contains("personal", StringComparison.Ordinal) ? "null" : "auth.organization_id()")})
            returning "id"
            """));
    }

    /// <summary>Makes one version of a document, by the same rule, and remembers its "id" and "createdAt" ("… at").</summary>
    public static async Task Document(Play play, string row, string who, string name = "document")
    {
        var id = Guid.NewGuid();
        await play.As(who);
        play.Remember(name, id);
        play.Remember($"{name} at", await play.Ask<DateTime>(
            $"""
            insert into public."Document" ("id", "title", "organizationId")
            values ('{id}', '{row}', {(row.Contains("personal", StringComparison.Ordinal) ? "null" : "auth.organization_id()")})
            returning "createdAt"
            """));
    }

    /// <summary>Lets "left" leave, where a cell is about them: leaving costs more than the rest of a cell.</summary>
    public static Task Left(Play play, string row, string who) =>
        who == "left" || row.EndsWith("left", StringComparison.Ordinal) ? play.Leave("left") : Task.CompletedTask;

    /// <summary>
    /// Runs an insert that no policy lets anybody make: a row as it is left by a past that a test cannot
    /// play (an organization that was dissolved, seven days that went by).
    /// </summary>
    public static async Task Forge(Play play, string table, string sql)
    {
        await play.AsRole("rlschat_owner");
        await play.Do($"""alter table public."{table}" no force row level security""");
        await play.Do(sql);
        await play.Do($"""alter table public."{table}" force row level security""");
    }

    /// <summary>Everyone in turn tries each statement, and is denied: error 42501, whoever they are.</summary>
    public static async Task NobodyMay(Play play, params IEnumerable<string> statements)
    {
        foreach (var who in Everyone)
        {
            await play.As(who);
            foreach (var sql in statements)
            {
                Cells.Count();
                Assert.True(await play.Error(sql) == PostgresErrorCodes.InsufficientPrivilege, $"{who} should be denied: {sql}");
            }
        }
    }

    /// <summary>COPY … FROM knows no row security, so PostgreSQL refuses it (0A000) to whoever may insert at all.</summary>
    public static async Task NobodyCopiesInto(Play play, string table, string columns)
    {
        foreach (var who in Everyone)
        {
            Cells.Count();
            await play.As(who);
            Assert.Equal(
                who == Cast.Anonymous ? PostgresErrorCodes.InsufficientPrivilege : PostgresErrorCodes.FeatureNotSupported,
                await play.Error($"copy public.\"{table}\" ({columns}) from stdin"));
        }
    }

    /// <summary>
    /// What each person finds when they ask for everything, compared whole: a line a person, their name
    /// and then, after a colon, the names of what they see.
    /// </summary>
    public static async Task Seen(Play play, string sql, string expected)
    {
        var seen = new List<string>();
        foreach (var line in expected.Split('\n'))
        {
            var who = line[..line.IndexOf(':', StringComparison.Ordinal)].Trim();
            Cells.Count();
            await play.As(who);
            seen.Add($"{who}: {string.Join(", ", (await play.List(sql)).Order(StringComparer.Ordinal))}".TrimEnd());
        }

        Assert.Equal(expected, string.Join('\n', seen));
    }
}
