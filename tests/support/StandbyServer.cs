using Npgsql;
using RlsChat.Database;

namespace RlsChat.Tests.Support;

/// <summary>A standby of a server for tests, by streaming replication, on a free port of loopback.</summary>
public sealed class StandbyServer : IAsyncDisposable
{
    private readonly string folder, data;
    private readonly PostgresBinaries binaries;
    private readonly NpgsqlConnectionStringBuilder superuser;

    private StandbyServer(string folder, PostgresBinaries binaries, NpgsqlConnectionStringBuilder superuser) =>
        (this.folder, data, this.binaries, this.superuser) = (folder, Path.Combine(folder, "data"), binaries, superuser);

    /// <summary>Where it listens, on 127.0.0.1.</summary>
    public int Port { get; } = Ports.Free();

    /// <summary>Copies the server of a database, and follows it.</summary>
    /// <exception cref="NotRunException">The server's programs are not here, or nobody may copy it.</exception>
    public static async Task<StandbyServer> Start(TestDatabase database)
    {
        var superuser = new NpgsqlConnectionStringBuilder(database.RequiredSuperuser);
        var binaries = await PostgresBinaries.Find();
        NotRunException.Unless(
            binaries is not null && File.Exists(binaries.Program("pg_basebackup")), "pg_basebackup", "of the server's version, where RLSCHAT_POSTGRES_BIN is");
        var folder = Directory.CreateTempSubdirectory("rlschat-standby-").FullName;
        await Unprivileged.MakeFolder(folder);
        var standby = new StandbyServer(folder, binaries!, superuser);
        var from = $"host={superuser.Host} port={superuser.Port} user={superuser.Username} password={superuser.Password}";
        await Check(binaries!.Program("pg_basebackup"), "-d", from, "-D", standby.data, "-R", "-c", "fast", "--no-sync");
        await standby.Start();
        return standby;
    }

    /// <summary>Starts it, at first or again.</summary>
    public Task Start() => Check(
        binaries.Program("pg_ctl"), "start", "-w", "-D", data, "-l", Path.Combine(folder, "log"),
        "-o", $"-p {Port} -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c fsync=off -c max_connections=200");

    /// <summary>Ends it at once.</summary>
    public Task Stop() => Check(binaries.Program("pg_ctl"), "stop", "-w", "-D", data, "-m", "immediate");

    /// <summary>Makes it the primary.</summary>
    public Task Promote() => Check(binaries.Program("pg_ctl"), "promote", "-w", "-D", data);

    /// <summary>Stops it from showing what follows, or lets it go on.</summary>
    public Task Replay(bool goesOn) => Ask($"select pg_wal_replay_{(goesOn ? "resume" : "pause")}()");

    /// <summary>The one value of a statement, as a superuser.</summary>
    public async Task<object?> Ask(string sql)
    {
        await using var connection = new NpgsqlConnection(
            new NpgsqlConnectionStringBuilder(superuser.ConnectionString) { Host = "127.0.0.1", Port = Port, Pooling = false }.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync();
    }

    /// <summary>Ends it; its files go.</summary>
    public async ValueTask DisposeAsync()
    {
        await Unprivileged.Run(binaries.Program("pg_ctl"), "stop", "-w", "-D", data, "-m", "immediate");
        await Unprivileged.Run("rm", "-rf", data);
        Directory.Delete(folder, recursive: true);
    }

    private static async Task Check(params string[] command)
    {
        if (await Unprivileged.Run(command) is { Succeeded: false } failed)
        {
            throw new SetupException($"{command[0]}: {failed.Output}");
        }
    }
}
