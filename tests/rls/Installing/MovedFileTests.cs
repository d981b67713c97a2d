using System.Diagnostics;
using System.Runtime.CompilerServices;
using RlsChat.Database;
using RlsChat.Tests.Support;

namespace RlsChat.Tests.Rls.Installing;

/// <summary>Where a file stands, and in which order within its entry, changes nothing.</summary>
public sealed class MovedFileTests : MigrationTest
{
    [Fact]
    public async Task A_moved_file_is_no_removal()
    {
        Script[] moved = [.. Script.Embedded.Select(Moved)];
        Assert.Empty(await Problems(moved));

        var result = await Migrate(moved);

        Assert.Equal((0, 0, 0), (result.Applied.Count, result.Removed.Count, result.Dropped.Count));
        Assert.Equal(moved.Select(script => script.Name).Order(StringComparer.Ordinal), result.Moved.Values.Order(StringComparer.Ordinal));
        Assert.Empty(await Problems(moved));
        Assert.True((await Migrate(moved)).IsNothing);
    }

    [Fact]
    public async Task A_file_that_was_moved_and_changed_is_applied_and_its_entry_follows()
    {
        Script[] moved = [.. Script.Embedded.Select(script =>
            script.Name == "db/functions/permissions/covers.sql" ? Moved(script) with { Sql = script.Sql + "\n-- changed" } : script)];

        var result = await Migrate(moved);

        Assert.Equal(["db/functions/in/a/folder/covers.sql"], result.Applied);
        Assert.Equal((1, 0, 0), (result.Moved.Count, result.Removed.Count, result.Dropped.Count));
        Assert.Empty(await Problems(moved));
    }

    // Within an entry of the order, names change nothing: a function may call those that are made after it.
    [Fact]
    public async Task Files_in_another_order_within_their_entry_make_the_same_database()
    {
        await using var another = await (await TestServer.Shared).CreateEmptyDatabase();
        Script[] shuffled = [.. Script.Embedded.Select(script => script.Folder is "functions" or "views" or "triggers"
            ? script with { Name = $"{MigrationPlan.Order[MigrationPlan.Entry(script)]}{script.Hash}.sql" } : script)];

        await Migrator.Run(another.OwnerConnectionString, new MigrationOptions { Scripts = shuffled });

        Assert.DoesNotContain(await Checks.Run(another.OwnerConnectionString, shuffled), IsProblem);
    }

    // A removed file leaves nothing behind that is newer but its folder.
    [Fact]
    public async Task Each_folder_of_files_is_a_reason_to_build()
    {
        var root = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(ThisFile())!, "../../.."));
        using var make = Process.Start(new ProcessStartInfo("make", ["-npq", "-C", root, "obj/built-db"]) { RedirectStandardOutput = true })!;
        var rules = await make.StandardOutput.ReadToEndAsync();

        var reasons = rules.Split('\n').First(line => line.StartsWith("obj/built-db:", StringComparison.Ordinal)).Split(' ');
        foreach (var folder in Directory.EnumerateDirectories(Path.Combine(root, "db"), "*", SearchOption.AllDirectories).Append(Path.Combine(root, "db")))
        {
            Assert.Contains(Path.GetRelativePath(root, folder), reasons);
        }
    }

    private protected override Task<TestDatabase> Create(TestServer server) => server.CreateDatabase();

    private static Script Moved(Script script) =>
        script with { Name = $"db/{script.Folder}/in/a/folder/{Path.GetFileName(script.Name)}" };

    private static string ThisFile([CallerFilePath] string file = "") => file;
}
