using Npgsql;
using RlsChat.Database;
using RlsChat.Tests.Support;

namespace RlsChat.Tests.Rls.Installing;

/// <summary>The embedded default: a server of its own in a folder, which the last one to use it stops.</summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class EmbeddedServerTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("rlschat-embedded-").FullName;

    public EmbeddedServerTests() => File.SetUnixFileMode(
        folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
            | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task It_starts_again_with_its_data_and_its_port()
    {
        var first = await EmbeddedServer.Start(folder);
        await first.OwnerConnectionString.Do("create table kept (word text)", "insert into kept values ('still here')");
        await first.DisposeAsync();
        await Assert.ThrowsAnyAsync<NpgsqlException>(() => first.OwnerConnectionString.Ask<int>("select 1"));

        await using var second = await EmbeddedServer.Start(folder);

        Assert.Equal("still here", await second.OwnerConnectionString.Ask<string>("select word from kept"));
        Assert.Equal(first.Port, second.Port);
        Assert.Equal(first.Secrets, second.Secrets);
    }

    [Fact]
    public async Task Two_share_it_and_the_last_one_stops_it()
    {
        var first = await EmbeddedServer.Start(folder);
        var second = await EmbeddedServer.Start(folder);
        await first.DisposeAsync();

        Assert.Equal(1, await second.OwnerConnectionString.Ask<int>("select 1"));
        await second.DisposeAsync();
        await Assert.ThrowsAnyAsync<NpgsqlException>(() => second.OwnerConnectionString.Ask<int>("select 1"));
    }

    [Fact]
    public async Task Its_owner_is_no_superuser_and_its_secrets_are_its_owners_alone()
    {
        await using var server = await EmbeddedServer.Start(folder);

        Assert.Equal("rlschat_installer false true true", await server.OwnerConnectionString.Ask<string>(
            "select concat_ws(' ', rolname, rolsuper::text, rolcreaterole::text, rolcreatedb::text) from pg_roles where rolname = current_user"));
        Assert.Equal(
            UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(folder, "secrets.json")));
    }

    // Only a new cluster has none of our roles: two databases of it, migrated at the same moment.
    [Fact]
    public async Task Two_new_databases_of_a_new_cluster_are_migrated_at_once()
    {
        await using var server = await EmbeddedServer.StartThrowAway();
        await server.OwnerConnectionString.Do("create database another");
        var another = server.ConnectionString(EmbeddedServer.OwnerLogin, server.Secrets.Installer, "another");

        var results = await Task.WhenAll(
            Migrator.Run(server.OwnerConnectionString, new MigrationOptions { ApiPassword = "a", AuthPassword = "b" }),
            Migrator.Run(another, new MigrationOptions { ApiPassword = "a", AuthPassword = "b" }));

        Assert.All(results, result => Assert.False(result.IsNothing));
    }

    [Fact]
    public async Task A_dead_servers_pid_file_is_no_obstacle()
    {
        var first = await EmbeddedServer.Start(folder);
        var pidFile = Path.Combine(folder, "postgres", "cluster", "postmaster.pid");
        if (!File.Exists(pidFile))
        {
            // A container.
            await first.DisposeAsync();
            NotRunException.Unless(false, "local_server", "let RLSCHAT_POSTGRES_BIN name PostgreSQL's programs");
        }

        var lines = await File.ReadAllLinesAsync(pidFile);
        using var postmaster = System.Diagnostics.Process.GetProcessById(int.Parse(lines[0], System.Globalization.CultureInfo.InvariantCulture));
        postmaster.Kill();
        await Task.Delay(500);
        Assert.True(File.Exists(pidFile));

        await using var second = await EmbeddedServer.Start(folder);

        Assert.Equal(1, await second.OwnerConnectionString.Ask<int>("select 1"));
    }
}
