using RlsChat.Tests.Support;

namespace RlsChat.Tests.Rls.Installing;

/// <summary>db-reset drops what this program made, and another database only when told its name.</summary>
public sealed class ResetTests
{
    [Fact]
    public async Task A_foreign_database_stays_unless_it_is_named()
    {
        await using var database = await (await TestServer.Shared).CreateEmptyDatabase();
        await database.OwnerConnectionString.Do("create table precious (word text)");

        var refused = await DatabaseCommand.Run(database.OwnerConnectionString, "reset");
        Assert.Equal(1, refused.ExitCode);
        Assert.Contains($"NAME={database.Name}", refused.Output, StringComparison.Ordinal);
        Assert.True(await database.OwnerConnectionString.Ask<bool>("select to_regclass('precious') is not null"));

        var other = await DatabaseCommand.Run(database.OwnerConnectionString, "reset", "--yes-drop", "another");
        Assert.Equal(1, other.ExitCode);

        var named = await DatabaseCommand.Run(database.OwnerConnectionString, "reset", "--yes-drop", database.Name);
        Assert.True(named.ExitCode == 0, named.Output);
        Assert.False(await database.OwnerConnectionString.Ask<bool>("select to_regclass('precious') is not null"));

        // Now this program has made it.
        var again = await DatabaseCommand.Run(database.OwnerConnectionString, "reset");
        Assert.True(again.ExitCode == 0, again.Output);
    }
}
