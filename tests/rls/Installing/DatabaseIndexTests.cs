using System.Runtime.CompilerServices;
using Npgsql;
using RlsChat.Tests.Support;

namespace RlsChat.Tests.Rls.Installing;

/// <summary>db/README.md is what a migrated database says; RLSCHAT_WRITE_DOCS=1 (<c>make docs-database</c>) writes it.</summary>
public sealed class DatabaseIndexTests
{
    [Fact]
    public async Task The_page_is_what_the_database_says()
    {
        await using var database = await (await TestServer.Shared).CreateDatabase();
        await using var connection = new NpgsqlConnection(database.OwnerConnectionString + ";Pooling=false;Options=-csearch_path=");
        await connection.OpenAsync();
        var file = Path.Combine(Path.GetDirectoryName(ThisFile())!, "../../../db/README.md");
        var page = await File.ReadAllTextAsync(file);
        var said = await new DatabaseIndex(connection).Fill(page);
        if (Environment.GetEnvironmentVariable("RLSCHAT_WRITE_DOCS") == "1")
        {
            await File.WriteAllTextAsync(file, page = said);
        }

        Assert.True(page == said, "db/README.md is not what the database says: make docs-database writes it");
    }

    private static string ThisFile([CallerFilePath] string path = "") => path;
}
