using RlsChat.Database.Reviewing;

namespace RlsChat.Database.Commands;

// make access-diff BASE=<commit>: on a server that is thrown away.
internal static class CompareAccess
{
    public static async Task<int> Run(Arguments arguments)
    {
        var folder = arguments.Word("which version to compare with: make access-diff BASE=<commit>");
        arguments.End();
        var scripts = Directory.EnumerateFiles(Path.Combine(folder, "db"), "*.sql", SearchOption.AllDirectories)
            .Select(file => new Script(Path.GetRelativePath(folder, file), File.ReadAllText(file)))
            .Where(script => MigrationPlan.Entry(script) >= 0).OrderBy(script => script.Name, StringComparer.Ordinal);
        await using var server = await EmbeddedServer.StartThrowAway();
        await using (var owner = await Connections.OpenSession(server.OwnerConnectionString))
        {
            await owner.Execute("create database before");
        }

        var lines = await AccessDiff.Between(Database(server, "before", [.. scripts]), Database(server, EmbeddedServer.Database, Script.Embedded), Console.Error.WriteLine);
        Console.WriteLine(lines.Count == 0 ? "Nobody gains or loses access." : string.Join(Environment.NewLine, lines));
        return 0;
    }

    private static ReviewedDatabase Database(EmbeddedServer server, string name, IReadOnlyList<Script> scripts) => new(
        server.ConnectionString(EmbeddedServer.OwnerLogin, server.Secrets.Installer, name),
        server.ConnectionString("postgres", server.Secrets.Superuser, name), scripts);
}
