using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Npgsql;
using RlsChat.Database;
using RlsChat.Tests.Rls.Stage;
using RlsChat.Tests.Support;

namespace RlsChat.Tests.Rls;

/// <summary>"Adding a table in five steps" of README.md, with the words that stand there.</summary>
public sealed partial class ReadmeTests
{
    private static readonly Dictionary<string, string> Verbs = new()
    {
        ["read"] = """select 1 from public."Bookmark" where "id" = [bookmark]""",
        ["bookmark_it"] = """insert into public."Bookmark" ("chatId") values ([chat])""",
        ["drop"] = """delete from public."Bookmark" where "id" = [bookmark]""",
        ["rename"] = """update public."Bookmark" set "chatId" = [chat] where "id" = [bookmark]""",
    };

    [Fact]
    public async Task Adding_a_table_in_five_steps()
    {
        var (sql, matrix) = (Blocks("sql"), Blocks("text")[0]);
        await using var database = await (await TestServer.Shared).CreateDatabase();

        // 1, 2 and 4: the two files, and the migration.
        var result = await Migrator.Run(database.OwnerConnectionString, new MigrationOptions
        {
            Scripts =
            [
                // Whoever has followed the steps has these files already.
                .. Script.Embedded.Where(script => !script.Name.Contains("bookmark", StringComparison.OrdinalIgnoreCase)),
                new Script("db/schema/9999_add_bookmark.sql", sql[0]),
                new Script("db/policies/Bookmark.sql", sql[1]),
            ],
        });
        Assert.Equal(["db/schema/9999_add_bookmark.sql", "db/policies/Bookmark.sql"], result.Applied);

        await using var owner = NpgsqlDataSource.Create(database.OwnerConnectionString);
        var world = await World.Create(owner);
        await using var connection = await owner.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        var play = new Play(connection, world);
        Assert.Empty(await play.List("select rule || ' ' || object || ' ' || finding from monitor.findings"));

        // 3: the matrix.
        await play.As("owner");
        play.Remember("chat", await play.Ask<Guid>(
            """insert into public."Chat" ("title", "organizationId") values ('plans', [Acme]) returning "id" """));
        play.Remember("bookmark", await play.Ask<Guid>(
            """insert into public."Bookmark" ("chatId") values ([chat]) returning "id" """));
        foreach (var cell in Matrix.Of(("a bookmark", matrix)).Cast<object[]>())
        {
            var (row, who, verb, expected) = ((string)cell[0], (string)cell[1], (string)cell[2], (string)cell[3]);
            await Matrix.Check(play, row, who, verb, expected, Verbs[verb], """select b::text from public."Bookmark" b""");
        }
    }

    private static List<string> Blocks(string language)
    {
        var readme = File.ReadAllText(Path.Combine(Path.GetDirectoryName(ThisFile())!, "../../README.md"));
        var chapter = readme[readme.IndexOf("## Adding a table", StringComparison.Ordinal)..];
        return [.. Block().Matches(chapter).Where(m => m.Groups[1].Value == language).Select(m => m.Groups[2].Value)];
    }

    private static string ThisFile([CallerFilePath] string file = "") => file;

    [GeneratedRegex(@"^```(\w+)\n(.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Block();
}
